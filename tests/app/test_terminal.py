"""Telling the terminal what happens neither fails nor holds anything up."""

from __future__ import annotations

import io
import os
import threading
from typing import TYPE_CHECKING

import pytest

from app.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_come_out_at_once(tmp_path: Path) -> None:
    file = tmp_path / "out"
    with file.open("w", encoding="utf-8") as stream:
        Terminal(stream).say("gull")
        Terminal(stream).note("tern")
        assert file.read_text(encoding="utf-8") == "gull\ntern\n"


def test_a_name_that_does_not_fit_the_encoding_is_escaped() -> None:
    raw = io.BytesIO()
    terminal = Terminal(io.TextIOWrapper(raw, encoding="ascii", newline="\n"))
    terminal.say("Möwe")
    assert raw.getvalue() == b"M\\xf6we\n"
    assert not terminal.can_show("Möwe")
    assert terminal.can_show("gull")


def test_a_program_without_any_terminal_is_no_error() -> None:
    terminal = Terminal(None)
    terminal.say("gull")
    terminal.note("gull")
    assert not terminal.has_colours


def test_a_reader_that_has_gone_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        terminal = Terminal(stream)
        terminal.say("gull")
        terminal.note("gull")
        # What the process writes there later does not fail either.
        stream.write("tern")
        stream.flush()


@pytest.mark.needs("pipes that can be waited for")
def test_notes_are_left_out_while_nobody_reads() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream, os.fdopen(reader, "rb") as read:
        terminal = Terminal(stream)
        for number in range(100_000):
            terminal.note(f"line {number}")
        os.set_blocking(reader, False)
        first = read.read()
        assert first.startswith(b"line 0\nline 1\n")
        assert b"line 99999\n" not in first
        terminal.note("read again")
        assert read.read() == b"read again\n"


def test_notes_hold_nothing_up_where_nothing_tells_whether_they_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on Windows, whose consoles take nothing while somebody selects text in them."""
    monkeypatch.setattr("app.terminal._TELLS_WHETHER_IT_WAITS", False)
    reader, writer = os.pipe()
    writing = os.fdopen(writer, "w", encoding="utf-8", newline="\n")
    with writing as stream, os.fdopen(reader, "rb") as read:
        terminal = Terminal(stream)
        for number in range(100_000):
            terminal.note(f"line {number}")
        # Whoever is asked to write waits; then the notes are out that came before.
        rest: list[bytes] = []
        reading = threading.Thread(target=lambda: rest.extend(iter(read.readline, b"the end\n")))
        reading.start()
        while terminal._notes.qsize():
            terminal.say("not the end")
        terminal.say("the end")
        reading.join()
        assert rest[:2] == [b"line 0\n", b"line 1\n"]
        assert b"line 99999\n" not in rest
        assert len(rest) < 50_000


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
    ],
)
@pytest.mark.needs("pseudo terminals")
def test_colours_are_for_terminals_that_know_them(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], colours: bool
) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    controlling, terminal = os.openpty()
    with os.fdopen(terminal, "w", encoding="utf-8") as stream, os.fdopen(controlling):
        assert Terminal(stream).has_colours is colours


def test_a_file_is_not_given_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        assert not Terminal(stream).has_colours
