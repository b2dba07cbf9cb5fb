""".github/workflows: what GitHub takes, and what nobody can turn against the project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import build

ROOT = Path(__file__).parents[2]
BIN = str(Path(sys.executable).parent)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCHEMA = [shutil.which("check-jsonschema", path=BIN), "--builtin-schema", "vendor.github-workflows"]
LINT = [shutil.which("jactionlint", path=BIN), "--strict-exit", "--no-color"]
LINT += ["--config-file", ROOT / ".github" / "jactionlint.yaml"]
ZIZMOR = [shutil.which("zizmor", path=BIN), "--offline", "--no-progress", "--pedantic"]
ZIZMOR += ["--config", ROOT / ".github" / "zizmor.yml"]
WRONG = {
    "a field that nothing has": ("matrix.system", "matrix.sistem"),
    "a step that follows none": ("needs: notes", "needs: note"),
    "a word that the shell would split": (
        "--notes-file notes.md made/*",
        "--notes-file $NOTES made/*",
    ),
    "an action's input that it does not have": ("if-no-files-found", "if-no-file-found"),
}
UNSAFE = {
    "a name that anyone can choose in a command": ('"$VERSION"', '"${{ github.ref_name }}"'),
    "credentials that stay on the disk": ("persist-credentials: false", "fetch-depth: 1"),
    "an action that may change": ("actions/checkout@v6.0.2", "somebody/checkout@main"),
}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_there_are_those_that_the_documentation_names() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_github_takes_it(path: Path) -> None:
    told = run(*SCHEMA, path)
    assert told.returncode == 0, told.stdout


@pytest.mark.programs("shellcheck")
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_its_expressions_and_scripts_hold(path: Path) -> None:
    told = run(*LINT, path)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout


@pytest.mark.programs("shellcheck")
@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_expression_or_script_is_found(tmp_path: Path, fault: str) -> None:
    text = WORKFLOWS[1].read_text()
    before, after = WRONG[fault]
    assert before in text
    (tmp_path / "release.yml").write_text(text.replace(before, after))
    assert run(*LINT, tmp_path / "release.yml").returncode == 1


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_it_is_safe(path: Path) -> None:
    told = run(*ZIZMOR, path)
    assert told.returncode == 0, told.stdout


def test_a_workflow_that_github_would_refuse_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "run-on:"))
    assert run(*SCHEMA, broken).returncode == 1


@pytest.mark.parametrize("fault", UNSAFE)
def test_an_unsafe_workflow_is_found(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = WORKFLOWS[1].read_text()
    before, after = UNSAFE[fault]
    assert before in text
    (folder / "release.yml").write_text(text.replace(before, after))
    assert run(*ZIZMOR, folder / "release.yml").returncode != 0


def test_every_action_is_a_whole_version() -> None:
    for path in WORKFLOWS:
        for used in re.findall(r"uses: (\S+)", path.read_text()):
            assert re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", used), used


def test_artefacts_that_are_released_can_be_built() -> None:
    released = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    lists = re.findall(r"artefacts: ([a-z -]+) }", released)
    assert len(lists) == 4
    for line in lists:
        assert set(line.split()) <= set(build.ARTEFACTS)
