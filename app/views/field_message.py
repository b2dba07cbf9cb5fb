"""What is wrong with a field, right below it, and the button that puts it right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.views.glyphs import Glyph

__all__ = ["FieldMessage", "announce"]


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say `text` now, on behalf of `widget`."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class FieldMessage(QWidget):
    """An error about one field; hidden while there is none."""

    fix_requested = Signal()
    """The person pressed the button with the way out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setProperty("kind", "error")
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self._fix = QPushButton()
        self._fix.setProperty("kind", "fix")
        self._fix.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._fix.clicked.connect(self.fix_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(Glyph("alert", "bad", 18), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._fix, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """The message that is shown, or ""."""
        return self._label.text()

    def show_message(self, text: str, fix: str = "") -> None:
        """Show `text`, and a button named `fix` where there is a way out to press."""
        self._label.setText(text)
        self._fix.setText(fix)
        self._fix.setVisible(bool(fix))
        self.setVisible(True)
        announce(self, text)

    def clear(self) -> None:
        """Take the message away."""
        self._label.clear()
        self.hide()
