"""Setting a share up: what is chosen is kept, and what is wrong is said where it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.network import InterfaceKind, NetworkInterface
from app.settings import ShareSettings
from app.state import Field, ServerState, StartFailure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Parts
    from pytestqt.qtbot import QtBot

LEFT = Qt.MouseButton.LeftButton
TAKEN = StartFailure(Field.PORT, "Port 8000 is taken by another program. Use 8001?", 8001)


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


def gap_below(upper: QWidget, lower: QWidget) -> int:
    return lower.mapToGlobal(QPoint()).y() - upper.mapToGlobal(upper.rect().bottomLeft()).y()


def test_start_asks_for_what_is_set(parts: Parts, qtbot: QtBot, folder: Path) -> None:
    form = parts.window.form
    qtbot.keyClicks(form.port, "8080")
    form.network.setCurrentIndex(2)
    form.network.activated.emit(2)
    form.protocol.setCurrentIndex(1)
    form.protocol.activated.emit(1)
    with qtbot.waitSignal(parts.window.start_requested) as start:
        qtbot.mouseClick(form.button, LEFT)
    assert start.args == [
        ShareSettings(folder=str(folder), network="all", port=8080, protocol="HTTP/1.0")
    ]
    assert parts.window.settings == start.args[0]


def test_every_change_is_told_so_that_it_can_be_remembered(parts: Parts, qtbot: QtBot) -> None:
    with qtbot.waitSignal(parts.window.settings_changed) as change:
        qtbot.keyClicks(parts.window.form.port, "9")
    assert change.args[0].port == 9


def test_settings_are_shown(make_parts: Callable[..., Parts], folder: Path) -> None:
    form = make_parts(
        folder=str(folder), network="10.0.0.5", port=8123, protocol="HTTP/1.0"
    ).window.form
    assert form.network.currentText() == "Ethernet · 10.0.0.5"
    assert (form.port.text(), form.protocol.currentText()) == ("8123", "HTTP/1.0")


def test_without_a_folder_start_says_to_choose_one(
    make_parts: Callable[..., Parts], qtbot: QtBot
) -> None:
    parts = make_parts()
    with qtbot.assertNotEmitted(parts.window.start_requested):
        qtbot.mouseClick(parts.window.form.button, LEFT)
    message = parts.window.form.messages[Field.FOLDER]
    assert message.isVisible()
    assert message.text == "Choose the folder to share first."


@pytest.mark.parametrize("typed", ["0", "65536", "99999"])
def test_a_port_out_of_range_is_kept_and_explained(parts: Parts, qtbot: QtBot, typed: str) -> None:
    form = parts.window.form
    qtbot.keyClicks(form.port, typed)
    with qtbot.assertNotEmitted(parts.window.start_requested):
        qtbot.mouseClick(form.button, LEFT)
    assert form.port.text() == typed
    assert "from 1 to 65535" in form.messages[Field.PORT].text


def test_a_port_takes_digits_only(parts: Parts, qtbot: QtBot) -> None:
    qtbot.keyClicks(parts.window.form.port, "-8a0.8 0000")
    assert parts.window.form.port.text() == "80800"


def test_a_taken_port_is_explained_beside_the_field_and_put_right_by_a_button(
    parts: Parts, qtbot: QtBot
) -> None:
    form = parts.window.form
    qtbot.keyClicks(form.port, "8000")
    parts.window.show_state(ServerState.STARTING)
    parts.window.show_state(ServerState.STOPPED)
    parts.window.show_failure(TAKEN)
    message = form.messages[Field.PORT]
    assert message.text == TAKEN.message
    assert form.port.text() == "8000"
    assert form.port.property("invalid") == "true"
    qtbot.waitUntil(lambda: 0 <= gap_below(form.port, message) < 24)
    button = next(child for child in message.findChildren(QPushButton) if child.isVisible())
    assert button.text() == "Use 8001"
    with qtbot.waitSignal(parts.window.start_requested) as start:
        qtbot.mouseClick(button, LEFT)
    assert start.args[0].port == 8001
    assert not message.isVisible()


@pytest.mark.parametrize("field", list(Field))
def test_a_failure_keeps_everything_that_was_entered(
    parts: Parts, qtbot: QtBot, field: Field
) -> None:
    qtbot.keyClicks(parts.window.form.port, "80")
    before = parts.window.settings
    parts.window.show_failure(StartFailure(field, "This did not work. Try the other."))
    assert parts.window.form.messages[field].isVisible()
    assert parts.window.settings == before
    assert parts.window.form.port.text() == "80"
    assert parts.window.form.button.isEnabled()


def test_changing_the_field_takes_its_message_away(parts: Parts, qtbot: QtBot) -> None:
    parts.window.show_failure(TAKEN)
    qtbot.keyClicks(parts.window.form.port, "81")
    assert not parts.window.form.messages[Field.PORT].isVisible()
    assert parts.window.form.port.property("invalid") == "false"


def test_while_sharing_nothing_can_be_changed(parts: Parts, qtbot: QtBot, tmp_path: Path) -> None:
    form = parts.window.form
    parts.window.show_state(ServerState.RUNNING)
    before = parts.window.settings
    fields = (form.network, form.port, form.protocol)
    assert not any(field.isEnabled() for field in fields)
    assert not form.folder.choose_button.isVisible()
    parts.window.show_folder(str(tmp_path))
    assert parts.window.settings == before
    with qtbot.waitSignal(parts.window.stop_requested):
        qtbot.mouseClick(form.button, LEFT)


@pytest.mark.parametrize("state", [ServerState.STARTING, ServerState.STOPPING])
def test_between_start_and_stop_the_button_does_nothing(
    parts: Parts, qtbot: QtBot, state: ServerState
) -> None:
    parts.window.show_state(state)
    with (
        qtbot.assertNotEmitted(parts.window.start_requested),
        qtbot.assertNotEmitted(parts.window.stop_requested),
    ):
        qtbot.mouseClick(parts.window.form.button, LEFT)


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


def test_a_recent_folder_is_one_press_away(
    make_parts: Callable[..., Parts], folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "Tom & Jerry"
    other.mkdir()
    parts = make_parts(folder=str(folder), recent_folders=(str(folder), str(other)))
    card = parts.window.form.folder
    (action,) = card.recent_menu.actions()
    assert action.text().startswith("Tom && Jerry")
    action.trigger()
    assert parts.window.settings.folder == str(other)
    assert parts.window.settings.recent_folders == (str(other), str(folder))


def test_the_folder_tells_what_is_in_it(parts: Parts, qtbot: QtBot) -> None:
    card = parts.window.form.folder
    qtbot.waitUntil(lambda: card.accessibleDescription().startswith("3 items · 1.5 KB"))
    assert card.accessibleName() == "Folder: Holiday pictures"


def test_networks_that_come_and_go_leave_the_choice(parts: Parts) -> None:
    form = parts.window.form
    form.network.activated.emit(1)
    assert parts.window.settings.network == "10.0.0.5"
    parts.interfaces.set_interfaces(
        (NetworkInterface("wlan0", "Wi-Fi", "172.16.0.9", InterfaceKind.WIFI, True),)
    )
    assert form.network.currentText() == "10.0.0.5 · not connected"
    assert parts.window.settings.network == "10.0.0.5"
    assert [form.network.itemText(row) for row in range(form.network.count())] == [
        "Wi-Fi · 172.16.0.9",
        "10.0.0.5 · not connected",
        "All networks",
        "Only this computer",
    ]
