"""A button that says for a moment that it was done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.views.field_message import announce
from app.views.glyphs import GlyphButton
from app.views.mnemonics import set_mnemonic_text

__all__ = ["ConfirmingButton"]

_CONFIRMATION_MILLISECONDS: Final = 2_000


class ConfirmingButton(GlyphButton):
    """A button whose icon becomes a check mark, and its text the confirmation, for two seconds."""

    def __init__(self, glyph: str, text: str, parent: QWidget | None = None) -> None:
        """`text` has the mnemonic marked: "&Copy address"."""
        super().__init__(glyph, parent=parent)
        self._usual = (glyph, text)
        self._confirmation = QTimer(self, interval=_CONFIRMATION_MILLISECONDS, singleShot=True)
        self._confirmation.timeout.connect(self.show_usual)
        self.show_usual()

    @Slot()
    def show_usual(self) -> None:
        """Say what it does."""
        glyph, text = self._usual
        self._confirmation.stop()
        self.set_glyph(glyph)
        set_mnemonic_text(self, text)

    def show_busy(self, text: str) -> None:
        """Say that it is at work, until told otherwise."""
        self._confirmation.stop()
        self.setText(text)

    def confirm(self, text: str, spoken: str) -> None:
        """Show `text` for a moment, and have a screen reader say `spoken`."""
        # A shorter text must not let the buttons beside it jump.
        self.setMinimumWidth(max(self.minimumWidth(), self.sizeHint().width()))
        self.setText(text)
        self.set_glyph("check", "good")
        announce(self, spoken)
        self._confirmation.start()
