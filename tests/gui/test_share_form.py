"""Setting a share up: what is chosen is kept, and what is wrong is said where it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

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


def changes(parts: Parts) -> list[ShareSettings]:
    """Collect what is told from now on to be worth remembering."""
    told: list[ShareSettings] = []
    parts.window.settings_changed.connect(told.append)
    return told


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


def test_every_choice_is_told_so_that_it_can_be_remembered(parts: Parts, qtbot: QtBot) -> None:
    with qtbot.waitSignal(parts.window.settings_changed) as change:
        parts.window.form.protocol.activated.emit(1)
    assert change.args[0].protocol == "HTTP/1.0"


def test_other_settings_can_be_shown(parts: Parts, tmp_path: Path) -> None:
    form, told = parts.window.form, changes(parts)
    parts.window.show_failure(TAKEN)
    other = ShareSettings(folder=str(tmp_path), network="10.9.8.7", port=81, protocol="HTTP/1.0")
    parts.window.show_settings(other)
    assert parts.window.settings == other
    assert form.folder.accessibleName() == f"Folder: {tmp_path.name}"
    assert form.network.currentText() == "10.9.8.7 · not connected"
    assert (form.port.text(), form.protocol.currentText()) == ("81", "HTTP/1.0")
    assert form.messages[Field.PORT].text == ""
    form.port.editingFinished.emit()
    assert told == []


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
    form.set_folder(str(tmp_path))
    assert parts.window.settings == before
    with qtbot.waitSignal(parts.window.stop_requested):
        qtbot.mouseClick(form.button, LEFT)


def test_before_the_first_share_the_menu_offers_to_start_and_no_address(parts: Parts) -> None:
    assert parts.window.start_action.text() == "&Start sharing"
    assert parts.window.start_action.isEnabled()
    assert not parts.window.copy_action.isEnabled()
    assert all(action.text() for action in parts.window.menu.actions() if not action.isSeparator())


def test_a_start_that_takes_long_can_be_given_up(parts: Parts, qtbot: QtBot) -> None:
    parts.window.show_state(ServerState.STARTING)
    assert parts.window.form.button.text() == "Cancel"
    assert parts.window.start_action.isEnabled()
    with qtbot.waitSignal(parts.window.stop_requested):
        qtbot.mouseClick(parts.window.form.button, LEFT)


def test_while_it_stops_the_button_does_nothing(parts: Parts, qtbot: QtBot) -> None:
    parts.window.show_state(ServerState.STOPPING)
    with (
        qtbot.assertNotEmitted(parts.window.start_requested),
        qtbot.assertNotEmitted(parts.window.stop_requested),
    ):
        qtbot.mouseClick(parts.window.form.button, LEFT)


def test_a_double_click_starts_and_does_not_stop_again(parts: Parts, qtbot: QtBot) -> None:
    window, button = parts.window, parts.window.form.button
    window.start_requested.connect(lambda: window.show_state(ServerState.STARTING))
    with (
        qtbot.assertNotEmitted(window.stop_requested),
        qtbot.waitSignal(window.start_requested),
    ):
        qtbot.mouseClick(button, LEFT)
        # As a mouse has it: the second press is told as a double click, then comes its release.
        qtbot.mouseDClick(button, LEFT)
        qtbot.mouseRelease(button, LEFT)


def test_a_warning_stands_under_its_field_while_sharing_goes_on(parts: Parts) -> None:
    form = parts.window.form
    parts.window.show_state(ServerState.RUNNING)
    focused = parts.window.focusWidget()
    parts.window.show_warning(StartFailure(Field.NETWORK, "This computer has moved."))
    message = form.messages[Field.NETWORK]
    assert message.isVisible()
    assert message.text == form.network.accessibleDescription() == "This computer has moved."
    assert form.network.property("invalid") != "true"
    assert parts.window.focusWidget() is focused
    parts.window.show_state(ServerState.RUNNING)
    assert message.isVisible()
    parts.window.show_state(ServerState.STOPPING)
    assert not message.isVisible()
    assert form.network.accessibleDescription() == ""


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


@pytest.mark.needs("names that are no text")
def test_a_recent_folder_whose_name_is_no_unicode_is_taken_as_it_is(
    make_parts: Callable[..., Parts], folder: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "\udcff"
    odd.mkdir()
    parts = make_parts(folder=str(folder), recent_folders=(str(folder), str(odd)))
    parts.window.form.folder.recent_menu.actions()[0].trigger()
    assert parts.window.settings.folder == str(odd)


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
