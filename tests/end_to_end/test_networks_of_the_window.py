"""The networks that the window tells of are those that this computer is on, or shares on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.network import InterfaceKind, NetworkInterface
from app.options import Options
from app.state import Field, ServerState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from app.application import Desktop

pytestmark = pytest.mark.needs("127.0.0.2")
# Addresses of loopback, because nothing may leave this machine.
HOME = NetworkInterface("wlan0", "Wi-Fi", "127.0.0.2", InterfaceKind.WIFI, True)
OFFICE = NetworkInterface("wlan0", "Wi-Fi", "127.0.0.3", InterfaceKind.WIFI, True)


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> list[NetworkInterface]:
    """The networks of this computer, which moves where the list is changed."""
    found = [HOME]
    for module in ("app.network", "app.controller"):
        monkeypatch.setattr(f"{module}.interfaces", lambda: tuple(found))
    return found


@pytest.fixture
def come_back(qapp: QApplication) -> Callable[[], None]:
    """Activate the window, as after a visit to the network settings."""
    active = Qt.ApplicationState.ApplicationActive
    return lambda: qapp.applicationStateChanged.emit(active)


def told(desktop: Desktop) -> str:
    return desktop.window.form.messages[Field.NETWORK].text


def test_a_new_network_is_offered_to_who_comes_back(
    open_window: Callable[..., Desktop],
    networks: list[NetworkInterface],
    come_back: Callable[[], None],
    qtbot: QtBot,
) -> None:
    desktop = open_window()
    box = desktop.window.form.network
    qtbot.waitUntil(lambda: box.currentText() == "Wi-Fi · 127.0.0.2")
    networks[:] = [OFFICE]
    come_back()
    assert box.currentText() == "Wi-Fi · 127.0.0.3"
    assert told(desktop) == ""


def test_while_something_is_shared_the_network_is_the_one_it_is_shared_on(
    open_window: Callable[..., Desktop],
    networks: list[NetworkInterface],
    come_back: Callable[[], None],
    shared: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window(Options(folder=str(shared)))
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.RUNNING)
    box = desktop.window.form.network
    networks.append(OFFICE)
    come_back()
    assert told(desktop) == ""

    networks[:] = [OFFICE]
    come_back()
    assert box.currentText() == "Wi-Fi · 127.0.0.2"
    assert told(desktop) == (
        "This computer has moved to another network. Stop and start again to share there."
    )
    assert desktop.sharing.controller.state is ServerState.RUNNING

    desktop.sharing.controller.stop()
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.STOPPED)
    assert box.currentText() == "Wi-Fi · 127.0.0.3"
    assert told(desktop) == ""
    with qtbot.waitSignal(desktop.sharing.controller.started) as started:
        desktop.window.form.toggle()
    assert started.args is not None
    assert started.args[0].host == "127.0.0.3"


def test_what_is_shared_on_this_computer_alone_moves_nowhere(
    open_window: Callable[..., Desktop],
    networks: list[NetworkInterface],
    come_back: Callable[[], None],
    shared: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window(Options(folder=str(shared), bind="local"))
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.RUNNING)
    networks.clear()
    come_back()
    assert told(desktop) == ""


def test_on_no_network_the_window_says_what_to_do(
    open_window: Callable[..., Desktop],
    networks: list[NetworkInterface],
    shared: Path,
    qtbot: QtBot,
) -> None:
    networks.clear()
    desktop = open_window(Options(folder=str(shared)))
    qtbot.waitUntil(lambda: told(desktop) != "")
    assert told(desktop) == (
        "This computer is on no network. Connect it to one, or choose “Only this computer”."
    )
    assert desktop.sharing.controller.state is ServerState.STOPPED
