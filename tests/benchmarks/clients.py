"""The clients: wrk for small answers, and C-speed readers for big ones."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from servers import HOST, NotMeasuredError, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOSE = "Connection: close"
DEADLINE = 60.0
"""Seconds for one answer."""
_PIECE = 1 << 20
_HEAD_LIMIT = 65536
_SCRIPT = Path(__file__).with_name("figures.lua")


@dataclass(frozen=True)
class Load:
    """What wrk has measured."""

    requests: int
    seconds: float
    p99: float
    """Milliseconds."""
    failed: int
    """Requests that were not answered, or by an error."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def load(
    server: Running, target: str, connections: int, seconds: int, fields: Sequence[str] = ()
) -> Load:
    """Have wrk ask for `target` with one thread; raises NotMeasuredError where nothing comes."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(_SCRIPT)]
    command += [part for field in fields for part in ("-H", field)]
    command.append(f"http://{HOST}:{server.port}{server.path(target)}")
    result = subprocess.run(command, capture_output=True, text=True, timeout=seconds + DEADLINE)
    line = re.search(r"^figures: (.*)$", result.stdout, re.MULTILINE)
    if line is None:
        raise NotMeasuredError(f"wrk failed: {result.stderr or result.stdout}")
    found = {name: int(number) for name, number in re.findall(r"(\w+)=(-?\d+)", line[1])}
    if not found["requests"] or found["failed"] > found["requests"] / 2:
        raise NotMeasuredError(f"it does not answer wrk: {line[1]}")
    # Not everyone says beforehand that a connection closes, which wrk takes for a loss.
    lost = 0 if CLOSE in fields else found["lost"]
    failed = found["failed"] + found["refused"] + found["late"] + lost
    return Load(found["requests"], found["duration"] / 1e6, found["p99"] / 1e3, failed)


@dataclass(frozen=True)
class Answer:
    """One answer, read to the end of its connection."""

    head: str
    length: int
    """Bytes of the head and the body."""
    first_byte: float
    """Seconds from asking."""
    whole: float
    """Seconds from asking to the last byte."""

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.head.split(" ", 2)[1])

    def field(self, name: str) -> str:
        """Return the value of a field, "" where it is not there."""
        match = re.search(rf"^{name}: *(.*?)\r?$", self.head, re.MULTILINE | re.IGNORECASE)
        return match[1] if match else ""


def ask(server: Running, target: str, *fields: str) -> Answer:
    """Ask once; the clock starts when the connection is there."""
    lines = [f"GET {server.path(target)} HTTP/1.1", f"Host: {HOST}", "Connection: close", *fields]
    request = "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
    with socket.create_connection((HOST, server.port), DEADLINE) as client:
        started = time.perf_counter()
        client.sendall(request)
        data = client.recv(_HEAD_LIMIT)
        first_byte = time.perf_counter() - started
        if not data:
            raise NotMeasuredError(f"it does not answer {target}")
        length = len(data)
        buffer = bytearray(_PIECE)
        while count := client.recv_into(buffer):
            length += count
        whole = time.perf_counter() - started
    return Answer(data.partition(b"\r\n\r\n")[0].decode("latin-1"), length, first_byte, whole)


@contextlib.contextmanager
def idle_connections(server: Running, count: int) -> Iterator[None]:
    """Keep this many connections on each of which one request was answered."""
    request = f"GET {server.path('/small.bin')} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            client = stack.enter_context(socket.create_connection((HOST, server.port), DEADLINE))
            client.sendall(request)
            received = b""
            while len(received.partition(b"\r\n\r\n")[2]) < 1024:
                data = client.recv(_HEAD_LIMIT)
                if not data:
                    raise NotMeasuredError("it does not keep so many connections")
                received += data
        yield


class Downloads:
    """Connections on which a file, or a part of it each, is read again and again, and dropped.

    The kernel drops the bytes itself (MSG_TRUNC, tcp(7)): what is measured is the server.
    """

    def __init__(self, server: Running, target: str, connections: int, size: int = 0) -> None:
        """Divide a file of `size` bytes among the connections; 0 gives all of it to each."""
        self._stopped = threading.Event()
        self._counts = [0] * connections
        self._error: Exception | None = None
        part = size // connections
        self._expected = 206 if size else 200
        self._sockets = [
            socket.create_connection((HOST, server.port), DEADLINE) for _ in range(connections)
        ]
        self._threads = []
        for number in range(connections):
            span = f"Range: bytes={number * part}-{(number + 1) * part - 1}\r\n" if size else ""
            request = f"GET {server.path(target)} HTTP/1.1\r\nHost: {HOST}\r\n{span}\r\n".encode()
            self._threads.append(threading.Thread(target=self._run, args=(number, request)))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopped.set()
        for client in self._sockets:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for client in self._sockets:
            client.close()

    def count(self) -> int:
        """Return the bytes that have been read so far; raises what any reader has met."""
        if self._error is not None:
            raise self._error
        return sum(self._counts)

    def rate(self, seconds: float) -> float:
        """Watch for so long, and return bytes a second."""
        before, started = self.count(), time.perf_counter()
        self._stopped.wait(seconds)
        return (self.count() - before) / (time.perf_counter() - started)

    def _run(self, number: int, request: bytes) -> None:
        try:
            while not self._stopped.is_set():
                self._download(number, request)
        except (OSError, NotMeasuredError) as error:
            if not self._stopped.is_set():
                self._error = NotMeasuredError(f"a download ended: {error}")

    def _download(self, number: int, request: bytes) -> None:
        client = self._sockets[number]
        client.sendall(request)
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(4096)
            if not data:
                raise NotMeasuredError("it does not answer")
            head += data
        fields, _, beginning = head.partition(b"\r\n\r\n")
        length = re.search(rb"\ncontent-length: *(\d+)", fields, re.IGNORECASE)
        if int(fields.split(b" ", 2)[1]) != self._expected or length is None:
            raise NotMeasuredError(f"it answers {fields[:40]!r}")
        left = int(length[1]) - len(beginning)
        buffer = bytearray(_PIECE)
        while left:
            count = client.recv_into(buffer, min(left, _PIECE), socket.MSG_TRUNC)
            if not count:
                raise NotMeasuredError("it ends early")
            left -= count
            self._counts[number] += count


def download_securely(server: Running, target: str, seconds: float) -> tuple[int, float]:
    """Have curl read a file over HTTPS until `seconds` have passed; return bytes and seconds."""
    url = f"https://{HOST}:{server.port}{server.path(target)}"
    shown = ["--write-out", "%{size_download} %{time_total}", "--output", "/dev/null"]
    command = ["curl", "--silent", "--show-error", "--fail", "--insecure", *shown, url]
    size, spent, started = 0, 0.0, time.perf_counter()
    while not size or time.perf_counter() - started < seconds:
        result = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
        if result.returncode != 0:
            raise NotMeasuredError(f"curl failed: {result.stderr}")
        count, lasted = result.stdout.split()
        size += int(count)
        spent += float(lasted)
    return size, spent
