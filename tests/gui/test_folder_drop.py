"""A folder is dragged onto the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.state import Field, ServerState

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Parts


LEFT = Qt.MouseButton.LeftButton


def drop(parts: Parts, path: Path) -> None:
    """Drag `path` over the form and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, modifier = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(
        parts.window.form, QDragEnterEvent(QPoint(9, 9), action, data, LEFT, modifier)
    )
    assert parts.window.form.folder.property("drop") == "true"
    QApplication.sendEvent(
        parts.window.form, QDropEvent(QPointF(9, 9), action, data, LEFT, modifier)
    )
    assert parts.window.form.folder.property("drop") == "false"


def test_a_dropped_folder_is_taken(parts: Parts, tmp_path: Path) -> None:
    other = tmp_path / "Müsik & more"
    other.mkdir()
    drop(parts, other)
    assert parts.window.settings.folder == str(other)
    assert parts.window.settings.recent_folders[0] == str(other)


def test_a_dropped_file_is_explained_and_the_folder_stays(parts: Parts, folder: Path) -> None:
    drop(parts, folder / "notes.txt")
    assert parts.window.settings.folder == str(folder)
    message = parts.window.form.messages[Field.FOLDER].text
    assert message == "That is a file. Drop the folder that it is in."


def test_a_dropped_folder_that_is_gone_is_not_called_a_file(parts: Parts, folder: Path) -> None:
    drop(parts, folder / "gone")
    assert parts.window.settings.folder == str(folder)
    message = parts.window.form.messages[Field.FOLDER].text
    assert message == "That folder is not there any more. Drop or choose another one."


def test_while_sharing_no_folder_is_invited(parts: Parts, folder: Path) -> None:
    parts.window.show_state(ServerState.RUNNING)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    action, modifier = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(9, 9), action, data, LEFT, modifier)
    event.ignore()
    QApplication.sendEvent(parts.window.form, event)
    assert not event.isAccepted()
    assert parts.window.form.folder.property("drop") != "true"


def test_dragging_away_takes_the_invitation_back(parts: Parts, folder: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    action, modifier = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    form = parts.window.form
    QApplication.sendEvent(form, QDragEnterEvent(QPoint(9, 9), action, data, LEFT, modifier))
    QApplication.sendEvent(form, QDragLeaveEvent())
    assert form.folder.property("drop") == "false"


def test_a_dragged_text_is_not_invited(parts: Parts) -> None:
    data = QMimeData()
    data.setText("not a folder")
    event = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    QApplication.sendEvent(parts.window.form, event)
    assert not event.isAccepted()
