"""app/priority.py: the window's thread has the processor before those that serve."""

from __future__ import annotations

import os
import threading

import pytest

from app.priority import go_last


def niceness() -> int:
    """Return that of the thread that asks."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_thread_and_those_that_it_starts_go_last() -> None:
    before = niceness()
    found: list[int] = []

    def look() -> None:
        found.append(niceness())

    def serve() -> None:
        go_last()
        look()
        started = threading.Thread(target=look)
        started.start()
        started.join()

    serving = threading.Thread(target=serve)
    serving.start()
    serving.join()
    assert found == [max(before, 10)] * 2
    assert niceness() == before


def test_where_that_is_forbidden_it_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []

    def forbid(*wanted: int) -> None:
        asked.append(wanted)
        raise PermissionError

    before = niceness()
    monkeypatch.setattr(os, "setpriority", forbid)
    go_last()
    assert asked == [(os.PRIO_PROCESS, threading.get_native_id(), max(before, 10))]
    assert niceness() == before
