"""Work that takes a while, done beside the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

__all__ = ["BackgroundTask"]

_POLL_MILLISECONDS: Final = 60


class BackgroundTask(QObject):
    """Runs one function at a time on a thread of its own; the latest replaces others."""

    finished = Signal(object)
    """What the function returned; it must not raise."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: threading.Thread | None = None
        # The thread leaves its result in a list, and the window looks there: no signal is sent
        # from a thread that may outlive the window.
        self._result: list[object] = []
        self._poll = QTimer(self, interval=_POLL_MILLISECONDS)
        self._poll.timeout.connect(self._on_poll)

    @property
    def is_running(self) -> bool:
        """Whether there is a result to come."""
        return self._poll.isActive()

    def start(self, work: Callable[[], object]) -> None:
        """Begin `work`; of anything begun before nothing will be told."""
        self._result = result = list[object]()
        self._thread = threading.Thread(
            target=lambda: result.append(work()), name=self._name, daemon=True
        )
        self._thread.start()
        self._poll.start()

    def forget(self) -> None:
        """Tell nothing of what was begun; it runs on by itself."""
        self._poll.stop()

    def wait(self, seconds: float) -> None:
        """Return when the work has ended, after `seconds` at the latest."""
        if self._thread is not None:
            self._thread.join(seconds)

    @Slot()
    def _on_poll(self) -> None:
        if self._result:
            self._poll.stop()
            self.finished.emit(self._result[0])
