"""What the bootstrap asks of the system: which packages, for what, and with whose agreement."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.needs("packages of Linux")
ROOT = Path(__file__).parents[2]
PACKAGING = str(ROOT / "packaging")


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PACKAGING)
    import bootstrap

    return bootstrap


@pytest.fixture
def system_packages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PACKAGING)
    import system_packages

    return system_packages


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH. What is put there writes down how it was called."""
    folder = tmp_path / "tools"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(tools: Path, name: str, then: str = "") -> None:
    log = tools.parent / "calls"
    log.touch()
    log.chmod(0o666)
    tool = tools / name
    tool.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n{then}\n')
    tool.chmod(0o755)


def test_nothing_that_the_tests_need_is_missing_here(system_packages: ModuleType) -> None:
    missing = system_packages.missing_for("tests")
    assert missing == [], "run `python3 tests` once: it installs them"


def test_every_row_names_one_thing_to_look_for_once(system_packages: ModuleType) -> None:
    assert tuple(system_packages.NEEDED_FOR) == system_packages.PURPOSES
    rows = [row for rows in system_packages.NEEDED_FOR.values() for row in rows]
    for probed, apt, pacman in rows:
        assert re.fullmatch(r"lib[\w.-]+\.so\.\d+|[A-Za-z0-9-]+", probed)
        assert re.fullmatch(r"[a-z0-9.+-]+", apt)
        assert re.fullmatch(r"[a-z0-9.+-]+", pacman)
    for column in (0, 1):
        names = [row[column] for row in rows]
        assert len(names) == len(set(names))


def test_sharing_from_the_terminal_needs_no_system_package(system_packages: ModuleType) -> None:
    assert system_packages.NEEDED_FOR["terminal"] == ()


def test_a_missing_library_or_command_is_found(
    system_packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = ("libfolderport-none.so.9", "libnone9", "none")
    command = ("folderport-none", "none", "none")
    present = ("sh", "dash", "dash")
    monkeypatch.setitem(system_packages.NEEDED_FOR, "window", (library, present, command))
    assert system_packages.missing_for("window") == [library, command]
    assert system_packages.missing_for("terminal") == []


@pytest.mark.parametrize(
    ("arguments", "environment", "purpose"),
    [
        ([], {"DISPLAY": ":0"}, "window"),
        (["folder"], {"WAYLAND_DISPLAY": "wayland-0"}, "window"),
        (["folder"], {"QT_QPA_PLATFORM": "offscreen"}, "window"),
        (["folder"], {}, "terminal"),
        (["folder"], {"DISPLAY": ""}, "terminal"),
        (["--headless", "folder"], {"DISPLAY": ":0"}, "terminal"),
        (["--version"], {"DISPLAY": ":0"}, "terminal"),
        (["--help"], {"DISPLAY": ":0"}, "terminal"),
    ],
)
def test_window_libraries_are_wanted_only_where_a_window_can_open(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    purpose: str,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert bootstrap.purpose_of(arguments) == purpose


@pytest.mark.parametrize(
    ("tool", "line"),
    [
        ("apt-get", "apt-get install libegl1 xvfb"),
        ("pacman", "pacman -S --needed libglvnd xorg-server-xvfb"),
        ("dnf", "dnf install 'libEGL.so.1()(64bit)' /usr/bin/Xvfb"),
        ("zypper", "zypper install 'libEGL.so.1()(64bit)' /usr/bin/Xvfb"),
        (None, "what contains libEGL.so.1 Xvfb"),
    ],
)
def test_each_system_is_told_its_own_line(
    system_packages: ModuleType, tools: Path, tool: str | None, line: str
) -> None:
    if tool is not None:
        put(tools, tool)
    rows = [("libEGL.so.1", "libegl1", "libglvnd"), ("Xvfb", "xvfb", "xorg-server-xvfb")]
    assert system_packages.command_line(rows).removeprefix("sudo ") == line


def install(tools: Path, answer: str | None, *, lists: bool = True) -> tuple[int, str]:
    """Let a person who is not root install `one` and `two`: at a terminal, or without one."""
    folder = tools.parent / "lists"
    folder.mkdir()
    if lists:
        (folder / "some_debian_main_Packages").touch()
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import bootstrap\n"
        "bootstrap.APT_LISTS = sys.argv[2]; os.geteuid = lambda: 1000\n"
        "try: bootstrap._install_packages(['one', 'two'], 'sudo apt-get install one two')\n"
        "except bootstrap.SetupError as error: sys.exit(str(error))"
    )
    ours, theirs = os.openpty()
    try:
        if answer is not None:
            os.write(ours, answer.encode())
        result = subprocess.run(
            [sys.executable, "-c", code, PACKAGING, str(folder)],
            stdin=subprocess.DEVNULL if answer is None else theirs,
            env={"PATH": str(tools)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return result.returncode, result.stderr


def calls(tools: Path) -> list[str]:
    """The apt-get calls that were made, without the options that keep it quiet."""
    lines = (tools.parent / "calls").read_text().splitlines()
    return [line.split("Timeout=300 ")[1] for line in lines if line.startswith("apt-get")]


INSTALL = "install --yes --no-install-recommends one two"
ENDS_WITH_EOF = "\x04"


@pytest.fixture
def debian(tools: Path) -> Path:
    """PATH of a Debian whose apt-get only writes down what it is asked."""
    put(tools, "apt-get")
    put(tools, "sudo", then='exec "$@"')
    (tools / "env").symlink_to("/usr/bin/env")
    return tools


@pytest.mark.parametrize("answer", ["\n", "y\n", "YES\n"])
def test_packages_are_installed_after_asking(debian: Path, answer: str) -> None:
    status, said = install(debian, answer)
    assert status == 0
    assert "Run `sudo apt-get install one two` now? [Y/n]" in said
    assert calls(debian) == [INSTALL]


@pytest.mark.parametrize("answer", ["n\n", "what?\n", ENDS_WITH_EOF, None])
def test_nothing_is_installed_without_agreement(debian: Path, answer: str | None) -> None:
    status, said = install(debian, answer)
    assert status == 1
    assert said.endswith(
        "Install them, then run the same command again:\n  sudo apt-get install one two\n"
    )
    assert calls(debian) == []


def test_package_lists_are_fetched_where_there_are_none(debian: Path) -> None:
    assert install(debian, "y\n", lists=False)[0] == 0
    assert calls(debian) == ["update", INSTALL]


def test_outdated_package_lists_are_fetched_again(debian: Path) -> None:
    put(
        debian, "apt-get", then=f"test -e {debian}/updated || {{ : > {debian}/updated; exit 100; }}"
    )
    assert install(debian, "y\n")[0] == 0
    assert calls(debian) == [INSTALL, "update", INSTALL]


def test_a_failing_installation_shows_what_apt_get_said(debian: Path) -> None:
    put(debian, "apt-get", then='echo "E: Unable to locate package one"; exit 100')
    status, said = install(debian, "y\n")
    assert status == 1
    assert "apt-get could not install them. It said:\nE: Unable to locate package one" in said
    assert said.endswith("Next step: sudo apt-get install one two\n")


READ_BY_OLD_PYTHONS = (
    "app/__main__.py",
    "tests/__main__.py",
    "packaging/bootstrap.py",
    "packaging/system_packages.py",
)


@pytest.mark.parametrize("path", READ_BY_OLD_PYTHONS)
def test_an_older_python_can_read_what_tells_it_so(path: str) -> None:
    ast.parse((ROOT / path).read_text(), feature_version=(3, 8))


def test_a_python_that_is_too_old_is_told_which_one_is_needed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON_NEEDED", (99, 7))
    with pytest.raises(SystemExit, match=r"Python 99\.7 or newer is needed, and this is Python 3"):
        bootstrap.launch("terminal", [])
