"""The port: nothing, or a number that is taken when it is typed to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget

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


def gap_below(upper: QWidget, lower: QWidget) -> int:
    return lower.mapToGlobal(QPoint()).y() - upper.mapToGlobal(upper.rect().bottomLeft()).y()


def test_a_port_is_told_when_it_is_typed_to_its_end(parts: Parts, qtbot: QtBot) -> None:
    told = changes(parts)
    for typed, port in (("8", 8), ("0", 80), ("8", 808), ("0", 8_080)):
        qtbot.keyClicks(parts.window.form.port, typed)
        assert parts.window.settings.port == port
    assert told == []
    parts.window.form.port.editingFinished.emit()
    parts.window.form.port.editingFinished.emit()
    assert [settings.port for settings in told] == [8_080]


def test_a_start_takes_the_port_for_typed(parts: Parts, qtbot: QtBot) -> None:
    told = changes(parts)
    qtbot.keyClicks(parts.window.form.port, "8080")
    with qtbot.waitSignal(parts.window.start_requested) as start:
        qtbot.keyClick(parts.window.form.port, Qt.Key.Key_Return)
    assert start.args[0].port == 8_080
    assert [settings.port for settings in told] == [8_080]


def test_closing_takes_the_port_for_typed(parts: Parts, qtbot: QtBot) -> None:
    told = changes(parts)
    qtbot.keyClicks(parts.window.form.port, "8080")
    parts.window.close()
    assert [settings.port for settings in told] == [8_080]


def test_the_beginning_of_a_port_is_never_remembered(
    make_parts: Callable[..., Parts], qtbot: QtBot, folder: Path
) -> None:
    parts = make_parts(folder=str(folder), port=8_123)
    told = changes(parts)
    parts.window.form.port.selectAll()
    qtbot.keyClicks(parts.window.form.port, "7000")
    parts.window.theme_menu.actions()[1].trigger()
    qtbot.keyClicks(parts.window.form.port, "0")
    parts.window.form.port.editingFinished.emit()
    parts.window.theme_menu.actions()[2].trigger()
    assert [(settings.theme, settings.port) for settings in told] == [
        ("light", 8_123),
        ("dark", 8_123),
    ]
    assert parts.window.form.port.text() == "70000"


def test_any_port_is_asked_for_until_one_is_typed(
    make_parts: Callable[..., Parts], qtbot: QtBot, folder: Path
) -> None:
    parts = make_parts(folder=str(folder), port=0)
    assert parts.window.form.port.text() == ""
    with qtbot.waitSignal(parts.window.start_requested) as start:
        qtbot.mouseClick(parts.window.form.button, LEFT)
    assert start.args[0].port == 0


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
