"""FolderWatch notices that a folder goes away, and that it returns."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

import pytest

from app.models import folder_watch
from app.models.folder_watch import FolderWatch
from app.state import Field, StartFailure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


class Looks:
    """Looks at a folder that end when they are told to, and find it gone."""

    def __init__(self) -> None:
        self.count = 0
        self.answers = threading.Event()
        self.told: list[str] = []

    def wait(self) -> StartFailure:
        self.count += 1
        assert self.answers.wait(20)
        return StartFailure(Field.FOLDER, "It is gone.")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watch, "_PERIOD", 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "Holiday"
    folder.mkdir()
    return folder


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[FolderWatch]:
    watch = FolderWatch(qapp)
    yield watch
    watch.end()
    watch.deleteLater()


def test_it_is_lost_once_and_found_once(watch: FolderWatch, folder: Path, qtbot: QtBot) -> None:
    told: list[str] = []
    watch.lost.connect(lambda: told.append("lost"))
    watch.found.connect(lambda: told.append("found"))
    watch.begin(str(folder))
    away = folder.with_name("away")
    for _ in range(2):
        with qtbot.waitSignal(watch.lost):
            folder.rename(away)
        looks = qtbot.waitSignals([watch._task.finished] * 3)
        with looks:
            pass
        with qtbot.waitSignal(watch.found):
            away.rename(folder)
    assert told == ["lost", "found"] * 2


@pytest.fixture
def looks(watch: FolderWatch, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """The first look at a folder is under way."""
    looks = Looks()
    monkeypatch.setattr(folder_watch, "check_folder", lambda _folder: looks.wait())
    watch.lost.connect(lambda: looks.told.append("lost"))
    watch.begin(str(folder))
    qtbot.waitUntil(lambda: looks.count == 1)
    return looks


def test_after_its_end_nothing_is_told_of_a_look_that_was_under_way(
    watch: FolderWatch, looks: Looks, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.end()
    looks.answers.set()
    watch._task.wait(10)
    # What it found would be told by now, and the next share is watched anew.
    monkeypatch.setattr(folder_watch, "check_folder", lambda _folder: None)
    watch.begin(str(folder))
    with qtbot.waitSignals([watch._task.finished] * 3):
        pass
    assert looks.told == []


def test_a_drive_that_does_not_answer_is_waited_for_by_one_look(
    watch: FolderWatch, looks: Looks, qtbot: QtBot
) -> None:
    with qtbot.waitSignals([watch._timer.timeout] * 5):
        pass
    assert (looks.count, looks.told) == (1, [])
    with qtbot.waitSignal(watch.lost):
        looks.answers.set()


def test_where_too_much_is_open_nothing_is_said_of_the_folder(
    watch: FolderWatch, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: str) -> object:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "scandir", refuse)
    told: list[str] = []
    watch.lost.connect(lambda: told.append("lost"))
    watch.begin(str(folder))
    with qtbot.waitSignals([watch._task.finished] * 3):
        pass
    assert told == []
