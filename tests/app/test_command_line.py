"""What may be said on the command line, and what comes of it."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import threading
import types
from typing import TYPE_CHECKING

import pytest

import app
from app.command_line import main, parser
from app.state import Field, StartFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the last line of what is said about a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words)
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def test_everything_may_be_left_out() -> None:
    assert vars(parser().parse_args([])) == {
        "folder": None,
        "headless": False,
        "bind": None,
        "port": None,
        "protocol": None,
        "ask": False,
    }


def test_options_may_stand_before_and_after_the_folder() -> None:
    words = [
        "--headless",
        "Pictures",
        "--bind",
        "10.0.0.5",
        "--port",
        "0",
        "--protocol",
        "HTTP/1.0",
    ]
    assert vars(parser().parse_args(words)) == {
        "folder": "Pictures",
        "headless": True,
        "bind": "10.0.0.5",
        "port": 0,
        "protocol": "HTTP/1.0",
        "ask": False,
    }


@pytest.mark.parametrize("way", [["--headless"], []])
def test_nothing_is_shared_where_it_was_to_be_asked_and_there_is_no_window(
    way: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shared: list[object] = []
    monkeypatch.setattr("app.headless.share", lambda *given: shared.append(given))
    monkeypatch.setattr("app.command_line.display_problem", lambda _: "no display was found")
    assert main([*way, "--ask", str(tmp_path)]) == 2
    assert shared == []
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.endswith(", and --ask needs one to ask in.")


@pytest.mark.parametrize("port", ["0", "1", "8000", "65535"])
def test_a_port_is_a_number_in_its_range(port: str) -> None:
    assert parser().parse_args(["--port", port]).port == int(port)


@pytest.mark.parametrize("port", ["-1", "65536", "http", "", "٨٠", "8_0", "80.0", "9" * 5000])
def test_another_port_is_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    assert re.search("--port: .* is no number from 0 to 65535", refused(capsys, f"--port={port}"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("all", "all"),
        ("local", "local"),
        ("localhost", "local"),
        ("192.168.1.20", "192.168.1.20"),
        ("[FD00::1]", "fd00::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
def test_where_to_be_reached_is_an_address_or_a_word(said: str, meant: str) -> None:
    assert parser().parse_args(["--bind", said]).bind == meant


@pytest.mark.parametrize("said", ["", "fritz.box", "1.2.3", "10.0.0.256", "224.0.0.1", "ff02::1"])
def test_another_place_to_be_reached_is_refused(
    capsys: pytest.CaptureFixture[str], said: str
) -> None:
    assert "argument --bind" in refused(capsys, "--bind", said)


def test_another_protocol_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "HTTP/1.1" in refused(capsys, "--protocol", "HTTP/2")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"folderport {app.__version__}\n"


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    for option in ("FOLDER", "--headless", "--bind", "--port", "--protocol", "--ask", "--version"):
        assert option in told


@pytest.mark.parametrize("mode", [["--headless"], []])
@pytest.mark.parametrize("kind", ["missing", "file", "unnamed"])
def test_what_is_no_folder_is_told_in_one_line_in_both_modes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, mode: list[str]
) -> None:
    (tmp_path / "file").touch()
    path = "" if kind == "unnamed" else str(tmp_path / kind)
    assert main([*mode, path]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("folderport: ")
    assert path in captured.err


@pytest.mark.parametrize("mode", [["--headless"], []])
@pytest.mark.needs("permissions for owner, group and others")
def test_a_folder_that_may_not_be_read_is_told_in_one_line_in_both_modes(
    unreadable: Path, capsys: pytest.CaptureFixture[str], mode: list[str]
) -> None:
    assert main([*mode, str(unreadable)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert str(unreadable) in captured.err


@pytest.mark.parametrize("word", ["--head", "--bin", "--vers"])
def test_a_shortened_option_is_refused(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert word in refused(capsys, word)


def test_a_folder_that_takes_too_long_to_be_looked_at_keeps_no_window_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = threading.Event()
    shared: list[str] = []

    def wait(path: str) -> StartFailure | None:
        return None if answers.wait(20) else StartFailure(Field.FOLDER, f"{path} was waited for")

    def share(folder: str, *_: object) -> int:
        shared.append(folder)
        return 0

    monkeypatch.setattr("app.command_line.check_folder", wait)
    monkeypatch.setattr("app.command_line._FOLDER_SECONDS", 0.01)
    monkeypatch.setattr("app.headless.share", share)
    assert main(["--headless", str(tmp_path)]) == 0
    assert shared == [str(tmp_path)]
    answers.set()


def test_a_display_that_does_not_answer_is_one_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    answers = threading.Event()

    def wait(_environment: object) -> str:
        return "" if answers.wait(20) else "it was waited for"

    monkeypatch.setattr("app.command_line.display_problem", wait)
    monkeypatch.setattr("app.command_line._DISPLAY_SECONDS", 0.01)
    monkeypatch.setattr("app.headless.share", lambda *_: 0)
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().err == (
        "folderport: the display does not answer; sharing from the terminal.\n"
    )
    answers.set()


def test_a_fault_of_our_own_is_not_taken_for_a_missing_qt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "app.application", None)
    with pytest.raises(ImportError, match=r"app\.application"):
        main([])


@pytest.fixture
def collecting() -> Iterator[None]:
    """Garbage is looked for, and afterwards as it was before."""
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was_enabled else gc.disable)()


@pytest.mark.usefixtures("collecting")
def test_no_garbage_is_looked_for_until_the_window_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_for: list[bool] = []
    application = types.ModuleType("app.application")
    monkeypatch.setattr(
        application, "run", lambda _: looked_for.append(gc.isenabled()) or 0, raising=False
    )
    monkeypatch.setitem(sys.modules, "app.application", application)
    monkeypatch.setattr("app.command_line.display_problem", lambda _: "")
    assert main([]) == 0
    assert looked_for == [False]


@pytest.mark.usefixtures("collecting")
def test_what_is_started_from_the_window_finds_no_libraries_of_qt_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[str] = []

    def load(name: str) -> Callable[[object], int]:
        # As PySide6 does on Windows.
        monkeypatch.setenv("PATH", "where Qt is" + os.pathsep + os.environ["PATH"])
        assert name in ("run", "__path__", "__spec__")
        return lambda _: found.append(os.environ["PATH"]) or 0

    application = types.ModuleType("app.application")
    monkeypatch.setattr(application, "__getattr__", load, raising=False)
    monkeypatch.setitem(sys.modules, "app.application", application)
    monkeypatch.setattr("app.command_line.display_problem", lambda _: "")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("PATH", "where programs are")
    assert main([]) == 0
    assert found == ["where programs are"]


@pytest.mark.usefixtures("collecting")
def test_garbage_is_looked_for_where_there_is_no_window(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looked_for: list[bool] = []
    monkeypatch.setitem(sys.modules, "PySide6.QtCore", None)
    monkeypatch.delitem(sys.modules, "app.application", raising=False)
    monkeypatch.setattr("app.headless.share", lambda *_: looked_for.append(gc.isenabled()) or 0)
    monkeypatch.setattr("app.command_line.display_problem", lambda _: "")
    assert main([str(tmp_path)]) == 0
    assert looked_for == [True]


def test_the_command_line_is_read_without_qt() -> None:
    code = "import sys, app.command_line; sys.exit('PySide6' in sys.modules)"
    environment = {**os.environ, "DISPLAY": ":0"}
    subprocess.run([sys.executable, "-P", "-c", code], check=True, env=environment)
