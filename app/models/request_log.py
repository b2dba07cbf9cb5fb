"""The live log: what was asked, by which device, and what became of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

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
from app.models.quantities import clock_text, count_text, duration_text, size_text
from app.models.roles import NO_PARENT, Role, Tone
from app.printable import printable
from server_core.events import RequestFinished

__all__ = ["LogColumn", "RequestLogModel"]

_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LogColumn(IntEnum):
    """The columns, in their order."""

    TIME = 0
    DEVICE = 1
    METHOD = 2
    PATH = 3
    STATUS = 4
    SIZE = 5
    DURATION = 6


_NUMBERS: Final = frozenset((LogColumn.STATUS, LogColumn.SIZE, LogColumn.DURATION))


@dataclass(frozen=True, slots=True)
class _Entry:
    serial: int
    """Its place among all requests since the start: entries are always in this order."""
    event: RequestFinished
    device: str
    path: str
    searched: str
    """What the filter looks through, case folded."""


class RequestLogModel(QAbstractTableModel):
    """The latest requests, oldest first, of which a filter text selects those that are rows."""

    MAX_ENTRIES = 50_000
    """Entries that are kept; the oldest ones go first."""

    count_changed = Signal(int)
    """The number of requests that are kept, whether they are shown or not."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[_Entry] = []
        self._shown: list[_Entry] = []
        self._terms: tuple[str, ...] = ()
        self._filter_text = ""
        self._next_serial = 0

    @property
    def count(self) -> int:
        """The number of requests that are kept."""
        return len(self._entries)

    @property
    def filter_text(self) -> str:
        """The words of which every row has all, in its path, device, method or status."""
        return self._filter_text

    def append(self, batch: Sequence[RequestFinished]) -> None:
        """Add requests in the order they ended; however many they are, they are one insert."""
        latest = batch[-self.MAX_ENTRIES :]
        if not latest:
            return
        added = [self._entry(event) for event in latest]
        self._drop_oldest(len(self._entries) + len(added) - self.MAX_ENTRIES)
        self._entries.extend(added)
        shown = [entry for entry in added if self._matches(entry)]
        if shown:
            first = len(self._shown)
            self.beginInsertRows(NO_PARENT, first, first + len(shown) - 1)
            self._shown.extend(shown)
            self.endInsertRows()
        self.count_changed.emit(len(self._entries))

    def set_filter(self, text: str) -> None:
        """Show only the requests that have every word of `text`, upper and lower case alike."""
        self._filter_text = text
        terms = tuple(text.casefold().split())
        if terms == self._terms:
            return
        self.beginResetModel()
        self._terms = terms
        self._shown = [entry for entry in self._entries if self._matches(entry)]
        self.endResetModel()

    def clear(self) -> None:
        """Forget every request."""
        self.beginResetModel()
        self._entries.clear()
        self._shown.clear()
        self.endResetModel()
        self.count_changed.emit(0)

    def shown_events(self) -> tuple[RequestFinished, ...]:
        """Return the requests that are rows, oldest first: what an export writes."""
        return tuple(entry.event for entry in self._shown)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of requests that pass the filter."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of LogColumn."""
        return 0 if parent.isValid() else len(LogColumn)

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
                tr("Time"),
                tr("Device"),
                tr("Method"),
                tr("Path"),
                tr("Status"),
                tr("Size"),
                tr("Took"),
            )[section]
        return None

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return what a cell shows, its alignment, its Tone, or more about it as a tool tip."""
        entry = self._shown[index.row()]
        column = LogColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(entry, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in _NUMBERS else _LEFT
        if role == Role.TONE:
            return _tone(entry.event, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(entry, column)
        return None

    def _entry(self, event: RequestFinished) -> _Entry:
        device = device_name(event.user_agent, event.client_host)
        path = printable(unquote(event.target), limit=SHOWN_LENGTH)
        searched = f"{path}\n{device}\n{event.client_host}\n{event.method}\n{event.status}"
        serial = self._next_serial
        self._next_serial += 1
        return _Entry(serial, event, device, path, searched.casefold())

    def _matches(self, entry: _Entry) -> bool:
        return all(term in entry.searched for term in self._terms)

    def _drop_oldest(self, surplus: int) -> None:
        if surplus <= 0:
            return
        kept = self._entries[surplus].serial if surplus < len(self._entries) else self._next_serial
        del self._entries[:surplus]
        rows = bisect_left(self._shown, kept, key=lambda entry: entry.serial)
        if rows:
            self.beginRemoveRows(NO_PARENT, 0, rows - 1)
            del self._shown[:rows]
            self.endRemoveRows()


def _text(entry: _Entry, column: LogColumn) -> str:
    event = entry.event
    match column:
        case LogColumn.TIME:
            return clock_text(event.finished_at)
        case LogColumn.DEVICE:
            return entry.device
        case LogColumn.METHOD:
            return printable(event.method)
        case LogColumn.PATH:
            return entry.path
        case LogColumn.STATUS:
            return str(event.status)
        case LogColumn.SIZE:
            return size_text(event.body_bytes) if event.body_bytes else "—"
        case LogColumn.DURATION:
            return duration_text(event.duration)


def _tone(event: RequestFinished, column: LogColumn) -> Tone:
    if column is LogColumn.STATUS:
        if event.status >= 500:
            return Tone.BAD
        return Tone.WARN if event.status >= 400 else Tone.SOFT
    if column is LogColumn.SIZE and not event.complete:
        return Tone.WARN
    if column in (LogColumn.PATH, LogColumn.DEVICE) or (
        column is LogColumn.SIZE and event.body_bytes
    ):
        return Tone.PLAIN
    return Tone.SOFT


def _tool_tip(entry: _Entry, column: LogColumn) -> str | None:
    event = entry.event
    match column:
        case LogColumn.DEVICE:
            return tool_tip(entry.device, event.client_host, event.user_agent)
        case LogColumn.PATH:
            return tool_tip(entry.path)
        case LogColumn.STATUS:
            return tool_tip(_phrase(event.status))
        case LogColumn.SIZE:
            text = tr("{count} bytes").replace("{count}", count_text(event.body_bytes))
            cut_off = tr("The connection ended before everything was sent.")
            return tool_tip(text, "" if event.complete else cut_off)
        case _:
            return None


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
