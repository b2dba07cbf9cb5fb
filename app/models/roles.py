"""What a cell says beyond its text: the roles that models answer and delegates paint."""

from __future__ import annotations

from enum import Enum, IntEnum

from PySide6.QtCore import QModelIndex, Qt

__all__ = ["NO_PARENT", "Role", "Tone"]

NO_PARENT = QModelIndex()
"""The parent of every row of a table."""


class Role(IntEnum):
    """Roles of this application, after Qt's own."""

    TONE = Qt.ItemDataRole.UserRole + 1
    """A Tone."""
    PROGRESS = Qt.ItemDataRole.UserRole + 2
    """How far something has come, from 0.0 to 1.0; None where it is over."""
    VALUE = Qt.ItemDataRole.UserRole + 3
    """What an entry of a list stands for, for a program."""


class Tone(Enum):
    """How a text is meant; the palette knows the colours."""

    PLAIN = "plain"
    SOFT = "soft"
    WARN = "warn"
    BAD = "bad"
