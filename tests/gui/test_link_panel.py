"""How to reach the share: three steps, then a code that phones read, and the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QApplication

from app.links import ShareLink
from app.state import ServerState

if TYPE_CHECKING:
    from conftest import Parts
    from pytestqt.qtbot import QtBot

    from app.views.appearance import Appearance

LINK = ShareLink("http://192.168.1.20:8000/", "http://192.168.1.20:8000")
LOCAL = ShareLink("http://127.0.0.1:8000/", "http://127.0.0.1:8000")
LONGEST = "http://[fd12:3456:789a:1bcd:ffff:ffff:ffff:1020]:65535"


class Browser(QObject):
    """Takes the addresses that would be opened in the person's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def shared(parts: Parts) -> Parts:
    """A window while it shares."""
    parts.window.show_state(ServerState.STARTING)
    parts.window.show_state(ServerState.RUNNING)
    parts.window.show_link(LINK)
    return parts


def decoded(parts: Parts) -> list[str]:
    image = parts.window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_camera_reads_the_address_from_the_window(
    shared: Parts, qtbot: QtBot, appearance: Appearance, theme: str
) -> None:
    appearance.set_theme(theme)
    qtbot.waitUntil(lambda: decoded(shared) == [LINK.url])


@pytest.mark.parametrize("width", [420, 1_040, 2_400])
def test_a_camera_reads_the_longest_address_at_any_width(
    shared: Parts, qtbot: QtBot, width: int
) -> None:
    shared.window.resize(width, 900)
    shared.window.show_link(ShareLink(LONGEST + "/", LONGEST))
    qtbot.waitUntil(lambda: decoded(shared) == [LONGEST + "/"])


def test_the_code_is_200_pixels_or_more_and_sharp(shared: Parts) -> None:
    code = shared.window.link_panel.qr_code
    assert min(code.width(), code.height()) >= 200
    image = code.grab().toImage()
    middle = [image.pixelColor(x, image.height() // 2).name() for x in range(image.width())]
    inside = middle[middle.index("#ffffff") + 2 : len(middle) - middle[::-1].index("#ffffff") - 2]
    # Nothing between dark and light: no module begins between two pixels.
    assert {*inside} <= {"#ffffff", "#101318"}


def test_an_address_of_this_computer_alone_promises_nothing_to_phones(
    shared: Parts, qtbot: QtBot
) -> None:
    panel = shared.window.link_panel
    assert panel.caption.text().startswith("Scan with a phone's camera")
    shared.window.show_link(LOCAL)
    assert panel.caption.text() == "Only this computer can open this address."
    assert panel.copy_button.isVisible()
    assert panel.open_button.isVisible()
    qtbot.waitUntil(lambda: decoded(shared) == [LOCAL.url])
    shared.window.show_link(LINK)
    assert panel.caption.text().startswith("Scan with a phone's camera")


def test_before_sharing_three_steps_teach(parts: Parts) -> None:
    panel = parts.window.link_panel
    assert not panel.qr_code.isVisible()
    parts.window.show_state(ServerState.RUNNING)
    parts.window.show_link(LINK)
    assert panel.qr_code.isVisible()
    parts.window.show_state(ServerState.STOPPED)
    assert not panel.qr_code.isVisible()


def test_copy_puts_the_address_on_the_clipboard_and_says_so(shared: Parts, qtbot: QtBot) -> None:
    button = shared.window.link_panel.copy_button
    qtbot.waitUntil(button.isVisible)
    width = button.sizeHint().width()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == LINK.url
    assert button.text() == "Copied"
    # The buttons beside it stay where they are.
    assert button.minimumWidth() == width
    qtbot.waitUntil(lambda: "Copy" in button.text() and button.text() != "Copied", timeout=4_000)


def test_without_a_share_there_is_nothing_to_copy(parts: Parts) -> None:
    QApplication.clipboard().setText("before")
    parts.window.link_panel.copy_address()
    assert QApplication.clipboard().text() == "before"


def test_open_here_opens_the_address(shared: Parts, qtbot: QtBot) -> None:
    browser = Browser()
    QDesktopServices.setUrlHandler("http", browser, "open")
    try:
        qtbot.mouseClick(shared.window.link_panel.open_button, Qt.MouseButton.LeftButton)
    finally:
        QDesktopServices.unsetUrlHandler("http")
    assert browser.opened == [LINK.url]


def test_activity_tells_devices_and_speed(shared: Parts) -> None:
    panel = shared.window.link_panel
    shared.window.show_activity(3, 24_100_000.0)
    assert panel.activity.text() == "3 devices · 24.1 MB/s"
    shared.window.show_activity(1, 0.0)
    assert panel.activity.text() == "1 device"
    shared.window.show_activity(0, 0.0)
    assert panel.activity.text() == ""


def test_the_form_shows_the_port_that_was_found(shared: Parts) -> None:
    assert shared.window.form.port.placeholderText() == "8000"
    shared.window.show_state(ServerState.STOPPED)
    assert shared.window.form.port.placeholderText() == "Automatic"


def test_where_no_browser_opens_the_next_step_is_said(
    shared: Parts, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    panel = shared.window.link_panel
    qtbot.mouseClick(panel.open_button, Qt.MouseButton.LeftButton)
    assert panel.caption.text() == "No browser could be opened here. Open this address in one:"
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: True)
    qtbot.mouseClick(panel.open_button, Qt.MouseButton.LeftButton)
    assert panel.caption.text().startswith("Scan with")
