"""EventRelay: the one bridge from the server's threads to the window's."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, Slot

__all__ = ["EventRelay"]

_PERIOD: Final = 0.1
_CAPACITY: Final = 20_000
_DELIVERED_AT_ONCE: Final = 1_000
"""Most events in one delivery: taking them in must not hold up the window."""
_WAKE: Final = QEvent.Type(QEvent.registerEventType())


class EventRelay(QObject):
    """Takes events on any thread and delivers them in batches on its own.

    A serving thread appends to a queue and, for the first event after a delivery, posts one wake-up
    to this object: no signal is emitted over there, which would hold that thread and flood this
    one. Between two deliveries lie at least 0.1 s, and none is so large that the window stutters.
    The queue is bounded: a window that stands still for long, or is told more than it can show,
    loses the oldest events, never memory. What must arrive has a queue of its own.
    """

    delivered = Signal(tuple)
    """The events since the last delivery, oldest first; never empty."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[object] = deque(maxlen=_CAPACITY)
        self._certain: deque[object] = deque()
        self._awake = False
        self._last_delivery = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)

    def post(self, event: object) -> None:
        """Hand an event over; may be called from any thread."""
        self._queue.append(event)
        self._wake()

    def post_certain(self, event: object) -> None:
        """Hand over an event that is never dropped, of a kind of which there are only a few.

        It is delivered after the events that were posted before it; may be called from any thread.
        """
        self._certain.append(event)
        self._wake()

    def event(self, event: QEvent) -> bool:
        """Deliver as soon as the period since the last delivery allows."""
        if event.type() != _WAKE:
            return super().event(event)
        if not self._timer.isActive():
            waited = time.monotonic() - self._last_delivery
            self._timer.start(max(0, round((_PERIOD - waited) * 1000)))
        return True

    def _wake(self) -> None:
        if not self._awake:
            # Two threads may both see False: one wake-up too many does nothing.
            self._awake = True
            QCoreApplication.postEvent(self, QEvent(_WAKE))

    @Slot()
    def _on_timeout(self) -> None:
        self._last_delivery = time.monotonic()
        self._awake = False
        # These first: what was posted before one of them is then in the other queue already.
        certain = _taken(self._certain, len(self._certain))
        most = len(self._queue) if certain else min(len(self._queue), _DELIVERED_AT_ONCE)
        batch = (*_taken(self._queue, most), *certain)
        if batch:
            self.delivered.emit(batch)
        if self._queue:
            self._wake()


def _taken(queue: deque[object], count: int) -> list[object]:
    """Take the oldest `count` out of a queue, to which others may add meanwhile."""
    return [queue.popleft() for _ in range(count)]
