"""Folders that the desktop hands over: macOS tells of them by an event, not on the command line."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent

__all__ = ["FileOpen"]


class FileOpen(QObject):
    """Says which folder was dropped on the icon, or is to be opened with Folderport."""

    requested = Signal(str)
    """The path of a file or folder."""

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the events that tell of a file; no other is touched."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.requested.emit(event.file())
            return True
        return super().eventFilter(watched, event)
