"""What keeps the repository readable; the arrows between its parts stand in pyproject.toml."""

from __future__ import annotations

import ast
import re
import stat
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 350
"""Lines. About 300 is the aim; beyond this a file has more than one reason to exist."""

TOP = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "app",
    "packaging",
    "pyproject.toml",
    "resources",
    "server_core",
    "tests",
}
MADE_BY_TOOLS = {"build", "dist", "htmlcov", "coverage.xml", "uv.lock"}
TEXT = {".py", ".toml", ".md", ".yaml", ".yml", ".html", ".css", ".js", ".svg", ".ts"}

CODE_FOLDERS = ("app", "server_core", "packaging", "tests")
CODE = sorted(path for folder in CODE_FOLDERS for path in (ROOT / folder).rglob("*.py"))
TEXTS = sorted(
    path
    for folder in (*CODE_FOLDERS, "resources")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in TEXT
) + [ROOT / name for name in sorted(TOP) if (ROOT / name).is_file()]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_top_of_the_repository_holds_what_the_design_names() -> None:
    names = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".")}
    assert names - MADE_BY_TOOLS == TOP


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_a_file_of_code_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    drawers = re.compile(r"(utils?|common|helpers?|misc|managers?)(\.py)?")
    assert [relative(path) for path in CODE if any(map(drawers.fullmatch, path.parts))] == []


@pytest.mark.parametrize("folder", ["tests", "packaging"])
def test_folders_that_would_shadow_a_package_are_none(folder: str) -> None:
    assert list((ROOT / folder).rglob("__init__.py")) == []


def test_test_files_have_names_of_their_own() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_tests_stand_only_where_they_are_collected() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert path.name.startswith("test_"), path


def test_the_core_runs_on_the_standard_library_alone() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import server_core\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(tops - set(sys.stdlib_module_names) - {'__main__', 'server_core'}))"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert result.stdout == "[]\n"


REGISTRIES = r"pypi\.org|pythonhosted\.org|deb\.debian\.org|npmjs\.org|index-url|find-links"
MACHINES = r"(?<!\w)/(root|work|opt)/"


@pytest.mark.parametrize("path", TEXTS, ids=relative)
def test_no_file_names_a_machine_or_a_package_registry(path: Path) -> None:
    found = re.findall(f"{REGISTRIES}|{MACHINES}", path.read_text(encoding="utf-8"))
    assert path == Path(__file__) or found == []


COMMANDS = ("python3 app", "python3 tests", "uv run folderport", "uv run pytest")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_documents_say_how_to_start(name: str, command: str) -> None:
    assert command in (ROOT / name).read_text(encoding="utf-8")


def test_continuous_integration_runs_what_the_documents_say() -> None:
    script = ROOT / ".ci" / "run"
    assert script.read_text().splitlines()[-1] == "exec python3 tests"


@pytest.mark.needs("permissions for owner, group and others")
def test_continuous_integration_can_be_started() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR


def test_the_oldest_python_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["requires-python"] == ">=3.11"
    assert project["tool"]["ruff"]["target-version"] == "py311"
    assert "PYTHON_NEEDED = (3, 11)" in (ROOT / "packaging" / "bootstrap.py").read_text()


def test_every_folder_that_the_package_includes_is_in_a_clone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for folder in wheel["force-include"]:
        assert any((ROOT / folder).iterdir()), f"git does not keep {folder}/, which has no files"


def test_the_commit_hooks_are_understood() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
