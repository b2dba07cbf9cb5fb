"""The server lets the window go first, and waits for it no longer than a moment."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from app.courtesy import Courtesy

if TYPE_CHECKING:
    from collections.abc import Iterator

DEADLINE = 10.0


@pytest.fixture
def courtesy() -> Iterator[Courtesy]:
    interval = sys.getswitchinterval()
    yield Courtesy()
    sys.setswitchinterval(interval)


def test_the_server_goes_on_while_the_window_has_nothing_to_do(courtesy: Courtesy) -> None:
    courtesy.begin()
    courtesy.end()
    began = time.monotonic()
    for _ in range(1_000):
        courtesy.wait()
    # A thousand moments would be twenty-five seconds.
    assert time.monotonic() - began < DEADLINE / 2


def test_the_server_waits_a_moment_for_a_window_that_is_busy(courtesy: Courtesy) -> None:
    courtesy.begin()
    began = time.monotonic()
    courtesy.wait()
    assert 0.024 < time.monotonic() - began < DEADLINE


def test_the_server_goes_on_as_soon_as_the_window_has_done_its_work(courtesy: Courtesy) -> None:
    gone_on = threading.Event()

    def serve() -> None:
        while not courtesy._is_idle.is_set():
            courtesy.wait()
        gone_on.set()

    courtesy.begin()
    threading.Thread(target=serve).start()
    assert not gone_on.is_set()
    courtesy.end()
    assert gone_on.wait(DEADLINE)
