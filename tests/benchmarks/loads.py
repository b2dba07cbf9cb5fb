"""The loads, each giving one figure for a server that runs: more is better unless it says so."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import subprocess
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peers import Peer

BROWSER = (
    "Accept: image/avif,image/webp,*/*;q=0.8",
    "Accept-Encoding: gzip, deflate, br",
    "Accept-Language: en-US,en;q=0.7,de;q=0.3",
    "Cache-Control: max-age=0",
    "DNT: 1",
    "Pragma: no-cache",
    "Referer: http://localhost/gallery/",
    "Sec-Fetch-Dest: image",
    "Sec-Fetch-Mode: no-cors",
    "Sec-Fetch-Site: same-origin",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
)
LATER = "If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT"
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
TIMEOUT = 120.0


def wrk(
    peer: Peer, seconds: float, target: str, connections: int, *fields: str
) -> tuple[float, float]:
    """Return requests per second, and the 99th percentile of their latency in seconds."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--latency"]
    for field in fields:
        words += ["-H", field]
    url = f"http://127.0.0.1:{peer.port}{target}"
    text = subprocess.run([*words, url], capture_output=True, text=True, timeout=TIMEOUT).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    return (
        float(rate[1]) if rate else 0.0,
        float(late[1]) * UNITS[late[2]] if late else float("nan"),
    )


def requests(target: str, connections: int, *fields: str) -> Callable[[Peer, float], float]:
    """Return a load of requests per second."""
    return lambda peer, seconds: wrk(peer, seconds, target, connections, *fields)[0]


def download(peer: Peer, target: str, *, is_secure: bool = False, part: str = "") -> int:
    """Fetch a file, let the system drop it, and return the number of bytes."""
    sock: socket.socket = socket.create_connection(("127.0.0.1", peer.port), TIMEOUT)
    drop = 0 if is_secure else socket.MSG_TRUNC
    if is_secure:
        sock = ssl._create_unverified_context().wrap_socket(sock)
    head = f"GET {target} HTTP/1.1\r\nHost: a\r\n{part}Connection: close\r\n\r\n"
    total = 0
    with sock:
        sock.sendall(head.encode())
        buffer = bytearray(1 << 20)
        while size := sock.recv_into(buffer, len(buffer), drop):
            total += size
    return total


def downloads(
    count: int, *, is_secure: bool = False, size: int = 0
) -> Callable[[Peer, float], float]:
    """Return a load of bytes per second, of whole files or, with `size`, of parts of one."""

    def run(peer: Peer, _seconds: float) -> float:
        got: list[int] = []

        def fetch(number: int) -> None:
            step = size // count
            part = f"Range: bytes={number * step}-{(number + 1) * step - 1}\r\n" if size else ""
            got.append(download(peer, "/big.bin", is_secure=is_secure, part=part))

        began = time.perf_counter()
        threads = [threading.Thread(target=fetch, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(got) / (time.perf_counter() - began)

    return run


def listings(
    target: str, *, is_touched: bool, touch: Callable[[], None]
) -> Callable[[Peer, float], float]:
    """Return a load of listings per second, of a folder that is changed before each or is not."""

    def run(peer: Peer, seconds: float) -> float:
        spent, count = 0.0, 0
        download(peer, target)
        while spent < seconds and count < 2000:
            if is_touched:
                touch()
            began = time.perf_counter()
            download(peer, target)
            spent += time.perf_counter() - began
            count += 1
        return count / spent

    return run


def beside_downloads(peer: Peer, seconds: float) -> float:
    """Return small requests per second while four clients fetch a big file again and again."""
    with fetching(peer, 4):
        return wrk(peer, seconds, "/small.bin", 32)[0]


@contextlib.contextmanager
def fetching(peer: Peer, count: int) -> Iterator[None]:
    """Have so many clients fetch a big file again and again meanwhile."""
    is_over = threading.Event()

    def fetch() -> None:
        while not is_over.is_set():
            download(peer, "/big.bin")

    threads = [threading.Thread(target=fetch) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def idle_memory(peer: Peer, _seconds: float) -> float:
    """Return bytes of memory for each of 1,000 idle connections; less is better."""
    before = peer.memory()
    with contextlib.ExitStack() as stack:
        for _ in range(1000):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", peer.port), 10))
            client.sendall(b"GET /small.bin HTTP/1.1\r\nHost: a\r\n\r\n")
            client.recv(65536)
        return max(1.0, float(peer.memory() - before)) / 1000
