"""`python -m server_core` as a program: what it serves, and how it ends."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DEADLINE = 20.0
LINE = re.compile(r"Serving (HTTPS?) on (\S+) port ([0-9]+) \((https?)://(\S+):\3/\) \.\.\.\n")


@dataclass
class Program:
    """A running server, and its first line of output."""

    process: subprocess.Popen[str]
    line: str

    @property
    def port(self) -> int:
        match = LINE.fullmatch(self.line)
        assert match is not None, self.line
        return int(match[3])

    def get(self, target: str, host: str = "127.0.0.1") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(host, self.port, timeout=DEADLINE)
        connection.request("GET", target)
        answer = connection.getresponse()
        self.body = answer.read()
        connection.close()
        return answer

    def end(self, number: int) -> tuple[int, str, str, float]:
        """Send a signal; return the exit status, what was still said, and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, out, err, time.monotonic() - began


class Run(Protocol):
    """Starts the program with these arguments; it is ended with the test."""

    def __call__(self, *arguments: str, bind: str | None = "127.0.0.1") -> Program: ...


@pytest.fixture
def run(tree: Path) -> Iterator[Run]:
    with contextlib.ExitStack() as stack:

        def start(*arguments: str, bind: str | None = "127.0.0.1") -> Program:
            to = [] if bind is None else ["-b", bind]
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "server_core", "0", *to, *arguments],
                    cwd=tree,
                    env={**os.environ, "PYTHONPATH": str(ROOT)},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            return Program(process, process.stdout.readline())

        yield start


@pytest.mark.needs("signals between processes")
def test_the_current_folder_is_served_and_the_first_line_says_where(run: Run) -> None:
    program = run()
    assert LINE.fullmatch(program.line)
    assert program.line.startswith("Serving HTTP on 127.0.0.1 port ")
    assert program.get("/plain.txt").version == 10
    assert program.body == b"twelve gulls\n"
    status, out, err, _ = program.end(signal.SIGINT)
    assert (status, out) == (0, "\nKeyboard interrupt received, exiting.\n")
    assert re.fullmatch(r'127\.0\.0\.1 - - \[.*\] "GET /plain.txt HTTP/1.1" 200 13\n', err)


@pytest.mark.needs("symbolic links")
def test_the_options_are_obeyed(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / "sub" / "link").symlink_to(tmp_path / "secret.txt")
    (tree / "sub" / ".dot").touch()
    (tree / "sub" / "nameless").write_bytes(b"\xff")
    program = run(
        *("-d", str(tree / "sub"), "-p", "HTTP/1.1", "--content-type", "x/y"),
        *("-H", "X-Own", "1", "-H", "X-Own", "2", "-H", "Server", "mine"),
        *("--follow-symlinks", "--hide-dotfiles"),
    )
    answer = program.get("/nameless")
    assert (answer.version, answer.headers["Content-Type"]) == (11, "x/y")
    assert answer.headers.get_all("X-Own") == ["1", "2"]
    assert answer.headers.get_all("Server") != ["mine"]
    assert program.get("/link").status == 200
    assert program.body == b"not for you\n"
    assert program.get("/").headers.get_all("X-Own") == ["1", "2"]
    assert b".dot" not in program.body
    assert program.get("/none").headers["X-Own"] is None


@pytest.mark.needs("symbolic links")
def test_links_that_leave_the_folder_are_not_followed_unless_asked_for(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    (tree / "link").symlink_to(tmp_path / "secret.txt")
    assert run().get("/link").status == 404


@pytest.mark.needs("POSIX shell")
def test_scripts_are_run_only_when_asked_for(run: Run) -> None:
    # Not in a folder of pytest's: as root runs them, nobody has to get there.
    with tempfile.TemporaryDirectory(prefix="folderport-cgi-") as folder:
        os.chmod(folder, 0o755)
        script = Path(folder, "cgi-bin", "script")
        script.parent.mkdir()
        script.write_text("#!/bin/sh\nprintf 'A: b\\n\\nran\\n'\n")
        script.chmod(0o755)
        program = run("-d", folder)
        assert program.get("/cgi-bin/script").status == 200
        assert program.body.startswith(b"#!/bin/sh")
        program = run("-d", folder, "--cgi")
        assert program.get("/cgi-bin/script").reason == "Script output follows"
        assert program.body == b"ran\n"


def test_without_an_address_clients_of_both_families_are_served(run: Run) -> None:
    program = run(bind=None)
    assert program.get("/plain.txt").status == 200
    if socket.has_dualstack_ipv6():
        assert program.get("/plain.txt", host="::1").status == 200


@pytest.mark.parametrize("option", ["--max-connections", "--max-connections-per-address"])
def test_connections_are_bounded_as_told(run: Run, option: str) -> None:
    program = run(option, "2")
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(socket.create_connection(("127.0.0.1", program.port)))
        third = stack.enter_context(socket.create_connection(("127.0.0.1", program.port)))
        third.settimeout(DEADLINE)
        assert third.recv(100).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.needs("signals between processes")
def test_a_signal_ends_it_in_mid_transfer_and_the_port_is_free(
    run: Run, tree: Path, number: int
) -> None:
    with open(tree / "huge", "wb") as huge:
        huge.truncate(1 << 30)
    program = run()
    with socket.create_connection(("127.0.0.1", program.port)) as client:
        client.sendall(b"GET /huge HTTP/1.0\r\n\r\n")
        assert client.recv(1000)
        status, _, err, seconds = program.end(number)
    assert status == 0
    assert seconds < 3
    assert "Traceback" not in err
    with socket.create_server(("127.0.0.1", program.port)):
        pass


@pytest.mark.needs("signals between processes")
def test_signals_in_a_hurry_do_not_spoil_the_end(run: Run) -> None:
    program = run()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        program.process.send_signal(number)
    status, _, err, _ = program.end(signal.SIGINT)
    assert (status, err) == (0, "")


@pytest.mark.needs("signals between processes")
def test_an_interruption_as_soon_as_the_line_is_read_ends_with_status_0(run: Run) -> None:
    for _ in range(5):
        assert run().end(signal.SIGINT)[::2] == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.needs("signals between processes")
def test_a_reader_of_the_first_line_who_leaves_is_not_missed(run: Run, number: int) -> None:
    program = run()
    assert program.process.stdout is not None
    program.process.stdout.close()
    assert program.get("/plain.txt").status == 200
    status, _, err, _ = program.end(number)
    assert status == 0
    assert err.count("\n") == 1


@pytest.mark.programs("openssl")
def test_https_is_served_with_a_certificate_and_a_key_under_a_password(
    run: Run, tmp_path: Path
) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key, password = (tmp_path / name for name in ("chain.pem", "key.pem", "password"))
    certificate.cert_chain_pems[0].write_to_path(chain)
    password.write_text("open sesame\n")
    certificate.private_key_pem.write_to_path(tmp_path / "plain.pem")
    encrypt = ["openssl", "pkey", "-aes256", "-in", str(tmp_path / "plain.pem"), "-out", str(key)]
    subprocess.run([*encrypt, "-passout", f"file:{password}"], check=True)
    options = ("--tls-cert", str(chain), "--tls-key", str(key))
    program = run(*options, "--tls-password-file", str(password), "-H", "X-Own", "1")
    assert program.line.startswith("Serving HTTPS on 127.0.0.1 port ")
    assert "(https://127.0.0.1:" in program.line
    context = ssl.create_default_context()
    authority.configure_trust(context)
    connection = http.client.HTTPSConnection(
        "127.0.0.1", program.port, timeout=DEADLINE, context=context
    )
    connection.request("GET", "/plain.txt")
    answer = connection.getresponse()
    assert (answer.read(), answer.headers["X-Own"]) == (b"twelve gulls\n", "1")
    connection.close()
    asking = subprocess.run(
        [sys.executable, "-m", "server_core", "0", *options],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert asking.returncode == 1
    assert "cannot be used with its key" in asking.stderr
