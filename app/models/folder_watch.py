"""Whether the folder that is shared can still be read: looked at now and then."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.bind_errors import check_folder
from app.models.background_task import BackgroundTask
from app.state import Field, StartFailure

__all__ = ["FolderWatch"]

_PERIOD: Final = 3_000
"""Milliseconds between two looks."""


class FolderWatch(QObject):
    """Looks at a folder that may be moved, locked or unplugged while it is shared.

    One that lies on a drive which does not answer is neither there nor gone until it does.
    """

    lost = Signal()
    """It could be read before, and cannot now."""
    found = Signal()
    """It can be read again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = ""
        self._is_lost = False
        self._task = BackgroundTask("folder-watch", self)
        self._task.finished.connect(self._on_looked)
        self._timer = QTimer(self, interval=_PERIOD)
        self._timer.timeout.connect(self._look)

    def begin(self, folder: str) -> None:
        """Watch `folder`, which can be read, and nothing else from now on."""
        self.end()
        self._folder = folder
        self._timer.start()

    def end(self) -> None:
        """Watch nothing; nothing will be told."""
        self._timer.stop()
        self._task.forget()
        self._is_lost = False

    @Slot()
    def _look(self) -> None:
        # Of one that takes longer, the answer is waited for.
        if not self._task.is_running:
            folder = self._folder
            self._task.start(lambda: check_folder(folder))

    @Slot(object)
    def _on_looked(self, failure: StartFailure | None) -> None:
        if failure is not None and failure.field is not Field.FOLDER:
            return  # what kept it from looking says nothing of the folder
        is_lost = failure is not None
        if is_lost != self._is_lost:
            self._is_lost = is_lost
            (self.lost if is_lost else self.found).emit()
