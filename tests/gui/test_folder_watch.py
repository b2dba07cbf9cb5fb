"""FolderWatch notices that a folder goes away, and that it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.models import folder_watch
from app.models.folder_watch import FolderWatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


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


def test_after_its_end_nothing_is_told(watch: FolderWatch, folder: Path, qtbot: QtBot) -> None:
    watch.begin(str(folder))
    watch.end()
    folder.rmdir()
    with qtbot.assertNotEmitted(watch.lost, wait=200):
        pass
