"""The table of the window's lists: rows with a thin line between them, columns that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.models.roles import Role, Tone
from app.views.palette import Tokens, shown_tokens

__all__ = ["Column", "RowTable"]

_PADDING = 10
_ROW_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Column:
    """How a column shares the room."""

    widest: str
    """A text as wide as the column; "" for the one column that takes what is left."""
    needs: int = 0
    """The table's width in pixels below which the column gives way to the others."""


class RowTable(QTableView):
    """A table of which whole rows are selected, and copied as text."""

    def __init__(
        self,
        model: QAbstractItemModel,
        columns: Sequence[Column],
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self.setAccessibleName(name)
        self.setModel(model)
        self._delegate = _CellDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        rows = self.verticalHeader()
        rows.hide()
        # Without a fixed height every row of a long list is measured.
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        titles = self.horizontalHeader()
        titles.setHighlightSections(False)
        titles.setSectionsClickable(False)
        titles.setMinimumSectionSize(40)
        titles.setFixedHeight(_ROW_HEIGHT)
        for number, column in enumerate(self._columns):
            mode = QHeaderView.ResizeMode
            titles.setSectionResizeMode(number, mode.Fixed if column.widest else mode.Stretch)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Look once, and not for each cell, at what all cells are painted with."""
        self._delegate.prepare()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the columns for which there is no room."""
        super().resizeEvent(event)
        metrics = self.fontMetrics()
        for number, column in enumerate(self._columns):
            self.setColumnHidden(number, self.width() < column.needs)
            if column.widest:
                width = metrics.horizontalAdvance(column.widest) + 2 * _PADDING + 4
                self.setColumnWidth(number, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows as lines of tab-separated text."""
        if not event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
            return
        rows = sorted({index.row() for index in self.selectedIndexes()})
        columns = range(self.model().columnCount())
        lines = (
            "\t".join(str(self.model().index(row, column).data()) for column in columns)
            for row in rows
        )
        QGuiApplication.clipboard().setText("\n".join(lines))


class _CellDelegate(QStyledItemDelegate):
    """Paints a text in the colour of its Tone, or a bar where there is progress to show."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self.prepare()

    def prepare(self) -> None:
        """Take note of the colours, the font and the model of the cells to be painted."""
        self._tokens = shown_tokens()
        self._font = _with_even_digits(self._table.font())
        self._metrics = QFontMetrics(self._font)
        self._model = self._table.model()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one cell."""
        # The model is asked by itself: through an index, each question goes by way of Qt.
        tokens, data = self._tokens, self._model.data
        area = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, QColor(tokens.selection if selected else tokens.card))
        painter.fillRect(
            QRectF(area.left(), area.bottom() - 1, area.width(), 1), QColor(tokens.line)
        )
        inner = area.adjusted(_PADDING, 0, -_PADDING, -1)
        progress = data(index, Role.PROGRESS)
        if progress is not None:
            inner = _paint_bar(painter, inner, progress, tokens)
        tone = data(index, Role.TONE) or Tone.PLAIN
        painter.setPen(QColor(tokens.tone(tone)))
        painter.setFont(self._font)
        text = self._metrics.elidedText(
            str(data(index)), Qt.TextElideMode.ElideMiddle, int(inner.width())
        )
        alignment = data(index, Qt.ItemDataRole.TextAlignmentRole)
        painter.drawText(inner, int(alignment), text)
        painter.restore()


def _paint_bar(painter: QPainter, area: QRectF, progress: float, tokens: Tokens) -> QRectF:
    """Paint how far something has come, and return the room that is left for the text."""
    text_width = painter.fontMetrics().horizontalAdvance("100 %") + 10.0
    track = QRectF(area.left(), area.center().y() - 3, max(0.0, area.width() - text_width), 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.pressed))
    painter.drawRoundedRect(track, 3, 3)
    painter.setBrush(QColor(tokens.accent))
    done = QRectF(track.left(), track.top(), max(6.0, track.width() * progress), track.height())
    painter.drawRoundedRect(done, 3, 3)
    return area.adjusted(track.width() + 10, 0, 0, 0)


def _with_even_digits(font: QFont) -> QFont:
    """Return `font` with digits of one width, so that numbers stand in columns."""
    even = QFont(font)
    even.setFeature(QFont.Tag("tnum"), 1)
    return even
