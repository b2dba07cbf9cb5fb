"""A folder is shared from the terminal: the program itself, run as a process and fetched from."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Camera, Program, Run

SHARE = ("--headless", "--bind", "127.0.0.1", "--port", "0")
FETCHED = "GET /notes.txt 200 13 bytes"
WITHOUT_QT = """
import sys
sys.modules["PySide6"] = sys.modules["shiboken6"] = None
from app.command_line import main
sys.exit(main(sys.argv[1:]))
"""


def address_of(program: Program) -> tuple[str, int]:
    parts = urlsplit(program.url())
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def without_display() -> dict[str, str]:
    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {name: value for name, value in os.environ.items() if name not in gone}


def test_the_first_line_is_the_address_of_the_folder(
    run: Run, folder: Path, fetch: Callable[[str], bytes]
) -> None:
    program = run(folder, *SHARE)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", program.url())
    assert fetch(f"{program.url()}notes.txt") == b"twelve gulls\n"
    assert b"notes.txt" in fetch(program.url())


def test_the_address_is_drawn_as_a_code_followed_by_how_to_stop(
    run: Run, folder: Path, camera: Camera
) -> None:
    program = run(folder, *SHARE)
    told = program.read_until("stop.\n")
    drawing = re.search(r"\n\n([ ▀▄█\n]+)\n\n", told)
    assert drawing is not None
    assert camera.read(camera.render(drawing[1], ink=b"\xff", paper=b"\x00")) == [program.url()]
    assert told.endswith(
        f"\nOnly this computer can open the address.\nSharing {folder}. Press Ctrl+C to stop.\n"
    )


def test_a_terminal_that_has_no_blocks_gets_no_code(run: Run, folder: Path) -> None:
    program = run(folder, *SHARE, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    told = program.read_until("stop.\n")
    assert told.count("\n") == 3
    assert r"M\xf6wen & more" in told


def test_each_request_is_a_line(run: Run, folder: Path, fetch: Callable[[str], bytes]) -> None:
    program = run(folder, *SHARE)
    fetch(f"{program.url()}notes.txt")
    told = program.read_until(FETCHED)
    assert re.search(rf"^\d\d:\d\d:\d\d 127\.0\.0\.1 {FETCHED} ", told, re.MULTILINE)


def test_a_request_can_neither_steer_the_terminal_nor_break_a_line(run: Run, folder: Path) -> None:
    program = run(folder, *SHARE)
    with contextlib.closing(http.client.HTTPConnection(*address_of(program))) as client:
        client.request("GET", "/%1b%5b2J%0afake%e2%80%ae")
        assert client.getresponse().status == 404
    told = program.read_until("404")
    assert r"GET /\x1b[2J\nfake\u202e 404" in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.needs("signals between processes")
def test_a_signal_ends_it_cleanly(run: Run, folder: Path, number: signal.Signals) -> None:
    program = run(folder, *SHARE)
    address = address_of(program)
    program.process.send_signal(number)
    assert program.end() == (0, "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


@pytest.mark.needs("signals between processes")
def test_a_second_signal_while_it_stops_changes_nothing(run: Run, folder: Path) -> None:
    with (folder / "large").open("wb") as large:
        large.truncate(1 << 30)
    program = run(folder, *SHARE)
    with socket.create_connection(address_of(program)) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(5) == b"HTTP/"
        # The transfer stands still, because the client reads no further.
        while program.process.poll() is None:
            program.process.send_signal(signal.SIGINT)
    assert program.end() == (0, "")


@pytest.mark.needs("signals between processes")
def test_the_next_program_may_have_the_port_at_once(run: Run, folder: Path) -> None:
    first = run(folder, *SHARE)
    host, port = address_of(first)
    with socket.create_connection((host, port)):
        first.process.send_signal(signal.SIGTERM)
        assert first.end() == (0, "")
    second = run(folder, "--headless", "--bind", host, "--port", str(port))
    assert address_of(second) == (host, port)


@pytest.mark.needs("signals between processes")
def test_sharing_goes_on_when_nobody_listens_to_the_terminal(
    run: Run, folder: Path, fetch: Callable[[str], bytes]
) -> None:
    program = run(folder, *SHARE)
    url = program.url()
    assert program.process.stdout is not None
    program.process.stdout.close()
    for _ in range(3):
        assert fetch(f"{url}notes.txt") == b"twelve gulls\n"
    program.process.send_signal(signal.SIGTERM)
    assert program.end() == (0, "")


@pytest.mark.needs("pipes of a chosen size")
@pytest.mark.needs("signals between processes")
def test_sharing_goes_on_when_the_terminal_is_held(run: Run, folder: Path) -> None:
    import fcntl  # not on Windows

    program = run(folder, *SHARE)
    program.read_until("stop.\n")
    assert program.process.stdout is not None
    fcntl.fcntl(program.process.stdout, fcntl.F_SETPIPE_SZ, 4096)
    with contextlib.closing(http.client.HTTPConnection(*address_of(program))) as client:
        for _ in range(200):
            client.request("GET", "/notes.txt")
            assert client.getresponse().read() == b"twelve gulls\n"
    program.process.send_signal(signal.SIGTERM)
    assert program.end() == (0, "")


def test_a_port_is_found_where_none_is_named(run: Run, folder: Path) -> None:
    first = run(folder, "--headless", "--bind", "local")
    second = run(folder, "--headless", "--bind", "local")
    assert address_of(first)[1] != address_of(second)[1]


def test_a_relative_folder_is_the_one_below_where_the_program_was_started(
    run: Run, folder: Path, fetch: Callable[[str], bytes]
) -> None:
    program = run(".", *SHARE, cwd=folder)
    assert fetch(f"{program.url()}notes.txt") == b"twelve gulls\n"


@pytest.mark.parametrize(("protocol", "answer"), [("HTTP/1.0", 10), ("HTTP/1.1", 11)])
def test_answers_are_of_the_protocol_that_was_asked_for(
    run: Run, folder: Path, protocol: str, answer: int
) -> None:
    program = run(folder, *SHARE, "--protocol", protocol)
    with contextlib.closing(http.client.HTTPConnection(*address_of(program))) as client:
        client.request("GET", "/notes.txt")
        assert client.getresponse().version == answer


def test_all_networks_include_this_computer(
    run: Run, folder: Path, fetch: Callable[[str], bytes]
) -> None:
    program = run(folder, "--headless", "--bind", "all", "--port", "0")
    _, port = address_of(program)
    assert fetch(f"http://127.0.0.1:{port}/notes.txt") == b"twelve gulls\n"


def test_who_asked_for_this_computer_alone_is_not_told_of_a_missing_network(
    run: Run, folder: Path
) -> None:
    program = run(folder, "--headless", "--bind", "local", "--port", "0")
    assert "no network" not in program.read_until("stop.\n")


def test_no_folder_is_ever_shared_by_accident(run: Run, folder: Path) -> None:
    status, told = run("--headless", cwd=folder).end()
    assert status == 2
    assert told == "folderport: say which folder to share: folderport --headless FOLDER\n"


def test_a_taken_port_is_told_in_one_line_with_one_that_is_free(run: Run, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        program = run(folder, "--headless", "--bind", "127.0.0.1", "--port", port)
        status, told = program.end()
    assert status == 1
    assert re.fullmatch(
        rf"folderport: Port {port} is taken by another program; port \d+ is free\.\n", told
    )


def test_an_address_of_another_computer_is_told_in_one_line(run: Run, folder: Path) -> None:
    status, told = run(folder, "--headless", "--bind", "198.51.100.7").end()
    assert status == 1
    assert told.startswith("folderport: This computer does not have the address 198.51.100.7 now")
    assert told.count("\n") == 1


@pytest.mark.needs("signals between processes")
def test_without_a_display_it_shares_from_the_terminal_and_says_so(
    run: Run, folder: Path, fetch: Callable[[str], bytes]
) -> None:
    program = run(folder, "--bind", "local", "--port", "0", env=without_display())
    assert fetch(f"{program.url()}notes.txt") == b"twelve gulls\n"
    program.process.send_signal(signal.SIGINT)
    assert program.end() == (
        0,
        "folderport: there is no display; sharing from the terminal.\n",
    )


@pytest.mark.needs("displays of X")
def test_with_neither_display_nor_folder_it_says_what_is_missing(run: Run) -> None:
    status, told = run(env=without_display()).end()
    assert status == 2
    assert "say which folder to share" in told.splitlines()[-1]


def test_on_a_machine_without_qt_it_shares_from_the_terminal(
    run: Run, folder: Path, fetch: Callable[[str], bytes]
) -> None:
    without_qt = (sys.executable, "-P", "-c", WITHOUT_QT)
    program = run(folder, *SHARE, command=without_qt)
    assert fetch(f"{program.url()}notes.txt") == b"twelve gulls\n"


@pytest.mark.needs("signals between processes")
def test_where_a_library_of_qt_is_missing_it_says_so_and_shares_from_the_terminal(
    run: Run, folder: Path, tmp_path: Path, fetch: Callable[[str], bytes]
) -> None:
    broken = tmp_path / "PySide6"
    broken.mkdir()
    (broken / "__init__.py").touch()
    for module in ("QtCore", "QtGui", "QtWidgets", "QtNetwork"):
        (broken / f"{module}.abi3.so").write_bytes(b"no library")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    program = run(folder, "--bind", "local", "--port", "0", env=environment)
    assert fetch(f"{program.url()}notes.txt") == b"twelve gulls\n"
    program.process.send_signal(signal.SIGINT)
    status, told = program.end()
    assert status == 0
    assert re.fullmatch(r"folderport: Qt cannot be loaded \(.*\); sharing .* terminal\.\n", told)
