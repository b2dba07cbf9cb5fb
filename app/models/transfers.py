"""The files on their way to other devices: how far each has come, how fast, how long it takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
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
from app.models.foreign_text import SHOWN_LENGTH, tool_tip
from app.models.quantities import duration_text, size_text, speed_text
from app.models.roles import NO_PARENT, Role, Tone
from app.printable import printable
from server_core.events import TransferEnded, TransferStarted
from server_core.transfers import TransferSnapshot

__all__ = ["TransferColumn", "TransfersModel"]

_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_SMOOTHING: Final = 0.35
"""The weight of the latest measurement in a speed: steady enough to read, quick enough to trust."""


class TransferColumn(IntEnum):
    """The columns, in their order."""

    DEVICE = 0
    FILE = 1
    PROGRESS = 2
    SPEED = 3
    REMAINING = 4


_NUMBERS: Final = frozenset((TransferColumn.SPEED, TransferColumn.REMAINING))


class _Outcome(Enum):
    LIVE = "live"
    DONE = "done"
    INTERRUPTED = "interrupted"


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

    @property
    def progress(self) -> float:
        return min(1.0, self.sent / self.size) if self.size else 1.0


class TransfersModel(QAbstractTableModel):
    """The transfers under way and the last ones that ended, newest first."""

    MAX_ROWS = 500
    """Transfers that are kept; those that ended go first, the oldest before the others."""

    count_changed = Signal(int)
    """The number of transfers under way."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._live: dict[int, _Row] = {}

    @property
    def live_count(self) -> int:
        """The number of transfers under way."""
        return len(self._live)

    @property
    def bytes_per_second(self) -> float:
        """The speed of all transfers under way together."""
        return sum(row.speed for row in self._live.values())

    def apply(self, batch: Sequence[TransferStarted | TransferEnded]) -> None:
        """Take in which transfers started and ended, in that order; they are one insert."""
        now = time.monotonic()
        started: list[_Row] = []
        for event in batch:
            if isinstance(event, TransferStarted):
                if event.transfer_id not in self._live:
                    started.append(self._row(event, 0, now))
            else:
                self._end(event)
        self._insert(started)
        self._changed()

    def update(self, snapshots: Sequence[TransferSnapshot], now: float | None = None) -> None:
        """Take in how far the transfers have come at `now`, in seconds on the monotonic clock."""
        moment = time.monotonic() if now is None else now
        for snapshot in snapshots:
            row = self._live.get(snapshot.transfer_id)
            if row is not None:
                _measure(row, snapshot, moment)
        if self._rows:
            self._refresh()

    def end_all(self) -> None:
        """Take in that the server has stopped: nothing is under way any more."""
        for row in self._live.values():
            row.outcome = _Outcome.INTERRUPTED
        self._live.clear()
        self._changed()

    def clear_ended(self) -> None:
        """Forget the transfers that are over."""
        self.beginResetModel()
        self._rows = [row for row in self._rows if row.outcome is _Outcome.LIVE]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of transfers, ended ones included."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of TransferColumn."""
        return 0 if parent.isValid() else len(TransferColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the title of a column, aligned as its cells are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in _NUMBERS else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return (tr("Device"), tr("File"), tr("Progress"), tr("Speed"), tr("Left", "time"))[
                section
            ]
        return None

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return what a cell shows, its alignment, its Tone, its progress, or a tool tip."""
        row = self._rows[index.row()]
        column = TransferColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in _NUMBERS else _LEFT
        if role == Role.TONE:
            return _tone(row, column)
        if role == Role.PROGRESS and column is TransferColumn.PROGRESS:
            return row.progress if row.outcome is _Outcome.LIVE else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(row, column)
        return None

    def _row(self, event: TransferStarted, sent: int, now: float) -> _Row:
        device = device_name(event.user_agent, event.client_host)
        path = printable(event.path, limit=SHOWN_LENGTH)
        row = _Row(event.transfer_id, device, event.client_host, path, event.size, sent, now)
        self._live[event.transfer_id] = row
        return row

    def _end(self, event: TransferEnded) -> None:
        row = self._live.pop(event.transfer_id, None)
        if row is None:
            return
        row.sent = event.sent
        row.speed = event.sent / event.duration if event.duration > 0 else 0.0
        row.outcome = _Outcome.DONE if event.complete else _Outcome.INTERRUPTED

    def _insert(self, started: list[_Row]) -> None:
        if not started:
            return
        newest = started[-self.MAX_ROWS :]
        newest.reverse()
        self._drop(len(self._rows) + len(newest) - self.MAX_ROWS)
        self.beginInsertRows(NO_PARENT, 0, len(newest) - 1)
        self._rows[:0] = newest
        self.endInsertRows()

    def _drop(self, surplus: int) -> None:
        if surplus <= 0:
            return
        oldest_first = range(len(self._rows) - 1, -1, -1)
        over = [row for row in oldest_first if self._rows[row].outcome is not _Outcome.LIVE]
        # Live ones go only where nothing else is left; their bytes are still counted.
        under_way = [row for row in oldest_first if self._rows[row].outcome is _Outcome.LIVE]
        doomed = set((over + under_way)[:surplus])
        self.beginResetModel()
        self._rows = [row for number, row in enumerate(self._rows) if number not in doomed]
        self.endResetModel()

    def _changed(self) -> None:
        if self._rows:
            self._refresh()
        self.count_changed.emit(len(self._live))

    def _refresh(self) -> None:
        last = self.index(len(self._rows) - 1, len(TransferColumn) - 1)
        self.dataChanged.emit(self.index(0, 0), last)


def _measure(row: _Row, snapshot: TransferSnapshot, now: float) -> None:
    elapsed = now - row.measured_at
    if elapsed <= 0:
        return
    latest = max(0, snapshot.sent - row.sent) / elapsed
    row.speed = latest if not row.speed else row.speed + _SMOOTHING * (latest - row.speed)
    row.sent = snapshot.sent
    row.measured_at = now


def _text(row: _Row, column: TransferColumn) -> str:
    match column:
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


def _progress_text(row: _Row) -> str:
    match row.outcome:
        case _Outcome.LIVE:
            return f"{int(row.progress * 100)} %"
        case _Outcome.DONE:
            return tr("Done · {size}").replace("{size}", size_text(row.sent))
        case _Outcome.INTERRUPTED:
            return (
                tr("Interrupted · {sent} of {size}")
                .replace("{sent}", size_text(row.sent))
                .replace("{size}", size_text(row.size))
            )


def _tone(row: _Row, column: TransferColumn) -> Tone:
    if column is TransferColumn.PROGRESS:
        return Tone.WARN if row.outcome is _Outcome.INTERRUPTED else Tone.SOFT
    return Tone.SOFT if column in _NUMBERS else Tone.PLAIN


def _tool_tip(row: _Row, column: TransferColumn) -> str | None:
    match column:
        case TransferColumn.DEVICE:
            return tool_tip(row.device, row.host)
        case TransferColumn.FILE:
            return tool_tip(row.path)
        case TransferColumn.PROGRESS:
            return tool_tip(
                tr("{sent} of {size}")
                .replace("{sent}", size_text(row.sent))
                .replace("{size}", size_text(row.size))
            )
        case _:
            return None
