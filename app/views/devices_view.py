"""Who has used the share."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.i18n import tr
from app.models.devices import DevicesModel
from app.views.empty_hint import EmptyHint
from app.views.row_table import Column, RowTable

__all__ = ["DevicesView"]


class DevicesView(QWidget):
    """Shows a DevicesModel."""

    def __init__(self, model: DevicesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.table = RowTable(
            model,
            (
                Column(""),
                Column("255.255.255.255", needs=560),
                Column("Requests"),
                Column("999.9 MB"),
                Column("Last seen", needs=440),
            ),
            tr("Devices"),
        )
        self.hint = EmptyHint(
            "devices", tr("Phones and computers that open the address appear here.")
        )
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self.table)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._show_page)
        self._show_page()

    @Slot()
    def _show_page(self) -> None:
        self._pages.setCurrentWidget(self.table if self._model.rowCount() else self.hint)
