"""Light and dark: what the person chose, else what the system has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette

from app.state import ServerState
from app.views.palette import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Parts
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from app.views.appearance import Appearance


def colours(parts: Parts) -> set[str]:
    image = parts.window.grab().toImage()
    step = range(0, image.width(), 3)
    return {image.pixelColor(x, y).name() for x in step for y in range(0, image.height(), 3)}


def test_each_scheme_is_painted_in_its_own_colours(parts: Parts, appearance: Appearance) -> None:
    light = colours(parts)
    appearance.set_theme("dark")
    dark = colours(parts)
    appearance.set_theme("light")
    for name in ("background", "card", "line", "fill"):
        assert LIGHT.named(name) in light, name
        assert DARK.named(name) in dark, name
    assert LIGHT.background not in dark
    assert DARK.background not in light


def test_the_table_and_its_head_are_dark_in_the_dark(
    parts: Parts, appearance: Appearance, request_finished: object
) -> None:
    parts.log.append([request_finished()] * 3)  # type: ignore[operator]  # a fixture
    appearance.set_theme("dark")
    image = parts.window.activity.requests.table.grab().toImage()
    appearance.set_theme("light")
    ground = [image.pixelColor(image.width() // 2, y).name() for y in range(5, 30)]
    assert set(ground) <= {DARK.card}


@pytest.mark.parametrize(("row", "theme"), [(0, "system"), (1, "light"), (2, "dark")])
def test_the_menu_chooses_the_theme_and_it_is_remembered(
    parts: Parts, qtbot: QtBot, row: int, theme: str
) -> None:
    choices = parts.window.theme_menu.actions()
    with qtbot.waitSignals([parts.window.theme_chosen, parts.window.settings_changed]):
        choices[row].trigger()
    assert parts.window.settings.theme == theme
    assert [choice.isChecked() for choice in choices].index(True) == row


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_menu_shows_which_theme_is_chosen(
    make_parts: Callable[..., Parts], appearance: Appearance, theme: str
) -> None:
    menu = make_parts(theme=theme).window.theme_menu
    appearance.set_theme(theme)
    menu.resize(menu.sizeHint())
    image = menu.grab().toImage()
    appearance.set_theme("light")
    ground = LIGHT.card if theme == "light" else DARK.card
    # What stands before the texts, of which the checked one alone has something there.
    marked = []
    for action in menu.actions():
        area = menu.actionGeometry(action).adjusted(2, 6, 0, -6)
        left = range(area.left(), area.left() + 18)
        down = range(area.top(), area.bottom())
        marked.append(any(image.pixelColor(x, y).name() != ground for x in left for y in down))
    assert marked == [False, theme == "light", theme == "dark"]


def test_the_button_is_red_only_while_it_stops_something(parts: Parts) -> None:
    button = parts.window.form.button
    red = []
    for state in ServerState:
        parts.window.show_state(state)
        image = button.grab().toImage()
        edge = {image.pixelColor(image.width() // 2, y).name() for y in range(4)}
        red.append(LIGHT.bad in edge)
    assert dict(zip(ServerState, red, strict=True)) == {
        ServerState.STOPPED: False,
        ServerState.STARTING: False,
        ServerState.RUNNING: True,
        ServerState.STOPPING: False,
    }


def test_the_theme_of_the_system_is_followed(appearance: Appearance, qapp: QApplication) -> None:
    appearance.set_theme("system")
    hints = qapp.styleHints()
    for scheme, tokens in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        hints.colorSchemeChanged.emit(scheme)
        assert appearance.is_dark is (tokens is DARK)
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == tokens.background
    appearance.set_theme("light")
