"""The real set-up, by the real Python, venv and pip, of a small checkout that needs no network.

The small checkout has the real app/__main__.py and packaging/; its application only reports how it
was started, and its build backend stands in the checkout, so pip has nothing to fetch.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = os.path.realpath(sys.executable)
DEADLINE = 100.0
"""Seconds for one start, set-up included."""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "folderport"
version = "1"
"""

BACKEND = """
import os, tomllib, zipfile

NAME = "folderport-1-py3-none-any.whl"
INFO = "folderport-1.dist-info/"
METADATA = "Metadata-Version: 2.1\\nName: folderport\\nVersion: 1\\n"

def build_editable(folder, config_settings=None, metadata_directory=None):
    with open("pyproject.toml", "rb") as file:
        dependencies = tomllib.load(file)["project"].get("dependencies", [])
    metadata = METADATA + "".join(f"Requires-Dist: {name}\\n" for name in dependencies)
    with zipfile.ZipFile(folder + "/" + NAME, "w") as wheel:
        wheel.writestr("folderport.pth", os.path.dirname(__file__))
        wheel.writestr(INFO + "METADATA", metadata)
        wheel.writestr(INFO + "WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(INFO + "RECORD", "")
    return NAME
"""

APPLICATION = """
import json, os, sys

def main():
    facts = {"arguments": sys.argv[1:], "cwd": os.getcwd(), "path": sys.path, "prefix": sys.prefix}
    print(json.dumps(facts))
    return 7
"""


def write_checkout(folder: Path) -> Path:
    for part in ("app", "packaging"):
        (folder / part).mkdir(parents=True)
    shutil.copy(ROOT / "app" / "__main__.py", folder / "app")
    for module in ("bootstrap.py", "system_packages.py"):
        shutil.copy(ROOT / "packaging" / module, folder / "packaging")
    (folder / "packaging" / "constraints.txt").touch()
    (folder / "app" / "__init__.py").touch()
    (folder / "app" / "command_line.py").write_text(APPLICATION)
    # A file that would replace the standard library's module for whom app/ is on sys.path.
    (folder / "app" / "json.py").write_text("raise RuntimeError('app/ is on sys.path')")
    (folder / "backend.py").write_text(BACKEND)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    return folder


def begin(checkout: Path, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start `python3 app --headless` as from a new machine: an empty home, no settings, offline."""
    home = checkout.parent / "home"
    home.mkdir(exist_ok=True)
    # Without the first, no program of Windows finds anything; the other has its temporary files.
    windows = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    return subprocess.Popen(
        [PYTHON, str(checkout / "app"), "--headless", *arguments],
        cwd=cwd or checkout.parent,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "PIP_NO_INDEX": "1", **windows},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(
    checkout: Path, *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    process = begin(checkout, *arguments, cwd=cwd)
    out, err = process.communicate(timeout=DEADLINE)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture(scope="module")
def first_run(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A checkout after its first start, and what that start said. Tests change copies only."""
    checkout = write_checkout(tmp_path_factory.mktemp("first run") / "the checkout")
    return checkout, run(checkout, "a folder", cwd=checkout / "app")


@pytest.fixture
def prepared(first_run: tuple[Path, object], tmp_path: Path) -> Path:
    """A prepared checkout that was copied to another place."""
    return shutil.copytree(first_run[0], tmp_path / "copied", symlinks=True)


def test_a_fresh_checkout_is_set_up_and_started(
    first_run: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    checkout, result = first_run
    assert result.returncode == 7, result.stderr
    facts = json.loads(result.stdout)
    assert facts["arguments"] == ["--headless", "a folder"]
    assert facts["cwd"] == str(checkout / "app")
    assert facts["prefix"] == str(checkout / ".venv")
    assert facts["path"].count(str(checkout)) == 1
    assert not {"", ".", str(checkout / "app"), str(checkout / "packaging")} & set(facts["path"])


def test_each_step_of_the_set_up_is_one_short_line_and_none_is_on_standard_output(
    first_run: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    lines = first_run[1].stderr.splitlines()
    assert lines[:2] == [
        "folderport: making .venv",
        "folderport: installing Python packages into .venv",
    ]
    assert lines[2].startswith("folderport: ready after ")
    assert len(lines) == 3
    assert first_run[1].stdout.count("\n") == 1


def test_a_later_start_says_nothing(first_run: tuple[Path, object]) -> None:
    assert run(first_run[0]).stderr == ""


def test_the_window_uses_the_python_packages_that_the_terminal_has(
    first_run: tuple[Path, object],
) -> None:
    checkout = first_run[0]
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import bootstrap, system_packages;"
        "system_packages.NEEDED_FOR['window'] = (); bootstrap.prepare('window');"
        "print(bootstrap.is_ready('window'), bootstrap.is_ready('tests'))"
    )
    command = [PYTHON, "-c", code, str(checkout / "packaging")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "True False\n"
    assert "Python packages" not in result.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [("pyproject.toml", 'description = "changed"'), ("packaging/constraints.txt", "other==1.0")],
)
def test_what_says_which_packages_there_are_is_followed_again_when_it_changed(
    prepared: Path, file: str, line: str
) -> None:
    run(prepared)
    with (prepared / file).open("a") as project:
        project.write(f"{line}\n")
    again = run(prepared)
    assert again.returncode == 7
    assert "installing Python packages" in again.stderr
    assert "making .venv" not in again.stderr
    assert run(prepared).stderr == ""


def test_a_system_package_that_became_needed_is_looked_for(first_run: tuple[Path, object]) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import bootstrap, system_packages;"
        "before = bootstrap.is_ready('terminal');"
        "system_packages.NEEDED_FOR['terminal'] = (('new', 'new', 'new'),);"
        "print(before, bootstrap.is_ready('terminal'))"
    )
    command = [PYTHON, "-c", code, str(first_run[0] / "packaging")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == (
        "True False\n"
    )


def test_a_checkout_that_moved_runs_its_own_files(prepared: Path) -> None:
    result = run(prepared)
    assert "installing Python packages" in result.stderr
    assert str(prepared) in json.loads(result.stdout)["path"]


def test_an_environment_without_pip_or_python_is_made_again(prepared: Path) -> None:
    place = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    (prepared / ".venv" / place).unlink()
    result = run(prepared)
    assert result.returncode == 7, result.stderr
    assert "making .venv" in result.stderr


@pytest.mark.needs("signals between processes")
def test_a_set_up_that_was_killed_is_recovered(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout")
    with begin(checkout) as killed:
        assert killed.stderr is not None
        assert killed.stderr.readline() == "folderport: making .venv\n"
        os.killpg(killed.pid, signal.SIGKILL)
    result = run(checkout)
    assert result.returncode == 7, result.stderr
    assert json.loads(result.stdout)["prefix"] == str(checkout / ".venv")


@pytest.mark.needs("signals between processes")
def test_an_interrupted_set_up_ends_with_a_sentence(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout")
    process = begin(checkout)
    assert process.stderr is not None
    process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert err.strip() == "folderport: stopped; the same command goes on from here."
    assert out == ""


def test_two_starts_at_once_set_up_once(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout")
    both = [begin(checkout), begin(checkout)]
    said = [process.communicate(timeout=DEADLINE) for process in both]
    assert [process.returncode for process in both] == [7, 7], said
    assert sum("making .venv" in err for _, err in said) == 1
    assert sum("waiting for another set-up" in err for _, err in said) == 1


def test_packages_that_cannot_be_had_are_explained_and_tried_again(prepared: Path) -> None:
    project = prepared / "pyproject.toml"
    project.write_text(PYPROJECT + 'dependencies = ["there-is-no-such-package"]\n')
    result = run(prepared)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "pip could not install them" in result.stderr
    assert "No matching distribution found for there-is-no-such-package" in result.stderr
    assert "Next step: check the connection" in result.stderr
    assert "Traceback" not in result.stderr
    project.write_text(PYPROJECT)
    assert run(prepared).returncode == 7


def test_something_in_the_way_of_the_environment_is_named(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout")
    (checkout / ".venv").write_text("not a folder")
    result = run(checkout)
    assert result.returncode == 1
    assert f"{checkout / '.venv'}" in result.stderr
    assert "Traceback" not in result.stderr
    assert (checkout / ".venv").read_text() == "not a folder"


def test_a_python_package_that_is_missing_is_named(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout")
    (checkout / "app" / "json.py").unlink()
    (checkout / "app" / "command_line.py").write_text("import package_that_nobody_has")
    result = subprocess.run(
        [PYTHON, "-m", "app"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "the Python package package_that_nobody_has is missing" in result.stderr
    assert "Traceback" not in result.stderr
