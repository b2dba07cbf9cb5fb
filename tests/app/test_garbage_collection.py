"""Unreachable objects are looked for in the window's thread alone."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest

from app import garbage
from app.garbage import GarbageCollection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


class Loop:
    """Something that nobody but itself refers to."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collection(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[GarbageCollection]:
    """One that has begun, and looks often."""
    monkeypatch.setattr(garbage, "_PERIOD", 10)
    collection = GarbageCollection(qapp)
    collection.begin()
    yield collection
    collection.end()
    collection.deleteLater()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("collection")
def test_what_a_serving_thread_leaves_behind_ends_in_the_windows_thread(qtbot: QtBot) -> None:
    ended_in: list[threading.Thread] = []
    left: list[weakref.finalize] = []

    def leave() -> None:
        for _ in range(5000):  # more than Python would let go by
            finalize = weakref.finalize(Loop(), lambda: ended_in.append(threading.current_thread()))
            left.append(finalize)

    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
    assert not ended_in
    qtbot.waitUntil(lambda: len(ended_in) == len(left))
    assert set(ended_in) == {threading.main_thread()}


@pytest.mark.usefixtures("collection")
def test_what_has_become_old_is_found_as_well(qtbot: QtBot) -> None:
    old = Loop()
    ended = weakref.ref(old)
    gc.collect()  # it belongs to the oldest from now on
    del old
    qtbot.waitUntil(lambda: ended() is None)


def test_begun_again_it_leaves_nothing_more_out(collection: GarbageCollection) -> None:
    left_out = gc.get_freeze_count()
    made = [Loop() for _ in range(100)]
    collection.begin()
    assert gc.get_freeze_count() <= left_out
    assert len(made) == 100
