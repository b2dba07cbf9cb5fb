"""Servers as processes of their own, and what the system says of them."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conftest import Settles

ROOT = Path(__file__).parents[3]
DEADLINE = 20.0
"""Seconds within which anything has to happen, on a machine that is busy."""
COMMAND_LINE = ("-m", "server_core", "0", "--bind", "127.0.0.1", "--protocol", "HTTP/1.1")
SHARE = ("-m", "app", "--headless", "--bind", "local", "--port", "0")
ADDRESS = re.compile(r"http://127\.0\.0\.1:([0-9]+)/")
KEPT_THREADS = 32
"""Threads that a server may keep for the next requests."""


@dataclass(frozen=True)
class ServerProcess:
    """A server that runs in a process of its own, seen from outside."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    """What it writes to standard error."""

    def descriptors(self) -> int:
        """Return how many it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def waits(self) -> bool:
        """Return whether it has made what it waits for connections with."""
        place = Path(f"/proc/{self.process.pid}/fd")
        return any("eventpoll" in os.readlink(place / name) for name in os.listdir(place))

    def threads(self) -> int:
        """Return how many it runs."""
        return self._status("Threads")

    def memory(self) -> int:
        """Return its resident memory in bytes."""
        return self._status("VmRSS") << 10

    def processor_seconds(self) -> float:
        """Return the time for which its threads have run so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def errors(self) -> str:
        """Return what it has written to standard error."""
        return self.log.read_text(encoding="utf-8")

    def connect(self, receive_buffer: int = 0) -> socket.socket:
        """Connect to it; the caller closes the connection."""
        client = socket.socket()
        client.settimeout(DEADLINE)
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.connect(("127.0.0.1", self.port))
        return client

    def download(self, target: str) -> socket.socket:
        """Return a connection on which a little of a large file has come, and more is waiting."""
        client = self.connect(receive_buffer=65536)
        client.sendall(get_request(target))
        received = b""
        while len(received) < 5000:
            part = client.recv(1000)
            assert part, received
            received += part
        assert received.startswith(b"HTTP/1.1 200 "), received[:100]
        return client

    def get(
        self, target: str = "/plain.txt", method: str = "GET", **fields: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask on a connection of its own; a field's underscores stand for hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        with contextlib.closing(connection):
            connection.request(method, target, headers={"Connection": "close", **headers})
            answer = connection.getresponse()
            return answer, answer.read()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit status, and the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(DEADLINE), time.monotonic() - began

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition(f"\n{name}:")[2].split()[0])


def get_request(target: str, **fields: str) -> bytes:
    """Return a GET; a field's underscores stand for hyphens."""
    lines = [f"GET {target} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii")


class RequestOf(Protocol):
    """Gives the bytes of a GET; a field's underscores stand for hyphens."""

    def __call__(self, target: str, **fields: str) -> bytes: ...


@pytest.fixture
def request_of() -> RequestOf:
    return get_request


class Launch(Protocol):
    """Starts a server of `tree` in a process, which ends with the test.

    `python` is what the interpreter is told, by default the server's command line; `options` follow
    it. `under` is a command that runs the rest of its words. `stderr` is where the log goes, by
    default a file that `ServerProcess.errors` reads.
    """

    def __call__(
        self,
        *options: str,
        python: Sequence[str] = COMMAND_LINE,
        under: Sequence[str] = (),
        stderr: int | None = None,
    ) -> ServerProcess: ...


@pytest.fixture
def launch(tree: Path, tmp_path: Path, settles: Settles) -> Iterator[Launch]:
    with contextlib.ExitStack() as stack:
        count = 0

        def start(
            *options: str,
            python: Sequence[str] = COMMAND_LINE,
            under: Sequence[str] = (),
            stderr: int | None = None,
        ) -> ServerProcess:
            nonlocal count
            count += 1
            said, log = tmp_path / f"said-{count}", tmp_path / f"log-{count}"
            folder = [str(tree)] if python is SHARE else ["--directory", str(tree)]
            # Files, because a pipe that nobody reads would one day hold the server up.
            with said.open("wb") as out, log.open("wb") as err:
                process = subprocess.Popen(
                    [*under, sys.executable, "-P", *python, *options, *folder],
                    env={**os.environ, "PYTHONPATH": str(ROOT)},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err if stderr is None else stderr,
                )
            stack.callback(process.wait)
            stack.callback(process.kill)
            settles(lambda: process.poll() is not None or b"\n" in said.read_bytes(), "it serves")
            found = ADDRESS.search(said.read_text(encoding="utf-8"))
            assert found, log.read_text(encoding="utf-8")
            return ServerProcess(process, int(found[1]), log)

        yield start


@pytest.fixture(params=[COMMAND_LINE, SHARE], ids=["command line", "share"])
def python(request: pytest.FixtureRequest) -> Sequence[str]:
    """Each of the two servers: of a folder as it is, and of a share with its pages."""
    words: Sequence[str] = request.param
    return words


class GivenBack(Protocol):
    """Waits until a server has no more descriptors and hardly more threads than it had."""

    def __call__(self, server: ServerProcess, before: tuple[int, int]) -> None: ...


@pytest.fixture
def given_back(settles: Settles) -> GivenBack:
    def wait(server: ServerProcess, before: tuple[int, int]) -> None:
        descriptors, threads = before
        settles(lambda: server.descriptors() <= descriptors, "its descriptors are given back")
        settles(lambda: server.threads() <= threads + KEPT_THREADS, "its threads have ended")

    return wait


class Leave(Protocol):
    """Closes a connection without a goodbye: the other side sees it reset."""

    def __call__(self, client: socket.socket) -> None: ...


@pytest.fixture
def reset() -> Leave:
    def leave(client: socket.socket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    return leave


@pytest.fixture
def large(tree: Path) -> Path:
    """A file of 64 MiB: more than the buffers of two sockets hold; the disk holds nothing of it."""
    path = tree / "large.bin"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    return path


class IsFree(Protocol):
    """Tells whether a port can be listened on."""

    def __call__(self, port: int) -> bool: ...


@pytest.fixture
def is_free() -> IsFree:
    def probe(port: int) -> bool:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                return False
        return True

    return probe
