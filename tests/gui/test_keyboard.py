"""Everything can be reached and done without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from app.links import ShareLink
from app.state import ServerState

if TYPE_CHECKING:
    from conftest import Parts
    from pytestqt.qtbot import QtBot

CONTROL = Qt.KeyboardModifier.ControlModifier


def reached_by_tab(parts: Parts, qtbot: QtBot) -> list[QObject]:
    parts.window.activateWindow()
    parts.window.form.folder.choose_button.setFocus()
    reached: list[QObject] = [parts.window.form.folder.choose_button]
    for _ in range(60):
        qtbot.keyClick(QApplication.focusWidget() or parts.window, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        if focused is None or focused in reached:
            break
        reached.append(focused)
    return reached


def test_tab_reaches_every_control_from_top_to_bottom(parts: Parts, qtbot: QtBot) -> None:
    form, activity = parts.window.form, parts.window.activity
    reached = reached_by_tab(parts, qtbot)
    wanted = [form.folder.choose_button, form.network, form.port, form.protocol, form.button]
    wanted.append(parts.window.menu_button)
    assert [widget for widget in reached if widget in wanted] == wanted
    assert {activity.tabs, activity.requests.filter} <= set(reached)


def test_while_sharing_tab_reaches_stop_copy_and_the_log(
    parts: Parts, qtbot: QtBot, request_finished: object
) -> None:
    parts.window.show_state(ServerState.RUNNING)
    parts.window.show_link(ShareLink("http://10.0.0.1:8000/", "http://10.0.0.1:8000"))
    parts.log.append([request_finished()])  # type: ignore[operator]  # a fixture
    panel, requests = parts.window.link_panel, parts.window.activity.requests
    reached = set(reached_by_tab(parts, qtbot))
    assert {parts.window.form.button, panel.copy_button, panel.open_button} <= reached
    assert {requests.table, requests.clear_button, requests.export_button} <= reached


def test_control_return_starts_and_stops(parts: Parts, qtbot: QtBot) -> None:
    with qtbot.waitSignal(parts.window.start_requested):
        qtbot.keyClick(parts.window, Qt.Key.Key_Return, CONTROL)
    parts.window.show_state(ServerState.RUNNING)
    with qtbot.waitSignal(parts.window.stop_requested):
        qtbot.keyClick(parts.window, Qt.Key.Key_Return, CONTROL)


def test_a_key_held_down_does_not_start_and_stop_in_turns(parts: Parts) -> None:
    assert not parts.window.start_action.autoRepeat()


def test_return_in_the_port_field_starts(parts: Parts, qtbot: QtBot) -> None:
    with qtbot.waitSignal(parts.window.start_requested):
        qtbot.keyClick(parts.window.form.port, Qt.Key.Key_Return)


def test_control_f_goes_to_the_filter_of_the_requests(parts: Parts, qtbot: QtBot) -> None:
    parts.window.activity.tabs.setCurrentIndex(2)
    with qtbot.waitActive(parts.window):
        parts.window.activateWindow()
    qtbot.keyClick(parts.window, Qt.Key.Key_F, CONTROL)
    assert parts.window.activity.tabs.currentIndex() == 1
    assert parts.window.activity.requests.filter.hasFocus()


def test_control_o_lets_the_person_pick_a_folder(parts: Parts, qtbot: QtBot) -> None:
    qtbot.keyClick(parts.window, Qt.Key.Key_O, CONTROL)
    dialog = parts.window.form.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.reject()
    qtbot.waitUntil(lambda: parts.window.form.findChild(QFileDialog) is None)


def test_control_q_closes_the_window(parts: Parts, qtbot: QtBot) -> None:
    qtbot.keyClick(parts.window, Qt.Key.Key_Q, CONTROL)
    assert not parts.window.isVisible()


@pytest.mark.parametrize(("key", "name"), [("N", "network"), ("P", "port"), ("R", "protocol")])
def test_alt_and_a_letter_go_to_a_field(parts: Parts, qtbot: QtBot, key: str, name: str) -> None:
    with qtbot.waitActive(parts.window):
        parts.window.activateWindow()
    field = getattr(parts.window.form, name)
    parts.window.activity.tabs.setFocus()
    qtbot.keyClick(parts.window, key, Qt.KeyboardModifier.AltModifier)
    assert field.hasFocus()
    assert field.toolTip().endswith(f"(Alt+{key})")


def test_alt_s_starts_and_stops(parts: Parts, qtbot: QtBot) -> None:
    with qtbot.waitActive(parts.window):
        parts.window.activateWindow()
    for state, signal in (
        (ServerState.STOPPED, parts.window.start_requested),
        (ServerState.RUNNING, parts.window.stop_requested),
    ):
        parts.window.show_state(state)
        assert "&" not in parts.window.form.button.text()
        with qtbot.waitSignal(signal):
            qtbot.keyClick(parts.window, "S", Qt.KeyboardModifier.AltModifier)


def test_starting_keeps_the_focus_on_the_button_that_stops(parts: Parts, qtbot: QtBot) -> None:
    with qtbot.waitActive(parts.window):
        parts.window.activateWindow()
    parts.window.form.port.setFocus()
    moves: list[object] = []
    QApplication.instance().focusChanged.connect(lambda _old, new: moves.append(new))
    parts.window.show_state(ServerState.STARTING)
    parts.window.show_state(ServerState.RUNNING)
    assert parts.window.form.button.hasFocus()
    # Not from one locked field to the next: a screen reader would name each of them.
    assert moves == [parts.window.form.button]
