"""Who has used the share: one row for each device and browser."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.i18n import tr
from app.models.device_name import device_name
from app.models.foreign_text import tool_tip
from app.models.quantities import clock_text, count_text, size_text
from app.models.roles import NO_PARENT, Role, Tone
from app.printable import printable
from server_core.events import RequestFinished

__all__ = ["DeviceColumn", "DevicesModel"]

_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class DeviceColumn(IntEnum):
    """The columns, in their order."""

    DEVICE = 0
    ADDRESS = 1
    REQUESTS = 2
    RECEIVED = 3
    LAST_SEEN = 4


_NUMBERS: Final = frozenset((DeviceColumn.REQUESTS, DeviceColumn.RECEIVED, DeviceColumn.LAST_SEEN))
_Key = tuple[str, str]


@dataclass(slots=True)
class _Device:
    name: str
    host: str
    user_agent: str
    requests: int = 0
    received: int = 0
    last_seen: float = 0.0


class DevicesModel(QAbstractTableModel):
    """The devices that have asked for something, in the order they came."""

    MAX_ROWS = 500
    """Devices that are kept; the one that was silent longest goes first."""
    ACTIVE_SECONDS = 60.0
    """How long after its last request a device counts as being there."""

    count_changed = Signal(int)
    """The number of devices."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Device] = []
        self._by_key: dict[_Key, _Device] = {}

    def active_count(self, now: float | None = None) -> int:
        """Return how many devices asked for something lately; `now` in seconds since the epoch."""
        earliest = (time.time() if now is None else now) - self.ACTIVE_SECONDS
        return len({device.host for device in self._rows if device.last_seen >= earliest})

    def append(self, batch: Sequence[RequestFinished]) -> None:
        """Count requests; the devices among them that are new are one insert."""
        if not batch:
            return
        new = self._count(batch)
        self._drop(len(self._rows) + len(new) - self.MAX_ROWS)
        new = new[-self.MAX_ROWS :]
        if new:
            first = len(self._rows)
            self.beginInsertRows(NO_PARENT, first, first + len(new) - 1)
            self._rows.extend(new)
            self.endInsertRows()
        self._by_key = {(device.host, device.name): device for device in self._rows}
        self.dataChanged.emit(
            self.index(0, 0), self.index(len(self._rows) - 1, len(DeviceColumn) - 1)
        )
        self.count_changed.emit(len(self._rows))

    def clear(self) -> None:
        """Forget every device."""
        self.beginResetModel()
        self._rows.clear()
        self._by_key.clear()
        self.endResetModel()
        self.count_changed.emit(0)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of devices."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of DeviceColumn."""
        return 0 if parent.isValid() else len(DeviceColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the title of a column, aligned as its cells are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in _NUMBERS else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                tr("Device"),
                tr("Address"),
                tr("Requests"),
                tr("Received"),
                tr("Last seen"),
            )[section]
        return None

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return what a cell shows, its alignment, its Tone, or what the device says it is."""
        device = self._rows[index.row()]
        column = DeviceColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(device, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in _NUMBERS else _LEFT
        if role == Role.TONE:
            return Tone.PLAIN if column is DeviceColumn.DEVICE else Tone.SOFT
        if role == Qt.ItemDataRole.ToolTipRole and column is DeviceColumn.DEVICE:
            return tool_tip(device.name, device.user_agent)
        return None

    def _count(self, batch: Sequence[RequestFinished]) -> list[_Device]:
        new: list[_Device] = []
        for event in batch:
            name = device_name(event.user_agent, event.client_host)
            key = (event.client_host, name)
            device = self._by_key.get(key)
            if device is None:
                device = _Device(name, event.client_host, event.user_agent)
                self._by_key[key] = device
                new.append(device)
            device.requests += 1
            device.received += event.body_bytes
            device.last_seen = max(device.last_seen, event.finished_at)
        return new

    def _drop(self, surplus: int) -> None:
        if surplus <= 0:
            return
        silent = sorted(self._rows, key=lambda device: device.last_seen)[:surplus]
        doomed = {id(device) for device in silent}
        self.beginResetModel()
        self._rows = [device for device in self._rows if id(device) not in doomed]
        self.endResetModel()


def _text(device: _Device, column: DeviceColumn) -> str:
    match column:
        case DeviceColumn.DEVICE:
            return device.name
        case DeviceColumn.ADDRESS:
            return printable(device.host)
        case DeviceColumn.REQUESTS:
            return count_text(device.requests)
        case DeviceColumn.RECEIVED:
            return size_text(device.received)
        case DeviceColumn.LAST_SEEN:
            return clock_text(device.last_seen)
