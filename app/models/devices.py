"""Who has used the share: one row for each device and browser."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QObject, Signal

from app.i18n import tr
from app.models.device_name import device_name
from app.models.foreign_text import tool_tip
from app.models.quantities import clock_text, count_text, size_text
from app.models.roles import Tone
from app.models.rows_model import ColumnHead, RowsModel
from app.printable import printable
from server_core.events import RequestFinished, TransferStarted

__all__ = ["DeviceColumn", "DevicesModel"]


class DeviceColumn(IntEnum):
    """The columns, in their order."""

    DEVICE = 0
    ADDRESS = 1
    REQUESTS = 2
    RECEIVED = 3
    LAST_SEEN = 4


_Key = tuple[str, str]


@dataclass(slots=True)
class _Device:
    name: str
    host: str
    user_agent: str
    requests: int = 0
    received: int = 0
    arriving: int = 0
    """Bytes of what is under way, which `received` does not count yet."""
    last_seen: float = 0.0
    """When its last request ended, in seconds since the epoch."""
    last_fetched: float = 0.0
    """When it was last seen to be fetching something, which ends a request much later."""

    @property
    def last_there(self) -> float:
        return max(self.last_seen, self.last_fetched)


class DevicesModel(RowsModel[_Device]):
    """The devices that have asked for something, in the order they came."""

    MAX_ROWS = 500
    """Devices that are kept; the one that was silent longest goes first."""
    ACTIVE_SECONDS = 60.0
    """How long after its last request a device counts as being there."""

    count_changed = Signal(int)
    """The number of devices."""

    def __init__(self, parent: QObject | None = None) -> None:
        columns = (
            ColumnHead(tr("Device")),
            ColumnHead(tr("Address")),
            ColumnHead(tr("Requests"), is_number=True),
            ColumnHead(tr("Received"), is_number=True),
            ColumnHead(tr("Last seen"), is_number=True),
        )
        super().__init__(columns, parent)
        self._by_key: dict[_Key, _Device] = {}

    def active_count(self, now: float | None = None, busy: Collection[str] = ()) -> int:
        """Return how many devices are there: they asked lately, or are among the `busy` hosts.

        `now` is in seconds since the epoch. A request for a large file ends with it, so that
        its device would otherwise count only afterwards.
        """
        earliest = (time.time() if now is None else now) - self.ACTIVE_SECONDS
        lately = {device.host for device in self._rows if device.last_seen >= earliest}
        return len(lately.union(busy))

    def append(self, batch: Sequence[RequestFinished]) -> None:
        """Count requests; the devices among them that are new are one insert."""
        if batch:
            self._add(self._count(batch))
            self._tell_all_changed()

    def meet(self, batch: Sequence[TransferStarted]) -> None:
        """Take in whose transfers began: a request for a large file ends long after that."""
        new: list[_Device] = []
        for event in batch:
            self._device(event.client_host, event.user_agent, new).last_fetched = time.time()
        self._add(new)

    def show_arriving(self, arriving: Mapping[tuple[str, str], int]) -> None:
        """Take in how many bytes are under way, by address and name; to all others none are."""
        now = time.time()
        has_changed = False
        for key, device in self._by_key.items():
            size = arriving.get(key, 0)
            if size:
                device.last_fetched = now
            has_changed = has_changed or size != device.arriving
            device.arriving = size
        if has_changed:
            self._tell_all_changed()

    def _text(self, row: _Device, column: int) -> str:
        match DeviceColumn(column):
            case DeviceColumn.DEVICE:
                return row.name
            case DeviceColumn.ADDRESS:
                return printable(row.host)
            case DeviceColumn.REQUESTS:
                return count_text(row.requests)
            case DeviceColumn.RECEIVED:
                return size_text(row.received + row.arriving)
            case DeviceColumn.LAST_SEEN:
                return clock_text(row.last_there)

    def _tone(self, _row: _Device, column: int) -> Tone:
        return Tone.PLAIN if column == DeviceColumn.DEVICE else Tone.SOFT

    def _tool_tip(self, row: _Device, column: int) -> str | None:
        return tool_tip(row.name, row.user_agent) if column == DeviceColumn.DEVICE else None

    def _count(self, batch: Sequence[RequestFinished]) -> list[_Device]:
        new: list[_Device] = []
        for event in batch:
            device = self._device(event.client_host, event.user_agent, new)
            device.requests += 1
            device.received += event.body_bytes
            device.last_seen = max(device.last_seen, event.finished_at)
        return new

    def _device(self, host: str, user_agent: str, new: list[_Device]) -> _Device:
        """Return the device of this address and browser; one that is new is added to `new`."""
        name = device_name(user_agent, host)
        device = self._by_key.get((host, name))
        if device is None:
            device = self._by_key[host, name] = _Device(name, host, user_agent)
            new.append(device)
        return device

    def _add(self, new: list[_Device]) -> None:
        if not new:
            return
        self._drop(len(self._rows) + len(new) - self.MAX_ROWS)
        self._insert_rows(len(self._rows), new[-self.MAX_ROWS :])
        self._by_key = {(device.host, device.name): device for device in self._rows}
        self.count_changed.emit(len(self._rows))

    def _drop(self, surplus: int) -> None:
        if surplus > 0:
            numbers = range(len(self._rows))
            silent = sorted(numbers, key=lambda number: self._rows[number].last_there)
            self._remove_rows(silent[:surplus])
