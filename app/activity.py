"""What happens on the share, brought to the models that show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.models.devices import DevicesModel
from app.models.request_log import RequestLogModel
from app.models.transfers import TransfersModel
from server_core.events import RequestFinished, TransferEnded, TransferStarted
from server_core.transfers import TransferSnapshot

__all__ = ["Activity"]

_SETTLE_POLLS: Final = 4


class Activity(QObject):
    """Sorts the relay's events into the models, and reads the byte counters while any moves."""

    poll_period = 300
    """Milliseconds between two looks at the counters while anything moves, and shortly after."""
    idle_period = 5000
    """Milliseconds between two looks at who is still there once nothing moves."""

    measured = Signal(int, float)
    """How many devices were there lately, and bytes per second over all transfers."""

    def __init__(
        self,
        log: RequestLogModel,
        transfers: TransfersModel,
        devices: DevicesModel,
        read_counters: Callable[[], tuple[TransferSnapshot, ...]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._log = log
        self._transfers = transfers
        self._devices = devices
        self._read_counters = read_counters
        self._quiet_polls = 0
        self._poll = QTimer(self)
        self._poll.timeout.connect(self._on_poll)

    @Slot(tuple)
    def take(self, batch: tuple[object, ...]) -> None:
        """Bring a batch of events to the models."""
        moves = [event for event in batch if isinstance(event, TransferStarted | TransferEnded)]
        requests = [event for event in batch if isinstance(event, RequestFinished)]
        if moves:
            self._transfers.apply(moves)
            self._devices.meet([move for move in moves if isinstance(move, TransferStarted)])
        if requests:
            self._log.append(requests)
            self._devices.append(requests)
        if moves or requests:
            self._devices.show_arriving(self._transfers.arriving)
            self._quiet_polls = 0
            self._measure()
            self._look_every(self.poll_period)

    @Slot()
    def end(self) -> None:
        """Show every transfer as ended: the server has stopped."""
        self._transfers.end_all()
        self._devices.show_arriving({})
        self._poll.stop()
        self.measured.emit(0, 0.0)

    @Slot()
    def _on_poll(self) -> None:
        # A few rounds after the last transfer let the speed that is shown fall to nothing.
        if self._quiet_polls < _SETTLE_POLLS:
            self._transfers.update(self._read_counters())
            self._devices.show_arriving(self._transfers.arriving)
        self._quiet_polls = 0 if self._transfers.live_count else self._quiet_polls + 1
        there = self._measure()
        if self._quiet_polls < _SETTLE_POLLS:
            return
        if there:
            # Devices leave without a word: only the clock says that they have.
            self._look_every(self.idle_period)
        else:
            self._poll.stop()

    def _look_every(self, period: int) -> None:
        # To start the timer again would put off the next look, for as long as events come.
        if not self._poll.isActive() or self._poll.interval() != period:
            self._poll.start(period)

    def _measure(self) -> int:
        there = self._devices.active_count(busy=self._transfers.busy_hosts)
        self.measured.emit(there, self._transfers.bytes_per_second)
        return there
