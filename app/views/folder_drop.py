"""Folders that are dragged onto a card, anywhere on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

__all__ = ["FolderDrop"]


class FolderDrop(QObject):
    """Watches a widget, and tells of the paths that are dragged over it and let go of."""

    hovered = Signal(bool)
    """Whether something can be let go of right now."""
    # Not str, in which Qt has no room for names that are no Unicode.
    dropped = Signal(object)
    """A path, a str, that may be no folder, was let go of."""

    def __init__(self, card: QWidget) -> None:
        super().__init__(card)
        self.is_welcome = True
        """Whether something may be dropped."""
        card.setAcceptDrops(True)
        card.installEventFilter(self)

    def eventFilter(self, _card: QObject, event: QEvent) -> bool:
        """Take part in dragging and dropping, and leave all other events alone."""
        if isinstance(event, QDragEnterEvent):
            if _path(event) and self.is_welcome:
                event.acceptProposedAction()
                self.hovered.emit(True)  # noqa: FBT003 - a signal has no names for its arguments
        elif event.type() == QEvent.Type.DragLeave:
            self.hovered.emit(False)  # noqa: FBT003 - as above
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            event.acceptProposedAction()
            self.hovered.emit(False)  # noqa: FBT003 - as above
            self.dropped.emit(_path(event))
        else:
            return False
        return True


def _path(event: QDropEvent) -> str:
    local = (url.toLocalFile() for url in event.mimeData().urls()[:1])
    return next(local, "")
