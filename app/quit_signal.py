"""Ctrl+C and SIGTERM for a program that sits in Qt's event loop."""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

__all__ = ["QuitSignal"]


class QuitSignal(QObject):
    """Emits `received` when the process is asked to end.

    Qt's loop does not come back to Python on a signal, so that a handler alone would wait for the
    next mouse move: Python writes the signal to a socket that the loop watches.
    """

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.settimeout(0)
        self._writer.settimeout(0)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave_it_to_the_loop)

    @Slot()
    def _on_activated(self) -> None:
        self._reader.recv(64)
        self.received.emit()


def _leave_it_to_the_loop(_number: int, _frame: FrameType | None) -> None:
    pass
