"""server_core/priority.py: what may wait has the processor last."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, ClassVar

import pytest

from server_core import PooledHTTPServer, SimpleHTTPRequestHandler
from server_core.leadership import Leadership
from server_core.priority import go_last

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Client, Serve, Settles, Site

pytestmark = pytest.mark.needs("priorities of threads")


LAST = 19
"""The largest niceness there is."""


def niceness(thread: threading.Thread | None = None) -> int:
    """Return that of a thread, by default the one that asks."""
    thread = thread or threading.current_thread()
    return os.getpriority(os.PRIO_PROCESS, thread.native_id or 0)


def test_a_thread_and_those_that_it_starts_go_last() -> None:
    before = niceness()
    found: list[int] = []

    def look() -> None:
        found.append(niceness())

    def serve() -> None:
        assert go_last()
        look()
        started = threading.Thread(target=look)
        started.start()
        started.join()

    serving = threading.Thread(target=serve)
    serving.start()
    serving.join()
    assert found == [min(before + 10, LAST)] * 2
    assert niceness() == before


def test_where_that_is_forbidden_it_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []

    def forbid(*wanted: int) -> None:
        asked.append(wanted)
        raise PermissionError

    before = niceness()
    monkeypatch.setattr(os, "setpriority", forbid)
    assert not go_last()
    assert asked == [(os.PRIO_PROCESS, threading.get_native_id(), before + 10)]
    assert niceness() == before


class Noting(SimpleHTTPRequestHandler):
    """Serves a folder, and notes in which threads."""

    protocol_version = "HTTP/1.1"
    threads: ClassVar[list[threading.Thread]]

    def do_GET(self) -> None:
        self.threads.append(threading.current_thread())
        super().do_GET()


@pytest.fixture
def site(serve: Serve, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(Leadership, "idle_timeout", 600.0)
    monkeypatch.setattr(Noting, "threads", [], raising=False)
    for name, size in {"large.bin": 64 << 20, "middle.bin": 4 << 20}.items():
        with (tree / name).open("wb") as file:
            file.truncate(size)
    return serve(Noting, PooledHTTPServer)


def begin(site: Site, target: str) -> tuple[Client, threading.Thread]:
    """Return a client that has read the head of an answer alone, and the thread that answers."""
    client = site.connect(receive_buffer=65536)
    client.ask(target)
    while client.stream.readline() != b"\r\n":
        pass
    return client, Noting.threads[-1]


def test_what_sends_a_large_file_has_the_processor_after_what_answers(
    site: Site, settles: Settles
) -> None:
    _, sending = begin(site, "/large.bin")
    settles(lambda: niceness(sending) == min(niceness() + 10, LAST), "it went last")
    assert site.get("/plain.txt").status == 200
    assert niceness(Noting.threads[-1]) == niceness()


def test_what_has_sent_a_large_file_ends_and_the_connection_goes_on(
    site: Site, settles: Settles
) -> None:
    client, sending = begin(site, "/large.bin")
    assert len(client.stream.read(64 << 20)) == 64 << 20
    settles(lambda: not sending.is_alive(), "its thread ended")
    assert client.get("/plain.txt").status == 200
    assert niceness(Noting.threads[-1]) == niceness()


def test_what_sends_a_middling_file_goes_on_as_it_was(site: Site) -> None:
    client, sending = begin(site, "/middle.bin")
    assert niceness(sending) == niceness()
    assert len(client.stream.read(4 << 20)) == 4 << 20
    assert site.get("/plain.txt").status == 200
    assert sending.is_alive()
