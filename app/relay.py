"""EventRelay: the one bridge from the server's threads to the window's."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, Slot

__all__ = ["EventRelay"]

_PERIOD: Final = 0.1
_CAPACITY: Final = 100_000
_WAKE: Final = QEvent.Type(QEvent.registerEventType())


class EventRelay(QObject):
    """Takes events on any thread and delivers them in batches on its own.

    A serving thread appends to a queue and, for the first event after a delivery, posts one wake-up
    to this object: no signal is emitted over there, which would hold that thread and flood this
    one. Between two deliveries lie at least 0.1 s. The queue is bounded; a window that stands still
    for long loses the oldest events, never memory.
    """

    delivered = Signal(tuple)
    """The events since the last delivery, oldest first; never empty."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[object] = deque(maxlen=_CAPACITY)
        self._awake = False
        self._last_delivery = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)

    def post(self, event: object) -> None:
        """Hand an event over; may be called from any thread."""
        self._queue.append(event)
        if not self._awake:
            # Two threads may both see False: one wake-up too many does nothing.
            self._awake = True
            QCoreApplication.postEvent(self, QEvent(_WAKE))

    def event(self, event: QEvent) -> bool:
        """Deliver as soon as the period since the last delivery allows."""
        if event.type() != _WAKE:
            return super().event(event)
        if not self._timer.isActive():
            waited = time.monotonic() - self._last_delivery
            self._timer.start(max(0, round((_PERIOD - waited) * 1000)))
        return True

    @Slot()
    def _on_timeout(self) -> None:
        self._last_delivery = time.monotonic()
        self._awake = False
        # Only what is there now: events that keep coming wait for the next delivery.
        batch = tuple(self._queue.popleft() for _ in range(len(self._queue)))
        if batch:
            self.delivered.emit(batch)
