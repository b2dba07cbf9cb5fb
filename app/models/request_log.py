"""The live log: what was asked, by which device, and what became of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum
from http import HTTPStatus
from urllib.parse import unquote

from PySide6.QtCore import QObject, Signal

from app.i18n import tr
from app.models.device_name import device_name
from app.models.foreign_text import SHOWN_LENGTH, tool_tip
from app.models.quantities import clock_text, count_text, duration_text, size_text
from app.models.roles import Tone
from app.models.rows_model import ColumnHead, RowsModel
from app.printable import printable
from server_core.events import RequestFinished

__all__ = ["LogColumn", "RequestLogModel"]


class LogColumn(IntEnum):
    """The columns, in their order."""

    TIME = 0
    DEVICE = 1
    METHOD = 2
    PATH = 3
    STATUS = 4
    SIZE = 5
    DURATION = 6


class _Entry:
    """A request, and its texts: made when they are first shown, which of most they never are."""

    __slots__ = ("_searched", "event", "serial")

    def __init__(self, serial: int, event: RequestFinished) -> None:
        self.serial = serial
        """Its place among all requests since the start: entries are always in this order."""
        self.event = event
        self._searched = ""

    @property
    def device(self) -> str:
        return device_name(self.event.user_agent, self.event.client_host)

    @property
    def path(self) -> str:
        return printable(unquote(self.event.target), limit=SHOWN_LENGTH)

    @property
    def searched(self) -> str:
        """What the filter looks through, case folded."""
        if not self._searched:
            event = self.event
            text = (
                f"{self.path}\n{self.device}\n{event.client_host}\n{event.method}\n{event.status}"
            )
            self._searched = text.casefold()
        return self._searched


class RequestLogModel(RowsModel[_Entry]):
    """The latest requests, oldest first, of which a filter text selects those that are rows."""

    MAX_ENTRIES = 50_000
    """Entries that are kept; the oldest ones go first."""

    count_changed = Signal(int)
    """The number of requests that are kept, whether they are shown or not."""

    def __init__(self, parent: QObject | None = None) -> None:
        columns = (
            ColumnHead(tr("Time")),
            ColumnHead(tr("Device")),
            ColumnHead(tr("Method")),
            ColumnHead(tr("Path")),
            ColumnHead(tr("Status"), is_number=True),
            ColumnHead(tr("Size"), is_number=True),
            ColumnHead(tr("Took"), is_number=True),
        )
        super().__init__(columns, parent)
        self._entries: list[_Entry] = []
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
        first = self._next_serial
        self._next_serial += len(latest)
        added = [_Entry(serial, event) for serial, event in enumerate(latest, first)]
        self._drop_oldest(len(self._entries) + len(added) - self.MAX_ENTRIES)
        self._entries.extend(added)
        shown = [entry for entry in added if self._matches(entry)] if self._terms else added
        self._insert_rows(len(self._rows), shown)
        self.count_changed.emit(len(self._entries))

    def set_filter(self, text: str) -> None:
        """Show only the requests that have every word of `text`, upper and lower case alike."""
        self._filter_text = text
        terms = tuple(text.casefold().split())
        if terms == self._terms:
            return
        self.beginResetModel()
        self._terms = terms
        self._rows = [entry for entry in self._entries if self._matches(entry)]
        self.endResetModel()

    def clear(self) -> None:
        """Forget every request."""
        self.beginResetModel()
        self._entries.clear()
        self._rows.clear()
        self.endResetModel()
        self.count_changed.emit(0)

    def shown_events(self) -> tuple[RequestFinished, ...]:
        """Return the requests that are rows, oldest first: what an export writes."""
        return tuple(entry.event for entry in self._rows)

    def _text(self, row: _Entry, column: int) -> str:
        event = row.event
        match LogColumn(column):
            case LogColumn.TIME:
                return clock_text(event.finished_at)
            case LogColumn.DEVICE:
                return row.device
            case LogColumn.METHOD:
                return printable(event.method)
            case LogColumn.PATH:
                return row.path
            case LogColumn.STATUS:
                return str(event.status)
            case LogColumn.SIZE:
                return size_text(event.body_bytes) if event.body_bytes else "—"
            case LogColumn.DURATION:
                return duration_text(event.duration)

    def _tone(self, row: _Entry, column: int) -> Tone:
        event = row.event
        match LogColumn(column):
            case LogColumn.PATH | LogColumn.DEVICE:
                return Tone.PLAIN
            case LogColumn.STATUS if event.status >= 400:
                return Tone.BAD if event.status >= 500 else Tone.WARN
            case LogColumn.SIZE if not event.complete:
                return Tone.WARN
            case LogColumn.SIZE if event.body_bytes:
                return Tone.PLAIN
            case _:
                return Tone.SOFT

    def _tool_tip(self, row: _Entry, column: int) -> str | None:
        event = row.event
        match LogColumn(column):
            case LogColumn.DEVICE:
                return tool_tip(row.device, event.client_host, event.user_agent)
            case LogColumn.PATH:
                return tool_tip(row.path)
            case LogColumn.STATUS:
                return tool_tip(_phrase(event.status))
            case LogColumn.SIZE:
                text = tr("{count} bytes").replace("{count}", count_text(event.body_bytes))
                cut_off = tr("The connection ended before everything was sent.")
                return tool_tip(text, "" if event.complete else cut_off)
            case _:
                return None

    def _matches(self, entry: _Entry) -> bool:
        return all(term in entry.searched for term in self._terms)

    def _drop_oldest(self, surplus: int) -> None:
        if surplus <= 0:
            return
        kept = self._entries[surplus].serial if surplus < len(self._entries) else self._next_serial
        del self._entries[:surplus]
        rows = bisect_left(self._rows, kept, key=lambda entry: entry.serial)
        self._remove_rows(range(rows))


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
