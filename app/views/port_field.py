"""The port: a number, or nothing, which lets one be found."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from app.i18n import tr

__all__ = ["PortField"]

_LAST: Final = 65_535


class PortField(QLineEdit):
    """A line for up to five digits; what is out of range stays, so that it can be put right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        digits = QRegularExpression("[0-9]{0,5}")
        self.setValidator(QRegularExpressionValidator(digits, self))
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        # A folder that is dropped here is meant for the card, not as a text.
        self.setAcceptDrops(False)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(str(_LAST)) + 42)
        self.setAccessibleName(tr("Port"))
        self.setToolTip(tr("The last part of the address, a number from 1 to 65535 (TCP port)."))

    @property
    def port(self) -> int | None:
        """The port that was entered; None where there is none that could be used."""
        port = int(self.text() or 0)
        return port if 1 <= port <= _LAST else None

    @property
    def is_usable(self) -> bool:
        """Whether sharing can start with this: a port, or nothing."""
        return not self.text() or self.port is not None

    def set_port(self, port: int | None) -> None:
        """Show `port`; of None, and of 0, which is any port that is free, nothing."""
        self.setText(str(port) if port else "")
