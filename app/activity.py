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

_POLL_MILLISECONDS: Final = 300
_SETTLE_POLLS: Final = 4


class Activity(QObject):
    """Sorts the relay's events into the models, and reads the byte counters while any moves."""

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
        self._poll = QTimer(self, interval=_POLL_MILLISECONDS)
        self._poll.timeout.connect(self._on_poll)

    @Slot(tuple)
    def take(self, batch: tuple[object, ...]) -> None:
        """Bring a batch of events to the models."""
        moves = [event for event in batch if isinstance(event, TransferStarted | TransferEnded)]
        requests = [event for event in batch if isinstance(event, RequestFinished)]
        if moves:
            self._transfers.apply(moves)
        if requests:
            self._log.append(requests)
            self._devices.append(requests)
        if moves or requests:
            self._quiet_polls = 0
            self._measure()
            if not self._poll.isActive():
                self._poll.start()

    @Slot()
    def end(self) -> None:
        """Show every transfer as ended: the server has stopped."""
        self._transfers.end_all()
        self._poll.stop()
        self.measured.emit(0, 0.0)

    @Slot()
    def _on_poll(self) -> None:
        self._transfers.update(self._read_counters())
        self._measure()
        if self._transfers.live_count:
            self._quiet_polls = 0
            return
        # A few more rounds let the speed that is shown fall to nothing.
        self._quiet_polls += 1
        if self._quiet_polls >= _SETTLE_POLLS:
            self._poll.stop()

    def _measure(self) -> None:
        self.measured.emit(self._devices.active_count(), self._transfers.bytes_per_second)
