"""What the tests of the window share: its models, its parts, and requests to fill it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from app.i18n import install_translations
from app.models.devices import DevicesModel
from app.models.interfaces import InterfacesModel
from app.models.request_log import RequestLogModel
from app.models.transfers import TransfersModel
from app.network import InterfaceKind, NetworkInterface
from app.settings import ShareSettings
from app.views.activity_panel import ActivityPanel
from app.views.appearance import Appearance
from app.views.main_window import MainWindow
from server_core.events import RequestFinished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
)
REQUEST = RequestFinished(
    finished_at=1_750_000_000.0,
    duration=0.041,
    client_host="192.168.1.31",
    client_port=50_000,
    method="GET",
    target="/Lake/IMG_2041.jpg",
    version="HTTP/1.1",
    status=200,
    body_bytes=3_800_000,
    complete=True,
    user_agent=IPHONE,
    referer="",
)
WIFI = NetworkInterface("wlan0", "Wi-Fi", "192.168.1.20", InterfaceKind.WIFI, True)
CABLE = NetworkInterface("eth0", "Ethernet", "10.0.0.5", InterfaceKind.ETHERNET, False)


@dataclass
class Parts:
    """A window that is shown, and the models behind it."""

    window: MainWindow
    log: RequestLogModel
    transfers: TransfersModel
    devices: DevicesModel
    interfaces: InterfacesModel


@pytest.fixture(scope="session")
def appearance(qapp: QApplication) -> Iterator[Appearance]:
    """The light scheme and American English, whatever this computer speaks."""
    spoken = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    install_translations(qapp, QLocale())
    scheme = Appearance(qapp, "light")
    scheme.paint()
    yield scheme
    QLocale.setDefault(spoken)


@pytest.fixture
def request_finished() -> Callable[..., RequestFinished]:
    """Make a request like any other, except for the named fields."""

    def make(**changes: object) -> RequestFinished:
        return REQUEST._replace(**changes)  # type: ignore[arg-type]  # the fields are the tests'

    return make


@pytest.fixture
def make_parts(qtbot: QtBot, appearance: Appearance) -> Callable[..., Parts]:
    """Show a window with these settings."""
    appearance.set_theme("light")

    def make(**chosen: object) -> Parts:
        log, transfers, devices = RequestLogModel(), TransfersModel(), DevicesModel()
        interfaces = InterfacesModel((WIFI, CABLE))
        settings = ShareSettings(**chosen)  # type: ignore[arg-type]  # the fields are the tests'
        window = MainWindow(settings, interfaces)
        window.add_activity(ActivityPanel(log, transfers, devices))
        qtbot.addWidget(window, before_close_func=lambda _window: transfers.end_all())
        with qtbot.waitExposed(window):
            window.show()
        return Parts(window, log, transfers, devices, interfaces)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files of 1,500 bytes in all, one of them in a folder of its own."""
    shared = tmp_path / "Holiday pictures"
    (shared / "Lake").mkdir(parents=True)
    (shared / "notes.txt").write_bytes(b"n" * 500)
    (shared / "Lake" / "boat.jpg").write_bytes(b"b" * 1_000)
    return shared


@pytest.fixture
def parts(make_parts: Callable[..., Parts], folder: Path) -> Parts:
    """A window with a folder chosen."""
    return make_parts(folder=str(folder))
