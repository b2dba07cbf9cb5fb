"""GarbageCollection: unreachable objects are looked for in the window's thread, a few at a time."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

__all__ = ["GarbageCollection"]

_PERIOD: Final = 1_000
"""Milliseconds between two looks at what is new; a fifth of it where much is."""
_MANY: Final = 2_000
"""New objects that are better looked at before they are more."""
_LOOKS_AT_ALL: Final = 100
"""Every so many looks are at all that was made since the beginning."""


class GarbageCollection(QObject):
    """Takes the place of Python's own, which works wherever an object too many is made.

    That would stand in the way of every thread for the time of some frames of the window, and end
    objects of Qt on threads that are not theirs.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looks = 0
        self._timer = QTimer(self, interval=_PERIOD)
        self._timer.timeout.connect(self._on_timeout)

    @Slot()
    def begin(self) -> None:
        """Leave what there is by now out of it for good, and begin, unless it has begun."""
        if self._timer.isActive():
            return
        gc.disable()
        gc.freeze()
        self._timer.start()

    def end(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _on_timeout(self) -> None:
        has_many = gc.get_count()[0] > _MANY
        self._timer.setInterval(_PERIOD // 5 if has_many else _PERIOD)
        self._looks += 1
        gc.collect(2 if self._looks % _LOOKS_AT_ALL == 0 else 1)
