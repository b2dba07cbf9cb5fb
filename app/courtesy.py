"""Courtesy: the window's thread goes first, however many requests there are to answer."""

from __future__ import annotations

import sys
import threading
from typing import Final

from PySide6.QtCore import QObject, Slot

__all__ = ["Courtesy"]

_LONGEST_WAIT: Final = 0.025
"""Seconds that the server waits at a time: a window that is busy for longer must not stop it."""
_SWITCH_INTERVAL: Final = 0.001
"""Seconds after which a thread that computes lets another one have the interpreter."""


class Courtesy(QObject):
    """Has the server's thread wait while the window is repainted or takes in what happened.

    In one interpreter, a thread that is never out of work makes each of the many small steps of a
    repaint wait for its turn. So the server asks here before each round of its own work.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_idle = threading.Event()
        self._is_idle.set()
        sys.setswitchinterval(_SWITCH_INTERVAL)

    def wait(self) -> None:
        """Wait until the window has nothing of the kind to do, a fortieth of a second at most."""
        if not self._is_idle.is_set():
            self._is_idle.wait(_LONGEST_WAIT)

    @Slot()
    def begin(self) -> None:
        """Note that the window's thread begins to work."""
        self._is_idle.clear()

    @Slot()
    def end(self) -> None:
        """Note that the window's thread has done that."""
        self._is_idle.set()
