"""A word about how things stand, as wide as the word."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.views.palette import shown_tokens

__all__ = ["StatusPill"]


class StatusPill(QLabel):
    """A coloured dot and a word on a tinted ground; a screen reader takes it for the word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._live = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_status(self, text: str, *, live: bool) -> None:
        """Show `text`; `live` where what it says is good and going on."""
        self._live = live
        self.setText(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the word with its dot."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 40, 30)

    def minimumSizeHint(self) -> QSize:
        """Return the same: the word is never cut off."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground, the dot and the word."""
        tokens = shown_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.good_tint if self._live else tokens.field))
        painter.drawRoundedRect(self.rect(), self.height() / 2, self.height() / 2)
        painter.setBrush(QColor(tokens.good if self._live else tokens.soft))
        painter.drawEllipse(QRectF(12, self.height() / 2 - 4, 8, 8))
        painter.setPen(QColor(tokens.good if self._live else tokens.soft))
        where = self.rect().adjusted(27, 0, -4, 0)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self.text())
