"""Sharing from the terminal, by choice or where there is no screen."""

from __future__ import annotations

import functools
import os
import re
import signal
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

END_SECONDS = 3
BLOCKS = {" ": (0, 0), "▀": (255, 0), "▄": (0, 255), "█": (255, 255)}
"""What the two halves of a character look like on a dark terminal: 255 is light."""
MODULE = 4
"""Pixels."""


def picture(lines: list[str]) -> QImage:
    """Return what a dark terminal shows of these lines of block characters."""
    rows = [[BLOCKS[sign][half] for sign in line] for line in lines for half in (0, 1)]
    image = QImage(len(rows[0]) * MODULE, len(rows) * MODULE, QImage.Format.Format_Grayscale8)
    for y in range(image.height()):
        for x in range(image.width()):
            grey = rows[y // MODULE][x // MODULE]
            image.setPixelColor(x, y, grey << 16 | grey << 8 | grey)
    return image


@pytest.fixture
def share_headless(run_folderport: Callable[..., Any], shared: Path) -> Callable[..., Any]:
    """Share the folder on loopback and on any port."""

    words = ("--headless", shared, "--bind", "127.0.0.1", "--port", "0")
    return functools.partial(run_folderport, *words)


def test_the_first_line_is_the_address_at_which_the_folder_is(
    share_headless: Callable[..., Any], fetch: Callable[..., Any], shared: Path
) -> None:
    address = share_headless().address()
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]*/", address)
    assert fetch(address + "letter.txt").stdout == (shared / "letter.txt").read_bytes()
    assert b'href="./letter.txt"' in fetch(address).stdout


def test_the_code_in_the_terminal_holds_the_address(
    share_headless: Callable[..., Any],
    wait_until: Callable[..., Any],
    read_qr: Callable[[QImage], list[str]],
) -> None:
    program = share_headless()
    address = program.address()
    wait_until(lambda: "Press Ctrl+C" in program.output, "the greeting is complete")
    code = [line for line in program.output.splitlines() if set(line) & {"▀", "▄", "█"}]
    assert read_qr(picture(code)) == [address]


def test_every_request_is_a_line(
    share_headless: Callable[..., Any],
    fetch: Callable[..., Any],
    wait_until: Callable[..., Any],
) -> None:
    program = share_headless()
    address = program.address()
    fetch(address + "letter.txt")
    fetch(address + "not%20there%0a%1b[31m")
    wait_until(lambda: " 404 " in program.output, "two lines")
    found, missing = program.output.splitlines()[-2:]
    assert re.fullmatch(r"\d\d:\d\d:\d\d 127\.0\.0\.1 GET /letter\.txt 200 24 bytes \d+ ms", found)
    assert r" GET /not there\n\x1b[31m 404 " in missing


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.needs("signals between processes")
def test_a_signal_ends_it_at_once(
    number: signal.Signals, share_headless: Callable[..., Any], is_refused: Callable[[str], bool]
) -> None:
    program = share_headless()
    address = program.address()
    program.send(number)
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""
    assert is_refused(address)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.needs("signals between processes")
def test_a_signal_ends_it_in_the_middle_of_a_download(
    number: signal.Signals,
    share_headless: Callable[..., Any],
    download: Callable[..., Any],
    large_file: Path,
    is_refused: Callable[[str], bool],
) -> None:
    program = share_headless()
    address = program.address()
    client, _ = download(address + large_file.name)
    program.send(number)
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""
    assert is_refused(address)
    assert client.wait(20) != 0, "the client takes a part for the whole"


@pytest.mark.needs("signals between processes")
def test_a_second_signal_while_it_ends_changes_nothing(
    share_headless: Callable[..., Any], download: Callable[..., Any], large_file: Path
) -> None:
    program = share_headless()
    address = program.address()
    clients = [download(address + large_file.name)[0] for _ in range(4)]
    program.send(signal.SIGINT)
    program.send(signal.SIGINT)
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""
    assert all(client.wait(20) != 0 for client in clients)


@pytest.mark.needs("signals between processes")
def test_connections_that_say_nothing_do_not_hold_up_the_end(
    share_headless: Callable[..., Any],
) -> None:
    program = share_headless()
    parts = urlsplit(program.address())
    silent = [socket.create_connection((parts.hostname, parts.port), 10) for _ in range(20)]
    silent[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    program.send(signal.SIGTERM)
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""
    for connection in silent:
        connection.close()


@pytest.mark.needs("signals between processes")
def test_without_a_display_it_says_so_in_one_line_and_shares(
    run_folderport: Callable[..., Any], fetch: Callable[..., Any], shared: Path
) -> None:
    # What a session over the network has: neither screen nor a Qt platform that needs none.
    program = run_folderport(shared, "--bind", "local", env={"QT_QPA_PLATFORM": ""})
    address = program.address()
    assert program.errors == "folderport: there is no display; sharing from the terminal.\n"
    assert fetch(address + "letter.txt").stdout == (shared / "letter.txt").read_bytes()
    program.send(signal.SIGINT)
    assert program.wait(END_SECONDS) == 0


@pytest.mark.parametrize("name", [":4242", "nowhere:invalid"])
@pytest.mark.needs("signals between processes")
def test_a_display_that_cannot_be_used_is_named_in_one_line_and_the_terminal_shares(
    name: str, run_folderport: Callable[..., Any], fetch: Callable[..., Any], shared: Path
) -> None:
    # What is left of a screen that has ended, in a terminal that was started on it.
    environment = {"QT_QPA_PLATFORM": "", "DISPLAY": name}
    program = run_folderport(shared, "--bind", "local", env=environment)
    address = program.address()
    assert program.errors == (
        f"folderport: the display {name} cannot be opened; sharing from the terminal.\n"
    )
    assert fetch(address + "letter.txt").stdout == (shared / "letter.txt").read_bytes()
    program.send(signal.SIGINT)
    assert program.wait(END_SECONDS) == 0


@pytest.mark.needs("signals between processes")
def test_where_a_library_of_a_window_is_missing_the_terminal_shares(
    run_folderport: Callable[..., Any], virtual_display: str, shared: Path, tmp_path: Path
) -> None:
    (tmp_path / "libxcb-cursor.so.0").write_bytes(b"no library")
    environment = {
        "QT_QPA_PLATFORM": "",
        "DISPLAY": virtual_display,
        "LD_LIBRARY_PATH": str(tmp_path),
    }
    program = run_folderport(shared, "--bind", "local", env=environment)
    assert program.address().startswith("http://127.0.0.1:")
    [line] = program.errors.splitlines()
    assert line.startswith("folderport: Qt cannot be loaded (")
    assert "libxcb-cursor.so.0" in line
    program.send(signal.SIGINT)
    assert program.wait(END_SECONDS) == 0


@pytest.mark.needs("signals between processes")
def test_a_reader_that_goes_away_ends_nothing(
    share_headless: Callable[..., Any], fetch: Callable[..., Any], shared: Path
) -> None:
    reader, writer = os.pipe()
    program = share_headless(stdout=writer)
    os.close(writer)
    with os.fdopen(reader) as lines:
        address = lines.readline().strip()
    for _ in range(3):
        assert fetch(address + "letter.txt").stdout == (shared / "letter.txt").read_bytes()
    program.send(signal.SIGTERM)
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""
