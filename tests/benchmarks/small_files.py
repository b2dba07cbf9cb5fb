"""Workloads of one small file, and of connections as such."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from clients import CLOSE, Load, ask, idle_connections, load
from folder import SharedFolder
from servers import NotMeasuredError, Running, running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TARGET = "/small.bin"
CONNECTIONS = 32
IDLE = 1000
STARTS = 5
MEBIBYTE = 1 << 20
BROWSER = (
    "Connection: keep-alive",
    "Cache-Control: max-age=0",
    'sec-ch-ua: "Chromium";v="130", "Not?A_Brand";v="99"',
    "sec-ch-ua-mobile: ?1",
    'sec-ch-ua-platform: "Android"',
    "Upgrade-Insecure-Requests: 1",
    (
        "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Mobile Safari/537.36"
    ),
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-Mode: navigate",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-GB,en;q=0.9",
)
"""What a browser sends beside Host."""


def measure(
    server: Running, connections: int, seconds: int, fields: Sequence[str] = ()
) -> dict[str, float]:
    """Put a server under load; return the figures of it."""
    server.tree.forget_peak()
    before = server.tree.cpu_seconds()
    found = load(server, TARGET, connections, seconds, fields)
    return {
        **figures_of(found, server.tree.cpu_seconds() - before),
        "peak": server.tree.peak() / MEBIBYTE,
    }


def figures_of(found: Load, cpu_seconds: float) -> dict[str, float]:
    """Return what is shown of a load."""
    return {
        "requests": found.rate,
        "requests_per_cpu": found.requests / max(cpu_seconds, 0.01),
        "p99": found.p99,
        "failed": found.failed,
    }


def connections(count: int) -> Callable[[str, SharedFolder, int], dict[str, float]]:
    """Return the workload of so many connections that are kept."""

    def with_connections(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
        with running(name, folder.path) as server:
            return measure(server, count, seconds)

    return with_connections


keep_alive = connections(CONNECTIONS)


def as_a_browser(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
    """Ask with all that a browser says."""
    with running(name, folder.path) as server:
        return measure(server, CONNECTIONS, seconds, BROWSER)


def connection_each(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
    """Ask once on each connection."""
    with running(name, folder.path) as server:
        return measure(server, CONNECTIONS, seconds, [CLOSE])


def unchanged(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
    """Ask for what has not changed, with all that the server said of it."""
    with running(name, folder.path) as server:
        first = ask(server, TARGET)
        conditions = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
        fields = [f"{ours}: {first.field(theirs)}" for ours, theirs in conditions.items()]
        fields = [field for field in fields if not field.endswith(": ")]
        status = ask(server, TARGET, *fields).status
        if status != 304:
            raise NotMeasuredError(f"it answers {status} where nothing has changed")
        return measure(server, CONNECTIONS, seconds, fields)


def beside_idle(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
    """Measure a load, open idle connections, and measure it again beside them."""
    with running(name, folder.path) as server:
        alone = load(server, TARGET, CONNECTIONS, seconds)
        before = server.tree.resident()
        with idle_connections(server, IDLE):
            grown = server.tree.resident() - before
            beside = measure(server, CONNECTIONS, seconds)
        return {**beside, "idle": grown / 1024 / IDLE, "of_alone": beside["requests"] / alone.rate}


def start_to_answer(name: str, folder: SharedFolder, _seconds: int) -> dict[str, float]:
    """Start a server again and again."""
    taken = []
    for _ in range(STARTS):
        started = time.perf_counter()
        with running(name, folder.path):
            taken.append(time.perf_counter() - started)
    return {"start": statistics.median(taken) * 1000}
