"""What there is to say about a field, right below it, and the button that puts it right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.views.glyphs import Glyph
from app.views.restyle import set_look

__all__ = ["FieldMessage", "announce"]


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say `text` now, on behalf of `widget`."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class FieldMessage(QWidget):
    """A sentence about one field; hidden while there is none."""

    fix_requested = Signal()
    """The person pressed the button with the way out."""

    def __init__(
        self, field: QWidget, marked: QWidget | None = None, *, glyph: str = "alert"
    ) -> None:
        """`field` has the keyboard focus of what is meant, `marked` (or it) shows an error."""
        super().__init__()
        self.field = field
        self._marked = marked or field
        is_alert = glyph == "alert"
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setProperty("kind", "error" if is_alert else "notice")
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self._fix = QPushButton()
        self._fix.setProperty("kind", "fix")
        self._fix.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._fix.clicked.connect(self.fix_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        picture = Glyph(glyph, "bad" if is_alert else "accent", 18)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._fix, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """The message that is shown, or ""."""
        return self._label.text()

    def show_error(self, text: str, fix: str = "") -> None:
        """Show what is wrong, and a button named `fix` where there is a way out to press."""
        set_look(self._marked, "invalid", value=True)
        self.show_notice(text, fix)

    def show_notice(self, text: str, fix: str = "") -> None:
        """Show `text` without marking the field as what is wrong."""
        # Whoever comes to the field later hears what was announced once.
        self.field.setAccessibleDescription(text)
        self._fix.setText(fix)
        self._fix.setVisible(bool(fix))
        self.setVisible(True)
        if text != self._label.text():
            self._label.setText(text)
            announce(self, text)

    def clear(self) -> None:
        """Take the message away."""
        set_look(self._marked, "invalid", value=False)
        self.field.setAccessibleDescription("")
        self._label.clear()
        self.hide()
