"""Tabs with a number each: how much there is to see behind them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QWidget

from app.models.quantities import count_text
from app.views.palette import shown_tokens

__all__ = ["CountTabs"]

_GAP = 7
_SIDE = 10


class CountTabs(QTabBar):
    """A tab bar that paints a quiet number beside each name, and a line under the current one."""

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        for name in names:
            self.addTab(name)
            self.set_count(self.count() - 1, 0)

    def set_count(self, index: int, count: int) -> None:
        """Show `count` beside the tab's name, or nothing for 0."""
        text = count_text(count) if count else ""
        if self.tabData(index) == text:
            return
        self.setTabData(index, text)
        name = self.tabText(index).replace("&", "")
        self.setAccessibleTabName(index, f"{name}: {text}" if text else name)
        # Makes the tab bar ask for the sizes again, which nothing public does.
        self.setTabText(index, self.tabText(index))
        self.updateGeometry()

    def tabSizeHint(self, index: int) -> QSize:
        """Return the room for name and number."""
        metrics = QFontMetrics(self._bold())
        width = metrics.horizontalAdvance(self.tabText(index).replace("&", ""))
        count = self.tabData(index)
        if count:
            width += _GAP + self.fontMetrics().horizontalAdvance(count)
        return QSize(width + 2 * _SIDE, 40)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Return the same: a name is never cut off."""
        return self.tabSizeHint(index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the tabs."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count()):
            self._paint_tab(painter, index, self.tabRect(index))

    def _paint_tab(self, painter: QPainter, index: int, area: QRect) -> None:
        tokens = shown_tokens()
        current = index == self.currentIndex()
        name = self.tabText(index)
        inner = area.adjusted(_SIDE, 0, -_SIDE, 0)
        flags = (
            Qt.AlignmentFlag.AlignVCenter
            | Qt.AlignmentFlag.AlignLeft
            | Qt.TextFlag.TextHideMnemonic
        )
        painter.setFont(self._bold())
        painter.setPen(QColor(tokens.ink if current else tokens.soft))
        painter.drawText(inner, flags, name)
        used = QFontMetrics(self._bold()).horizontalAdvance(name.replace("&", ""))
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.accent if current else tokens.soft))
        painter.drawText(inner.adjusted(used + _GAP, 0, 0, 0), flags, self.tabData(index) or "")
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(
                QRect(inner.left(), area.bottom() - 2, inner.width(), 3), 1.5, 1.5
            )
        if current and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.accent))
            painter.drawRoundedRect(area.adjusted(1, 4, -2, -5), 7, 7)

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font
