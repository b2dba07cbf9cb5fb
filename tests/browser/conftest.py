"""What the tests of the page share: a folder that is shared by the window, and real Chromium."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from app.application import Desktop
from app.options import Options
from app.settings_store import SettingsStore
from app.state import ServerState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

SWITCHES = (
    "--headless",
    "--no-sandbox",  # root has no other way, and the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)
PAGE_SECONDS = 30


class Chromium(webdriver.Chrome):
    """A Chromium that has loaded a page when it comes back from it.

    On a busy machine its driver comes back while a page, or its style sheet, is still arriving, or
    before it has begun to, when the blank page that each test begins with is whole.
    """

    def get(self, url: str) -> None:
        super().get(url)
        is_blank = "true" if url == "about:blank" else "false"
        loaded = (
            "return document.readyState === 'complete'"
            f" && (location.href === 'about:blank') === {is_blank}"
        )
        WebDriverWait(self, PAGE_SECONDS, poll_frequency=0.02).until(
            lambda _: self.execute_script(loaded)
        )


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Chromium puts what it does not show."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def chromium(
    tmp_path_factory: pytest.TempPathFactory, downloads: Path
) -> Iterator[webdriver.Chrome]:
    """A Chromium without a history; it keeps what it writes to its console."""
    if not sys.platform.startswith("linux") and not shutil.which("chromedriver"):
        pytest.skip("This system came without Chromium's driver.")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = Chromium(options=options, service=service)
    driver.set_page_load_timeout(PAGE_SECONDS)
    yield driver
    driver.quit()


@pytest.fixture
def browse(chromium: webdriver.Chrome) -> Callable[..., webdriver.Chrome]:
    """Give Chromium the screen of a device: a size in CSS pixels, light or dark."""

    def on(width: int = 390, height: int = 844, *, scheme: str = "light") -> webdriver.Chrome:
        phone = width < 700
        chromium.get("about:blank")
        chromium.get_log("browser")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1 + phone}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**metrics, "mobile": phone})
        chromium.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": phone})
        scheme_feature = {"name": "prefers-color-scheme", "value": scheme}
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme_feature]})
        return chromium

    return on


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The folder that is shared."""
    folder = tmp_path / "Holiday pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def address(qapp: QApplication, qtbot: QtBot, shared: Path, tmp_path: Path) -> Iterator[str]:
    """What a phone reads from the code in the window that shares the folder."""
    store = SettingsStore(str(tmp_path / "settings.ini"))
    desktop = Desktop(qapp, store, Options(folder=str(shared), bind="local"))
    desktop.show()
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.RUNNING)
    picture = desktop.window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    [code] = zxingcpp.read_barcodes(picture)
    yield code.text
    assert desktop.sharing.controller.close(5)
    desktop.window.deleteLater()
    desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
