"""The window at every width, its icon, its title, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMessageBox, QWidget

from app.state import ServerState
from app.views.glyphs import application_icon
from app.views.tray import TrayIcon
from server_core.events import TransferStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Parts
    from pytestqt.qtbot import QtBot

# The offscreen platform has no stack of windows, and says so.
RAISING = pytest.mark.qt_log_ignore(r"does not support raise\(\)", extend=True)
BUSY = TransferStarted(1, "10.0.0.7", "curl/8.4.0", "boat.mp4", 10_000)


def place(widget: QWidget, window: QWidget) -> QPoint:
    return widget.mapTo(window, QPoint())


def test_a_narrow_window_stacks_the_cards(parts: Parts, qtbot: QtBot) -> None:
    window = parts.window
    window.resize(420, 900)

    def stacked() -> bool:
        form, link = place(window.form, window), place(window.link_panel, window)
        return form.x() == link.x() and link.y() >= form.y() + window.form.height()

    qtbot.waitUntil(stacked)
    cards = (window.form, window.link_panel, window.activity)
    qtbot.waitUntil(lambda: all(place(card, window).x() + card.width() <= 420 for card in cards))


def test_a_wide_window_puts_them_beside_each_other_and_does_not_stretch_the_form(
    parts: Parts, qtbot: QtBot
) -> None:
    window = parts.window
    for width in (1_040, 2_400):
        window.resize(width, 900)
        qtbot.waitUntil(
            lambda: place(window.form, window).y() == place(window.link_panel, window).y()
        )
        assert window.form.width() <= 480
        assert window.activity.width() <= 1_480


def test_nothing_is_cut_off_in_the_narrowest_window(parts: Parts, qtbot: QtBot) -> None:
    window = parts.window
    window.resize(window.minimumSize())
    form = window.form
    fields = (form.network, form.port, form.protocol, form.button, form.folder)
    qtbot.waitUntil(
        lambda: all(place(field, window).x() + field.width() <= 420 for field in fields)
    )
    digits = form.port.fontMetrics().horizontalAdvance("65535")
    assert form.port.width() >= digits + 2 * 12


def test_the_title_names_the_folder_while_it_is_shared(parts: Parts) -> None:
    assert parts.window.windowTitle() == "Folderport"
    parts.window.show_state(ServerState.RUNNING)
    assert parts.window.windowTitle() == "Holiday pictures is shared · Folderport"


def test_a_folder_without_a_name_is_called_by_its_path(make_parts: Callable[..., Parts]) -> None:
    window = make_parts(folder="/").window
    window.show_state(ServerState.RUNNING)
    assert window.windowTitle() == "/ is shared · Folderport"
    assert window.form.folder.accessibleName() == "Folder: /"


@pytest.mark.parametrize("side", [16, 32, 256])
def test_the_icon_is_drawn_at_every_size(parts: Parts, side: int) -> None:
    image: QImage = application_icon().pixmap(side, side).toImage()
    assert image.width() == side
    assert image.pixelColor(side // 2, side - side // 4).alpha() == 255
    assert not parts.window.windowIcon().isNull()


@RAISING
def test_closing_asks_while_files_are_on_their_way(parts: Parts, qtbot: QtBot) -> None:
    parts.transfers.apply([BUSY])
    parts.window.close()
    assert parts.window.isVisible()
    box = parts.window.findChild(QMessageBox)
    assert box is not None
    assert box.text() == "1 file is still being sent. Closing Folderport ends it."
    box.defaultButton().click()
    qtbot.waitUntil(lambda: not box.isVisible())
    assert parts.window.isVisible()


@RAISING
def test_closing_again_and_again_asks_once_and_in_front(parts: Parts, qtbot: QtBot) -> None:
    window = parts.window
    window.showMinimized()
    qtbot.waitUntil(window.isMinimized)
    parts.transfers.apply([BUSY])
    window.close()
    parts.transfers.apply([BUSY._replace(transfer_id=2)])
    for _ in range(3):
        window.close()
    assert not window.isMinimized()
    (box,) = window.findChildren(QMessageBox)
    assert box.text().startswith("2 files are still being sent.")
    box.reject()
    window.close()
    assert window.findChildren(QMessageBox) == [box]
    assert box.isVisible()


@RAISING
def test_closing_ends_it_where_that_is_wanted(parts: Parts) -> None:
    parts.transfers.apply([BUSY])
    parts.window.close()
    box = parts.window.findChild(QMessageBox)
    assert box is not None
    next(button for button in box.buttons() if button is not box.defaultButton()).click()
    assert not parts.window.isVisible()


def test_closing_does_not_ask_when_nothing_is_on_its_way(parts: Parts) -> None:
    parts.window.show_state(ServerState.RUNNING)
    parts.window.close()
    assert not parts.window.isVisible()


@pytest.mark.parametrize(
    ("text", "signal", "state"),
    [
        ("Show &Folderport", "show_requested", ServerState.STOPPED),
        ("&Start sharing", "toggle_requested", ServerState.STOPPED),
        ("&Cancel", "toggle_requested", ServerState.STARTING),
        ("&Stop sharing", "toggle_requested", ServerState.RUNNING),
        ("Copy &address", "copy_requested", ServerState.RUNNING),
        ("&Quit", "quit_requested", ServerState.RUNNING),
    ],
)
def test_the_tray_offers_what_the_window_offers(
    parts: Parts, qtbot: QtBot, text: str, signal: str, state: ServerState
) -> None:
    tray = TrayIcon(parts.window)
    tray.show_state(state)
    action = next(action for action in tray.menu.actions() if action.text() == text)
    with qtbot.waitSignal(getattr(tray, signal)):
        action.trigger()


def test_the_window_tells_before_and_after_it_is_repainted(parts: Parts, qtbot: QtBot) -> None:
    told: list[str] = []
    parts.window.repaint_began.connect(lambda: told.append("began"))
    parts.window.repainted.connect(lambda: told.append("done"))
    panel = parts.window.link_panel
    panel.installEventFilter(painting := _PaintLog(told))
    panel.update()
    qtbot.waitUntil(lambda: "painted" in told and told[-1] == "done")
    panel.removeEventFilter(painting)
    at = told.index("painted")
    assert (told[at - 1], told[at + 1]) == ("began", "done")


class _PaintLog(QObject):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._told.append("painted")
        return False
