"""Mnemonics (Alt and a letter) for texts that are shown without an underlined letter."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

__all__ = ["mnemonic_label", "set_mnemonic_text"]


def set_mnemonic_text(button: QPushButton, text: str) -> None:
    """Show `text` ("&Start") on a button, and let Alt and the marked letter press it."""
    button.setText(text.replace("&", ""))
    # After the text, which would take the shortcut away.
    button.setShortcut(QKeySequence.mnemonic(text))


def mnemonic_label(text: str, buddy: QWidget) -> QLabel:
    """Return a label of `text` ("&Port"); Alt and the marked letter go to `buddy`."""
    label = QLabel(text.replace("&", ""))
    label.setProperty("kind", "soft")
    label.setBuddy(buddy)
    keys = QKeySequence.mnemonic(text)
    shortcut = QShortcut(keys, label)
    shortcut.activated.connect(lambda: buddy.setFocus(Qt.FocusReason.ShortcutFocusReason))
    shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
    buddy.setToolTip(f"{buddy.toolTip()} ({shown})".strip())
    return label
