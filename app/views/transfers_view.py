"""The files on their way, with a bar each."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget

from app.i18n import tr
from app.models.transfers import TransfersModel
from app.views.empty_hint import EmptyHint
from app.views.glyphs import GlyphButton
from app.views.mnemonics import set_mnemonic_text
from app.views.row_table import Column, RowTable

__all__ = ["TransfersView"]


class TransfersView(QWidget):
    """Shows a TransfersModel; its button is in `tools`, placed by someone else."""

    def __init__(self, model: TransfersModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.table = RowTable(
            model,
            (
                Column("Android phone · Chrome", needs=480),
                Column(""),
                Column("Interrupted · 999.9 MB of 999.9 MB"),
                Column("999.9 MB/s", needs=560),
                Column("59 min 59 s", needs=660),
            ),
            tr("Transfers"),
        )
        self.hint = EmptyHint("transfers", tr("Files on their way to a device appear here."))
        self.clear_button = GlyphButton("clear")
        set_mnemonic_text(self.clear_button, tr("C&lear finished"))
        self.clear_button.setAccessibleName(tr("Clear the finished transfers"))
        self.clear_button.clicked.connect(model.clear_ended)
        self.tools = QWidget()
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(10, 0, 10, 0)
        tools.addStretch(1)
        tools.addWidget(self.clear_button)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self.table)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._show_page)
        model.dataChanged.connect(self._show_page)
        self._show_page()

    @Slot()
    def _show_page(self) -> None:
        rows = self._model.rowCount()
        self._pages.setCurrentWidget(self.table if rows else self.hint)
        self.clear_button.setEnabled(rows > self._model.live_count)
