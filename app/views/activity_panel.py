"""What happens: transfers, requests and devices, behind one tab each."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.models.devices import DevicesModel
from app.models.request_log import RequestLogModel
from app.models.transfers import TransfersModel
from app.views.count_tabs import CountTabs
from app.views.devices_view import DevicesView
from app.views.request_log_view import RequestLogView
from app.views.transfers_view import TransfersView

__all__ = ["ActivityPanel"]

_TRANSFERS, _REQUESTS, _DEVICES = range(3)
_NARROW: Final = 680
"""Pixels below which the tools stand under the tabs."""


class ActivityPanel(QFrame):
    """The card with the lists, one at a time."""

    def __init__(
        self,
        log: RequestLogModel,
        transfers: TransfersModel,
        devices: DevicesModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._transfers_model = transfers
        self.tabs = CountTabs((tr("Transfers"), tr("Requests"), tr("Devices")))
        self.tabs.setAccessibleName(tr("What happens"))
        self.transfers = TransfersView(transfers)
        self.requests = RequestLogView(log)
        self.devices = DevicesView(devices)
        self._pages = QStackedWidget()
        self._tools = QStackedWidget()
        for page, tools in (
            (self.transfers, self.transfers.tools),
            (self.requests, self.requests.tools),
            (self.devices, QWidget()),
        ):
            self._pages.addWidget(page)
            self._tools.addWidget(tools)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(8)
        self._head.addWidget(self.tabs)
        self._head.addWidget(self._tools, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(4)
        layout.addLayout(self._head)
        layout.addWidget(self._pages, 1)
        self.setMinimumHeight(250)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        transfers.count_changed.connect(lambda count: self.tabs.set_count(_TRANSFERS, count))
        log.count_changed.connect(lambda count: self.tabs.set_count(_REQUESTS, count))
        devices.count_changed.connect(lambda count: self.tabs.set_count(_DEVICES, count))
        self.tabs.set_count(_TRANSFERS, transfers.live_count)
        self.tabs.set_count(_REQUESTS, log.count)
        self.tabs.set_count(_DEVICES, devices.rowCount())
        self.tabs.setCurrentIndex(_REQUESTS)

    @property
    def live_count(self) -> int:
        """How many transfers are under way."""
        return self._transfers_model.live_count

    @Slot()
    def find_requests(self) -> None:
        """Show the requests, and let the person type what to look for."""
        self.tabs.setCurrentIndex(_REQUESTS)
        self.requests.focus_filter()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the tools under the tabs where both do not fit beside each other."""
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        narrow = self.width() < _NARROW
        self._head.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._tools.setVisible(not narrow or self.tabs.currentIndex() != _DEVICES)

    @Slot(int)
    def _on_tab_changed(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self._tools.setCurrentIndex(index)
        self._tools.setVisible(self.width() >= _NARROW or index != _DEVICES)
