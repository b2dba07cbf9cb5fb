"""The choice of the network: this machine's networks, all of them together, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.i18n import tr
from app.models.foreign_text import tool_tip
from app.models.roles import NO_PARENT, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.network import NetworkInterface

__all__ = ["InterfacesModel"]


@dataclass(frozen=True, slots=True)
class _Choice:
    value: str
    """What ShareSettings.network holds for it."""
    text: str
    explanation: str


class InterfacesModel(QAbstractListModel):
    """The networks to be reached on, likeliest first, then "all" and "only this computer"."""

    def __init__(
        self, interfaces: Sequence[NetworkInterface] | None = None, parent: QObject | None = None
    ) -> None:
        """Offer `interfaces`; None says that they are still being looked for."""
        super().__init__(parent)
        self._interfaces = None if interfaces is None else tuple(interfaces)
        self._chosen = ""
        self._choices = self._build()

    def set_interfaces(self, interfaces: Sequence[NetworkInterface]) -> None:
        """Offer these networks, likeliest first, from now on."""
        if tuple(interfaces) != self._interfaces:
            self._interfaces = tuple(interfaces)
            self._renew()

    def set_chosen(self, network: str) -> None:
        """Have a row for this ShareSettings.network, whatever becomes of the interfaces.

        An address that this machine no longer has gets one that says so, so that what was
        chosen is neither lost nor silently replaced.
        """
        self._chosen = network
        if self._build() != self._choices:
            self._renew()

    def row_of(self, network: str) -> int:
        """Return the row of a ShareSettings.network, or -1 where there is none."""
        if self._is_first(network):
            return 0
        values = [choice.value for choice in self._choices]
        return values.index(network) if network in values else -1

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of choices; there are at least three."""
        return 0 if parent.isValid() else len(self._choices)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a choice's name, its technical side as a tool tip, or its value (Role.VALUE)."""
        choice = self._choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(choice.explanation)
        if role == Role.VALUE:
            return choice.value
        return None

    def _is_first(self, network: str) -> bool:
        return any(interface.address == network for interface in (self._interfaces or ())[:1])

    def _renew(self) -> None:
        self.beginResetModel()
        self._choices = self._build()
        self.endResetModel()

    def _build(self) -> tuple[_Choice, ...]:
        choices = [_interface_choice(interface) for interface in self._interfaces or ()]
        if self._interfaces is None:
            choices.append(
                _Choice("", tr("Looking for your network…"), tr("It is here in a moment."))
            )
        elif choices:
            # The likeliest network is followed when the computer moves to another one.
            choices[0] = _Choice("", choices[0].text, choices[0].explanation)
        else:
            choices.append(
                _Choice("", tr("No network found"), tr("This computer is not on a network now."))
            )
        known = {"all", "local", *(choice.value for choice in choices)}
        if self._chosen not in known and not self._is_first(self._chosen):
            choices.append(self._choice_of_an_address(self._chosen))
        return (
            *choices,
            _Choice(
                "all",
                tr("All networks"),
                tr("Every network this computer is on. Listens on 0.0.0.0."),
            ),
            _Choice(
                "local",
                tr("Only this computer"),
                tr("Nobody else can connect. Listens on 127.0.0.1 (loopback)."),
            ),
        )

    def _choice_of_an_address(self, address: str) -> _Choice:
        if self._interfaces is None:
            return _Choice(address, address, "")
        return _Choice(
            address,
            tr("{address} · not connected").replace("{address}", address),
            tr("This computer does not have this address at the moment."),
        )


def _interface_choice(interface: NetworkInterface) -> _Choice:
    return _Choice(
        interface.address,
        f"{interface.label} · {interface.address}",
        tr("Listens on {address}, the address of “{name}”.")
        .replace("{address}", interface.address)
        .replace("{name}", interface.name),
    )
