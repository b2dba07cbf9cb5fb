"""The files on their way to other devices: how far each has come, how fast, how long it takes."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.i18n import tr
from app.models.device_name import device_name
from app.models.foreign_text import SHOWN_LENGTH, tool_tip
from app.models.quantities import duration_text, size_text, speed_text
from app.models.roles import Role, Tone
from app.models.rows_model import ColumnHead, RowsModel
from app.printable import printable
from server_core.events import TransferEnded, TransferStarted
from server_core.transfers import TransferSnapshot

__all__ = ["TransferColumn", "TransfersModel"]

_SMOOTHING: Final = 0.35
"""The weight of the latest measurement in a speed: steady enough to read, quick enough to trust."""
_MISSED: Final = 2
"""Readings of the counters without a transfer after which it is over."""


class TransferColumn(IntEnum):
    """The columns, in their order."""

    DEVICE = 0
    FILE = 1
    PROGRESS = 2
    SPEED = 3
    REMAINING = 4


class _Outcome(Enum):
    LIVE = "live"
    DONE = "done"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"
    """It is over, and nothing has told how it ended."""


@dataclass(slots=True)
class _Row:
    transfer_id: int
    device: str
    host: str
    path: str
    size: int
    sent: int
    measured_at: float
    """Seconds on the monotonic clock when `sent` was read."""
    speed: float = 0.0
    """Bytes per second; of an ended transfer, of all of it."""
    outcome: _Outcome = _Outcome.LIVE
    missed: int = 0
    """How many readings of the counters have been without it."""

    @property
    def progress(self) -> float:
        return min(1.0, self.sent / self.size) if self.size else 1.0


class TransfersModel(RowsModel[_Row]):
    """The transfers under way and the last ones that ended, newest first."""

    MAX_ROWS = 500
    """Transfers that are kept; those that ended go first, the oldest before the others."""

    count_changed = Signal(int)
    """The number of transfers under way."""

    def __init__(self, parent: QObject | None = None) -> None:
        columns = (
            ColumnHead(tr("Device")),
            ColumnHead(tr("File")),
            ColumnHead(tr("Progress")),
            ColumnHead(tr("Speed"), is_number=True),
            ColumnHead(tr("Left", "time"), is_number=True),
        )
        super().__init__(columns, parent)
        self._live: dict[int, _Row] = {}
        self._unknown: dict[int, _Row] = {}

    @property
    def live_count(self) -> int:
        """The number of transfers under way."""
        return len(self._live)

    @property
    def busy_hosts(self) -> frozenset[str]:
        """The addresses of the devices that have a transfer under way."""
        return frozenset(row.host for row in self._live.values())

    @property
    def arriving(self) -> dict[tuple[str, str], int]:
        """How many bytes of what is under way have left, by the device's address and name."""
        bytes_of: dict[tuple[str, str], int] = {}
        for row in self._live.values():
            key = row.host, row.device
            bytes_of[key] = bytes_of.get(key, 0) + row.sent
        return bytes_of

    @property
    def bytes_per_second(self) -> float:
        """The speed of all transfers under way together."""
        return sum(row.speed for row in self._live.values())

    def apply(self, batch: Sequence[TransferStarted | TransferEnded]) -> None:
        """Take in which transfers started and ended, in that order; they are one insert."""
        now = time.monotonic()
        started: list[_Row] = []
        for event in batch:
            if isinstance(event, TransferEnded):
                self._end(event)
            elif event.transfer_id not in self._live:
                started.append(self._row(event, now))
        self._insert(started)
        self._changed()

    def update(self, snapshots: Sequence[TransferSnapshot], now: float | None = None) -> None:
        """Take in how far the transfers have come at `now`, in seconds on the monotonic clock.

        `snapshots` are all that are under way. One that is missing repeatedly is over: the event
        that says so may have been dropped, where there were too many.
        """
        moment = time.monotonic() if now is None else now
        missing = set(self._live)
        for snapshot in snapshots:
            row = self._live.get(snapshot.transfer_id)
            if row is not None:
                missing.discard(snapshot.transfer_id)
                row.missed = 0
                _measure(row, snapshot, moment)
        if self._end_missing(missing):
            self.count_changed.emit(len(self._live))
        self._tell_all_changed()

    def end_all(self) -> None:
        """Take in that the server has stopped: nothing is under way any more."""
        for row in self._live.values():
            row.outcome = _Outcome.INTERRUPTED
        self._live.clear()
        # The next server counts its transfers from one again.
        self._unknown.clear()
        self._changed()

    def clear_ended(self) -> None:
        """Forget the transfers that are over."""
        over = [n for n, row in enumerate(self._rows) if row.outcome is not _Outcome.LIVE]
        self._forget(over)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return what every table does, or how far a transfer has come (Role.PROGRESS)."""
        if role == Role.PROGRESS:
            row = self._rows[index.row()]
            shown = index.column() == TransferColumn.PROGRESS and row.outcome is _Outcome.LIVE
            return row.progress if shown else None
        return super().data(index, role)

    def _text(self, row: _Row, column: int) -> str:
        match TransferColumn(column):
            case TransferColumn.DEVICE:
                return row.device
            case TransferColumn.FILE:
                return row.path.rpartition("/")[2] or row.path
            case TransferColumn.PROGRESS:
                return _progress_text(row)
            case TransferColumn.SPEED:
                return speed_text(row.speed) if row.speed >= 1 else "—"
            case TransferColumn.REMAINING:
                if row.outcome is not _Outcome.LIVE or row.speed < 1:
                    return "—"
                return duration_text(max(0.0, row.size - row.sent) / row.speed)

    def _tone(self, row: _Row, column: int) -> Tone:
        if column == TransferColumn.PROGRESS and row.outcome is _Outcome.INTERRUPTED:
            return Tone.WARN
        named = column in (TransferColumn.DEVICE, TransferColumn.FILE)
        return Tone.PLAIN if named else Tone.SOFT

    def _tool_tip(self, row: _Row, column: int) -> str | None:
        match TransferColumn(column):
            case TransferColumn.DEVICE:
                return tool_tip(row.device, row.host)
            case TransferColumn.FILE:
                return tool_tip(row.path)
            case TransferColumn.PROGRESS:
                return tool_tip(_of_size(tr("{sent} of {size}"), row))
            case _:
                return None

    def _row(self, event: TransferStarted, now: float) -> _Row:
        device = device_name(event.user_agent, event.client_host)
        path = printable(event.path, limit=SHOWN_LENGTH)
        row = _Row(event.transfer_id, device, event.client_host, path, event.size, 0, now)
        self._live[event.transfer_id] = row
        return row

    def _end(self, event: TransferEnded) -> None:
        row = self._live.pop(event.transfer_id, None) or self._unknown.pop(event.transfer_id, None)
        if row is None:
            return
        row.sent = event.sent
        row.speed = event.sent / event.duration if event.duration > 0 else 0.0
        row.outcome = _Outcome.DONE if event.complete else _Outcome.INTERRUPTED

    def _end_missing(self, missing: Collection[int]) -> bool:
        """Count transfers as missing, and return whether any has been so for long enough."""
        before = len(self._live)
        for transfer_id in missing:
            row = self._live[transfer_id]
            row.missed += 1
            if row.missed >= _MISSED:
                row.outcome = _Outcome.UNKNOWN
                self._unknown[transfer_id] = self._live.pop(transfer_id)
        return len(self._live) < before

    def _insert(self, started: list[_Row]) -> None:
        newest = started[-self.MAX_ROWS :]
        newest.reverse()
        self._drop(len(self._rows) + len(newest) - self.MAX_ROWS)
        self._insert_rows(0, newest)

    def _drop(self, surplus: int) -> None:
        if surplus <= 0:
            return
        oldest_first = range(len(self._rows) - 1, -1, -1)
        over = [row for row in oldest_first if self._rows[row].outcome is not _Outcome.LIVE]
        # Live ones go only where nothing else is left; their bytes are still counted.
        under_way = [row for row in oldest_first if self._rows[row].outcome is _Outcome.LIVE]
        self._forget((over + under_way)[:surplus])

    def _forget(self, numbers: Collection[int]) -> None:
        for number in numbers:
            self._unknown.pop(self._rows[number].transfer_id, None)
        self._remove_rows(numbers)

    def _changed(self) -> None:
        self._tell_all_changed()
        self.count_changed.emit(len(self._live))


def _measure(row: _Row, snapshot: TransferSnapshot, now: float) -> None:
    elapsed = now - row.measured_at
    if elapsed <= 0:
        return
    latest = max(0, snapshot.sent - row.sent) / elapsed
    row.speed = latest if not row.speed else row.speed + _SMOOTHING * (latest - row.speed)
    row.sent = snapshot.sent
    row.measured_at = now


def _progress_text(row: _Row) -> str:
    match row.outcome:
        case _Outcome.LIVE:
            return f"{int(row.progress * 100)} %"
        case _Outcome.DONE:
            return tr("Done · {size}").replace("{size}", size_text(row.sent))
        case _Outcome.INTERRUPTED:
            return _of_size(tr("Interrupted · {sent} of {size}"), row)
        case _Outcome.UNKNOWN:
            return tr("Ended · {size}").replace("{size}", size_text(row.size))


def _of_size(text: str, row: _Row) -> str:
    sent, size = size_text(row.sent), size_text(row.size)
    return text.replace("{sent}", sent).replace("{size}", size)
