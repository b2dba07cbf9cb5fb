"""Whether a window can be opened is found out before Qt would end the process."""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.display import display_problem, has_display

PACKAGING = Path(__file__).parents[2] / "packaging"
ENVIRONMENTS = [
    ({}, "linux", False),
    ({"DISPLAY": ":0"}, "linux", True),
    ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
    ({"DISPLAY": "", "WAYLAND_DISPLAY": ""}, "linux", False),
    ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
    ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "linux", True),
    ({"QT_QPA_PLATFORM": "xcb"}, "linux", False),
    ({"QT_QPA_PLATFORM": "wayland;xcb"}, "linux", False),
    ({"QT_QPA_PLATFORM": "wayland-egl;offscreen"}, "linux", True),
    ({"QT_QPA_PLATFORM": ""}, "freebsd14", False),
    ({}, "win32", True),
    ({}, "darwin", True),
]


@pytest.mark.parametrize(("environment", "platform", "expected"), ENVIRONMENTS)
def test_a_window_needs_a_display(
    environment: dict[str, str], platform: str, expected: bool
) -> None:
    assert has_display(environment, platform) is expected


@pytest.mark.parametrize(("environment", "platform", "expected"), ENVIRONMENTS)
def test_the_set_up_prepares_a_window_by_the_same_rule(
    environment: dict[str, str], platform: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(PACKAGING))
    bootstrap = importlib.import_module("bootstrap")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert bootstrap.purpose_of([]) == ("window" if expected else "terminal")
    assert bootstrap.purpose_of(["--headless"]) == "terminal"


def test_a_display_that_is_there_is_no_problem(virtual_display: str) -> None:
    assert problem_in_a_process({"DISPLAY": virtual_display}) == ""


@pytest.mark.needs("displays of X")
def test_a_dead_display_is_named() -> None:
    told = "the display :4242 cannot be opened"
    assert problem_in_a_process({"DISPLAY": ":4242"}) == told
    assert problem_in_a_process({"DISPLAY": ":4242", "QT_QPA_PLATFORM": "xcb:debug"}) == told


def test_a_missing_library_of_qt_is_named(virtual_display: str, tmp_path: Path) -> None:
    (tmp_path / "libxcb-cursor.so.0").write_bytes(b"no library")
    environment = {"DISPLAY": virtual_display, "LD_LIBRARY_PATH": str(tmp_path)}
    told = problem_in_a_process(environment)
    assert told.startswith("Qt cannot be loaded (")
    assert "libxcb-cursor.so.0" in told


def test_a_platform_of_which_nothing_is_there_is_a_problem(virtual_display: str) -> None:
    environment = {"DISPLAY": virtual_display, "QT_QPA_PLATFORM": "wayland"}
    assert problem_in_a_process(environment) == "the display wayland-0 cannot be opened"


def test_the_second_platform_will_do_where_the_first_is_not_there(virtual_display: str) -> None:
    environment = {"DISPLAY": virtual_display, "WAYLAND_DISPLAY": "gone"}
    assert problem_in_a_process(environment) == ""
    assert problem_in_a_process({"WAYLAND_DISPLAY": "gone", "QT_QPA_PLATFORM": ""}) == (
        "the display gone cannot be opened"
    )


@pytest.mark.needs("named pipes and sockets in folders")
def test_a_wayland_display_is_found_where_it_listens(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        below = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert display_problem(below, "linux") == ""
        absolute = {"WAYLAND_DISPLAY": str(tmp_path / "wayland-7")}
        assert display_problem(absolute, "linux") == ""
    assert display_problem({"WAYLAND_SOCKET": "7", "WAYLAND_DISPLAY": "gone"}, "linux") == ""


def test_without_a_display_and_where_none_is_needed_nothing_is_tried() -> None:
    assert display_problem({}, "linux") == "there is no display"
    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}, "linux") == ""
    assert display_problem({}, "win32") == ""


def problem_in_a_process(environment: dict[str, str]) -> str:
    """Ask in a process of its own, to which the libraries are new and the environment applies."""
    code = "import os, app.display; print(app.display.display_problem(os.environ))"
    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    rest = {name: value for name, value in os.environ.items() if name not in gone}
    command = [sys.executable, "-P", "-c", code]
    told = subprocess.run(
        command, check=True, env={**rest, **environment}, capture_output=True, text=True
    )
    assert told.stderr == ""
    return told.stdout.removesuffix("\n")
