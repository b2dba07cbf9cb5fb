"""The choice of the network, in words a person knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.interfaces import InterfacesModel
from app.models.roles import Role
from app.network import InterfaceKind, NetworkInterface

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("appearance")
WIFI = NetworkInterface("wlan0", "Wi-Fi", "192.168.1.20", InterfaceKind.WIFI, True)
DOCKER = NetworkInterface(
    "docker0", "Virtual adapter (docker0)", "172.17.0.1", InterfaceKind.VIRTUAL, False
)


def column(model: InterfacesModel, role: int) -> list[object]:
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def test_the_likeliest_comes_first_and_is_followed() -> None:
    model = InterfacesModel((WIFI, DOCKER))
    tester = QAbstractItemModelTester(model)
    assert tester.model() is model
    assert column(model, Qt.ItemDataRole.DisplayRole) == [
        "Wi-Fi · 192.168.1.20",
        "Virtual adapter (docker0) · 172.17.0.1",
        "All networks",
        "Only this computer",
    ]
    assert column(model, Role.VALUE) == ["", "172.17.0.1", "all", "local"]


def test_technical_terms_stand_in_the_tool_tip_alone() -> None:
    model = InterfacesModel((WIFI,))
    tips = column(model, Qt.ItemDataRole.ToolTipRole)
    assert "wlan0" in str(tips[0])
    assert "0.0.0.0" in str(tips[1])
    assert "127.0.0.1" in str(tips[2])
    assert "0.0.0.0" not in str(column(model, Qt.ItemDataRole.DisplayRole))


@pytest.mark.parametrize(
    ("network", "row"),
    [("", 0), ("192.168.1.20", 0), ("172.17.0.1", 1), ("all", 2), ("local", 3)],
)
def test_every_setting_has_its_row(network: str, row: int) -> None:
    assert InterfacesModel((WIFI, DOCKER)).row_of(network) == row


def test_an_address_that_vanished_is_still_there_to_be_seen() -> None:
    model = InterfacesModel((WIFI,))
    model.set_chosen("10.9.8.7")
    row = model.row_of("10.9.8.7")
    assert model.index(row, 0).data() == "10.9.8.7 · not connected"
    assert model.index(row, 0).data(Role.VALUE) == "10.9.8.7"
    assert model.rowCount() == 4


def test_another_choice_takes_the_vanished_address_away() -> None:
    model = InterfacesModel((WIFI,))
    model.set_chosen("10.9.8.7")
    model.set_chosen("all")
    assert column(model, Role.VALUE) == ["", "all", "local"]


def test_asking_for_a_row_changes_nothing(qtbot: QtBot) -> None:
    model = InterfacesModel((WIFI,))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.assertNotEmitted(model.rowsInserted):
        assert model.row_of("10.9.8.7") == -1
    assert model.rowCount() == 3


def test_without_a_network_there_is_still_a_choice() -> None:
    model = InterfacesModel(())
    assert column(model, Qt.ItemDataRole.DisplayRole) == [
        "No network found",
        "All networks",
        "Only this computer",
    ]


def test_an_address_that_was_chosen_is_not_called_gone_before_the_networks_are_known() -> None:
    model = InterfacesModel()
    model.set_chosen("10.9.8.7")
    assert column(model, Qt.ItemDataRole.DisplayRole)[:2] == [
        "Looking for your network…",
        "10.9.8.7",
    ]
    model.set_interfaces(())
    assert column(model, Qt.ItemDataRole.DisplayRole)[:2] == [
        "No network found",
        "10.9.8.7 · not connected",
    ]
