"""What the tables of the window have in common: typed rows, and a column table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models.roles import NO_PARENT, Role, Tone

__all__ = ["ColumnHead", "RowsModel"]

_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """What is known of a column before there is a row."""

    title: str
    is_number: bool = False
    """Numbers stand at the right, so that their digits are below each other."""


class RowsModel(QAbstractTableModel, Generic[Row]):
    """A table of `Row` objects, one line each.

    Methods that are overridden: `_text`, `_tone`, `_tool_tip`. Rows are put into `_rows` between
    Qt's begin and end calls.
    """

    def __init__(self, columns: Sequence[ColumnHead], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: list[Row] = []

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of rows; no row has others below it."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the title of a column, aligned as its cells are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return self._columns[section].title if role == Qt.ItemDataRole.DisplayRole else None

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return what a cell shows, its alignment, its Tone, or more about it as a tool tip."""
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Role.TONE:
            return self._tone(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(row, column)
        return None

    @abstractmethod
    def _text(self, row: Row, column: int) -> str:
        """Return what a cell shows."""

    @abstractmethod
    def _tone(self, row: Row, column: int) -> Tone:
        """Return how the text of a cell is meant."""

    @abstractmethod
    def _tool_tip(self, row: Row, column: int) -> str | None:
        """Return more about a cell than there is room for, or None."""

    def _insert_rows(self, first: int, rows: Sequence[Row]) -> None:
        """Put `rows` before the row `first`, as one insert."""
        if rows:
            self.beginInsertRows(NO_PARENT, first, first + len(rows) - 1)
            self._rows[first:first] = rows
            self.endInsertRows()

    def _remove_rows(self, numbers: Collection[int]) -> None:
        """Take these rows out, neighbours together: the others stay selected as they are."""
        for first, last in reversed(_runs(numbers)):
            self.beginRemoveRows(NO_PARENT, first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()

    def _tell_all_changed(self) -> None:
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return _RIGHT if self._columns[column].is_number else _LEFT


def _runs(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Return `numbers` as first and last of each run without a gap, in ascending order."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
