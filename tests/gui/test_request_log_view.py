"""The live log as it is seen: it follows the newest row, until someone reads further up."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from app.models.log_export import LogFormat, export_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Parts
    from pytestqt.qtbot import QtBot

    from server_core.events import RequestFinished

    Make = Callable[..., RequestFinished]


@pytest.fixture
def full(parts: Parts, request_finished: Make) -> Parts:
    """A window whose log is longer than its view."""
    parts.log.append([request_finished(target=f"/{number}") for number in range(200)])
    return parts


def first_in_sight(parts: Parts) -> str:
    table = parts.window.activity.requests.table
    return str(table.model().index(table.rowAt(1), 3).data())


def test_the_newest_row_stays_in_sight(full: Parts, request_finished: Make) -> None:
    view = full.window.activity.requests
    assert view.at_tail
    full.log.append([request_finished()] * 50)
    assert view.at_tail
    assert not view.newest_button.isVisible()


def test_who_reads_further_up_is_left_in_peace(full: Parts, request_finished: Make) -> None:
    view = full.window.activity.requests
    view.table.verticalScrollBar().setValue(20)
    reading = first_in_sight(full)
    full.log.append([request_finished()] * 50)
    assert first_in_sight(full) == reading
    assert view.newest_button.isVisible()
    assert view.newest_button.text() == "50 new requests"


def test_what_is_read_stays_where_it_is_when_the_oldest_go(
    full: Parts, request_finished: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(full.log), "MAX_ENTRIES", 200)
    full.window.activity.requests.table.verticalScrollBar().setValue(100)
    reading = first_in_sight(full)
    full.log.append([request_finished()] * 10)
    assert full.log.count == 200
    assert first_in_sight(full) == reading


def test_one_press_goes_back_to_the_newest(
    full: Parts, request_finished: Make, qtbot: QtBot
) -> None:
    view = full.window.activity.requests
    view.table.verticalScrollBar().setValue(0)
    full.log.append([request_finished()])
    assert view.newest_button.text() == "1 new request"
    qtbot.mouseClick(view.newest_button, Qt.MouseButton.LeftButton)
    assert view.at_tail
    assert not view.newest_button.isVisible()


def test_an_empty_log_says_when_it_will_fill(parts: Parts, request_finished: Make) -> None:
    view = parts.window.activity.requests
    assert view.hint.isVisible()
    assert "as soon as someone opens the address" in view.hint.text
    assert not view.clear_button.isEnabled()
    parts.log.append([request_finished()])
    assert view.table.isVisible()
    assert view.clear_button.isEnabled()


def test_typing_a_filter_selects_rows_and_says_when_there_are_none(
    full: Parts, qtbot: QtBot
) -> None:
    view = full.window.activity.requests
    qtbot.keyClicks(view.filter, "/199")
    qtbot.waitUntil(lambda: full.log.rowCount() == 1)
    qtbot.keyClicks(view.filter, "<b>")
    qtbot.waitUntil(view.hint.isVisible)
    assert view.hint.text == "No request matches “/199<b>”."
    view.filter.clear()
    qtbot.waitUntil(lambda: full.log.rowCount() == 200)


def test_clear_empties_the_log(full: Parts, qtbot: QtBot) -> None:
    qtbot.mouseClick(full.window.activity.requests.clear_button, Qt.MouseButton.LeftButton)
    assert full.log.count == 0
    assert full.window.activity.tabs.accessibleTabName(1) == "Requests"


def test_selected_rows_are_copied_as_text(full: Parts, qtbot: QtBot) -> None:
    table = full.window.activity.requests.table
    table.selectRow(7)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().split("\t")[1:4] == ["iPhone · Safari", "GET", "/7"]


def test_export_asks_for_a_name_and_writes_the_rows_that_are_shown(
    full: Parts, qtbot: QtBot, tmp_path: Path
) -> None:
    view = full.window.activity.requests
    full.log.set_filter("/19")
    qtbot.mouseClick(view.export_button, Qt.MouseButton.LeftButton)
    dialog = view.findChild(QFileDialog)
    assert dialog is not None
    target = tmp_path / "log.csv"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    qtbot.waitUntil(lambda: view.findChild(QFileDialog) is None)
    qtbot.waitUntil(lambda: view.export_button.text() == "Exported")
    assert len(target.read_text("utf-8-sig").splitlines()) == 1 + full.log.rowCount() == 12


def test_an_export_that_fails_says_why_and_what_to_do(
    full: Parts, qtbot: QtBot, tmp_path: Path
) -> None:
    view = full.window.activity.requests
    view.export_to(str(tmp_path / "nowhere" / "log.csv"))
    qtbot.waitUntil(lambda: view.findChild(QMessageBox) is not None)
    box = view.findChild(QMessageBox)
    assert view.export_button.text() == "Export…"
    assert box.text() == (
        "log.csv could not be written: No such file or directory. Choose another place."
    )
    box.accept()
    qtbot.waitUntil(lambda: view.findChild(QMessageBox) is None)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A place where whoever opens it for writing waits for a reader: as slow as a test wants."""
    pipe = tmp_path / "slow"
    os.mkfifo(pipe)
    return pipe


@pytest.mark.needs("named pipes and sockets in folders")
def test_the_window_goes_on_while_an_export_is_written(
    full: Parts, qtbot: QtBot, pipe: Path, monkeypatch: pytest.MonkeyPatch, request_finished: Make
) -> None:
    view = full.window.activity.requests

    def write(path: str, log_format: LogFormat, events: Iterable[RequestFinished]) -> None:
        pipe.read_text()  # returns when the test has looked around
        export_log(path, log_format, events)

    monkeypatch.setattr("app.views.request_log_view.export_log", write)
    target = pipe.with_name("log.csv")
    view.export_to(str(target))
    assert view.export_button.text() == "Exporting…"
    full.log.append([request_finished()])
    assert full.log.rowCount() == 201
    view.export_to(str(pipe.with_name("second.csv")))
    qtbot.mouseClick(view.export_button, Qt.MouseButton.LeftButton)
    assert view.findChild(QFileDialog) is None
    assert not target.exists()
    pipe.write_text("go on")
    qtbot.waitUntil(lambda: view.export_button.text() == "Exported")
    # The rows of the moment when it was asked for, and no second file.
    assert len(target.read_text("utf-8-sig").splitlines()) == 1 + 200
    assert sorted(os.listdir(pipe.parent)) == ["Holiday pictures", "log.csv", "slow"]
    qtbot.waitUntil(lambda: view.export_button.text() == "Export…", timeout=4_000)


QUIT_AT_ONCE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.models.request_log import RequestLogModel
from app.views.request_log_view import RequestLogView
from server_core.events import RequestFinished

application = QApplication([])
log = RequestLogModel()
event = RequestFinished(0.0, 0.1, "10.0.0.7", 5, "GET", "/", "HTTP/1.1", 200, 9, True, "", "")
log.append([event] * 50_000)
view = RequestLogView(log)
view.export_to(sys.argv[1])
QTimer.singleShot(0, application.quit)
application.exec()
"""


def test_an_export_is_finished_when_folderport_is_closed_meanwhile(tmp_path: Path) -> None:
    target = tmp_path / "log.csv"
    subprocess.run([sys.executable, "-c", QUIT_AT_ONCE, target], check=True, timeout=60)
    assert os.listdir(tmp_path) == ["log.csv"]
    assert len(target.read_text("utf-8-sig").splitlines()) == 50_001
