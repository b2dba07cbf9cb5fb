"""`python -m server_core`: what `python -m http.server` prints, takes and ends with."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE = 20.0
COMMAND = (sys.executable, "-P", "-m", "server_core")
PLAIN = b"twelve gulls\n"


class Program:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        assert process.stdout is not None
        if os.name == "posix":  # Windows waits for no pipe
            assert select.select([process.stdout], [], [], DEADLINE)[0], "it says nothing"
        self.line = process.stdout.readline().decode().rstrip("\r\n")

    @property
    def port(self) -> int:
        found = re.search(r"port (\d+)", self.line)
        assert found is not None
        return int(found[1])

    def get(self, target: str, host: str = "127.0.0.1") -> bytes:
        url = f"http://{host}:{self.port}{target}"
        return urllib.request.urlopen(url, timeout=DEADLINE).read()

    def interrupt(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def run() -> Iterator[Callable[..., Program]]:
    with contextlib.ExitStack() as started:

        def start(*arguments: str, cwd: Path | None = None) -> Program:
            process = subprocess.Popen(
                [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd
            )
            started.enter_context(process)
            started.callback(process.kill)
            return Program(process)

        yield start


@pytest.mark.needs("signals between processes")
def test_the_first_line_says_where_it_listens(run: Callable[..., Program], tree: Path) -> None:
    program = run("0", "-b", "127.0.0.1", "-d", str(tree))
    port = program.port
    assert port != 0
    assert program.line == f"Serving HTTP on 127.0.0.1 port {port} (http://127.0.0.1:{port}/) ..."
    assert program.get("/plain.txt") == PLAIN
    status, out, err = program.interrupt()
    assert status == 0
    assert out == "\nKeyboard interrupt received, exiting.\n"
    assert err.endswith('"GET /plain.txt HTTP/1.1" 200 13\n')
    assert err.count("\n") == 1


def test_the_current_folder_is_served_by_default(run: Callable[..., Program], tree: Path) -> None:
    program = run("0", "--bind", "127.0.0.1", cwd=tree)
    assert program.get("/plain.txt") == PLAIN
    assert b"inner.txt" in program.get("/sub/")


@pytest.mark.parametrize(
    ("arguments", "version"),
    [((), b"HTTP/1.0"), (("-p", "HTTP/1.1"), b"HTTP/1.1"), (("--protocol=HTTP/1.1",), b"HTTP/1.1")],
)
def test_the_protocol_can_be_chosen(
    run: Callable[..., Program], tree: Path, arguments: tuple[str, ...], version: bytes
) -> None:
    program = run("0", "-b", "127.0.0.1", "--directory", str(tree), *arguments)
    with socket.create_connection(("127.0.0.1", program.port), DEADLINE) as client:
        client.sendall(b"GET /plain.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert client.makefile("rb").readline() == version + b" 200 OK\r\n"


def test_an_ipv6_address_stands_in_brackets(run: Callable[..., Program], tree: Path) -> None:
    program = run("0", "-b", "::1", "-d", str(tree))
    port = program.port
    assert program.line == f"Serving HTTP on ::1 port {port} (http://[::1]:{port}/) ..."
    assert program.get("/plain.txt", "[::1]") == PLAIN


def test_both_families_are_served_without_an_address(
    run: Callable[..., Program], tree: Path
) -> None:
    program = run("0", "-d", str(tree))
    port = program.port
    assert program.line == f"Serving HTTP on :: port {port} (http://[::]:{port}/) ..."
    assert program.get("/plain.txt") == program.get("/plain.txt", "[::1]") == PLAIN


@pytest.mark.needs("signals between processes")
def test_an_interrupt_ends_it_in_the_middle_of_a_download(
    run: Callable[..., Program], tree: Path
) -> None:
    with (tree / "large.bin").open("wb") as file:
        file.truncate(1 << 30)
    program = run("0", "-b", "127.0.0.1", "-d", str(tree))
    with socket.create_connection(("127.0.0.1", program.port), DEADLINE) as client:
        client.sendall(b"GET /large.bin HTTP/1.0\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.0 200"
        began = time.monotonic()
        status, _, err = program.interrupt()
        assert status == 0
        assert time.monotonic() - began < DEADLINE
        assert "Traceback" not in err


def test_a_port_that_is_taken_is_named_in_one_line(tree: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, err = fails(str(port), "-b", "127.0.0.1", "-d", str(tree))
    assert status == 1
    assert err.startswith("Cannot listen on ")
    assert f"port {port} of 127.0.0.1: another program does; choose another" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("0", "-b", "256.256.256.256"), ("0", "-b", "198.51.100.1"), ("0", "-b", "::zz")],
)
def test_what_cannot_be_listened_on_is_one_line(arguments: tuple[str, ...]) -> None:
    status, err = fails(*arguments)
    assert status == 1
    assert err.startswith("Cannot listen on ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("gull",), ("99999",), ("--nonsense",), ("80", "81")])
def test_what_is_no_option_is_one_line_that_names_it(arguments: tuple[str, ...]) -> None:
    status, err = fails(*arguments)
    assert status == 2
    assert err.startswith("python -m server_core: error: ")
    assert arguments[-1] in err
    assert err.count("\n") == 1


def fails(*arguments: str) -> tuple[int, str]:
    result = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert result.stdout == ""
    return result.returncode, result.stderr


def test_help_names_every_option() -> None:
    shown = subprocess.run([*COMMAND, "-h"], capture_output=True, text=True, check=True).stdout
    for option in ("-b", "--bind", "-d", "--directory", "-p", "--protocol", "port"):
        assert option in shown


@pytest.mark.needs("pseudo terminals")
def test_a_terminal_shows_the_log_in_colours(tree: Path) -> None:
    ours, theirs = os.openpty()
    arguments = ["0", "-b", "127.0.0.1", "-d", str(tree)]
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as process:
        try:
            os.close(theirs)
            assert Program(process).get("/plain.txt") == PLAIN
            shown = b""
            while not shown.endswith(b"\n"):
                assert select.select([ours], [], [], DEADLINE)[0], shown
                shown += os.read(ours, 1000)
            assert shown.endswith(b' HTTP/1.1" \x1b[32m200\x1b[0m \x1b[90m13\x1b[0m\r\n')
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.needs("signals between processes")
def test_a_log_whose_reader_is_gone_harms_no_download(tree: Path) -> None:
    reader, writer = os.pipe()
    arguments = ["0", "-b", "127.0.0.1", "-d", str(tree)]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=writer) as process:
        try:
            os.close(writer)
            os.close(reader)
            program = Program(process)
            for _ in range(3):
                assert program.get("/plain.txt") == PLAIN
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE) in (0, 120)
        finally:
            process.kill()
