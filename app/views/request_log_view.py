"""The live log: it follows the newest request until someone scrolls back to read."""

from __future__ import annotations

import os
import time
from typing import Final

from PySide6.QtCore import QCoreApplication, QModelIndex, QStandardPaths, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QStackedLayout,
    QWidget,
)

from app.i18n import tr
from app.models.background_task import BackgroundTask
from app.models.log_export import LogFormat, export_log
from app.models.request_log import RequestLogModel
from app.printable import printable
from app.views.confirming_button import ConfirmingButton
from app.views.empty_hint import EmptyHint
from app.views.glyphs import GlyphButton
from app.views.mnemonics import set_mnemonic_text
from app.views.row_table import Column, RowTable

__all__ = ["RequestLogView"]

_EXPORT_SECONDS: Final = 5.0
"""How long an export may keep a closed window's process alive."""


class RequestLogView(QWidget):
    """Shows a RequestLogModel; its filter and its buttons are `tools`, placed by someone else."""

    def __init__(self, model: RequestLogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._at_tail = True
        self._unseen = 0
        self._export_path = ""
        self._export = BackgroundTask("log-export", self)
        self._export.finished.connect(self._on_exported)
        self.table = RowTable(
            model,
            (
                Column("00:00:00"),
                Column("Android phone · Chrome", needs=480),
                Column("PROPFIND", needs=700),
                Column(""),
                Column("Status"),
                Column("999.9 MB", needs=400),
                Column("59 min 59 s", needs=620),
            ),
            tr("Requests"),
        )
        self.hint = EmptyHint("requests", "")
        self.newest_button = GlyphButton("newest", colour="accent", parent=self)
        self.newest_button.setProperty("kind", "float")
        self.newest_button.clicked.connect(self.scroll_to_newest)
        self.newest_button.hide()
        self._make_tools()
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self.table)
        model.rowsAboutToBeInserted.connect(self._on_about_to_insert)
        model.rowsInserted.connect(self._on_inserted)
        model.rowsRemoved.connect(self._on_removed)
        model.modelReset.connect(self._on_reset)
        model.count_changed.connect(self._on_count_changed)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        application = QCoreApplication.instance()
        assert application is not None
        application.aboutToQuit.connect(self._on_about_to_quit)
        self._on_count_changed(model.count)
        self._show_page()

    @property
    def at_tail(self) -> bool:
        """Whether the newest row is in sight."""
        bar = self.table.verticalScrollBar()
        return bar.value() >= bar.maximum()

    @Slot()
    def scroll_to_newest(self) -> None:
        """Show the newest row, and follow from there."""
        self.table.scrollToBottom()

    @Slot()
    def focus_filter(self) -> None:
        """Let the person type what to look for."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    @Slot()
    def choose_export(self) -> None:
        """Ask where to write the rows that are shown, and write them; one export at a time."""
        if self._export.is_running:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = time.strftime("folderport-%Y-%m-%d-%H%M.csv")
        formats = (tr("Spreadsheet (*.csv)"), tr("Common Log Format (*.log)"))
        dialog = QFileDialog(self, tr("Export the requests"), os.path.join(folder, name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(formats)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix("csv" if chosen == formats[0] else "log")
        )
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    @Slot(str)
    def export_to(self, path: str) -> None:
        """Begin to write the rows that are shown to `path`; its ending says in which format."""
        if self._export.is_running:
            return
        is_common = path.lower().endswith(LogFormat.COMMON.value)
        log_format = LogFormat.COMMON if is_common else LogFormat.CSV
        events = self._model.shown_events()

        def write() -> OSError | None:
            try:
                export_log(path, log_format, events)
            except OSError as error:
                return error
            return None

        self._export_path = path
        self.export_button.show_busy(tr("Exporting…"))
        self._export.start(write)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the way back to the newest row at the lower edge."""
        super().resizeEvent(event)
        self._place_newest_button()

    def _make_tools(self) -> None:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter"))
        self.filter.setAccessibleName(tr("Filter the requests"))
        self.filter.setToolTip(tr("Words in the path, device, method or status (Ctrl+F)"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(90)
        self.filter.setMaximumWidth(230)
        self.filter.setMaxLength(200)
        # Typing goes on while 50,000 rows wait to be looked through.
        self._filter_delay = QTimer(self, interval=120, singleShot=True)
        self._filter_delay.timeout.connect(self._on_filter_settled)
        self.filter.textChanged.connect(lambda _text: self._filter_delay.start())
        self.clear_button = GlyphButton("clear")
        set_mnemonic_text(self.clear_button, tr("C&lear"))
        self.clear_button.setAccessibleName(tr("Clear the requests"))
        self.clear_button.clicked.connect(self._model.clear)
        self.export_button = ConfirmingButton("export", tr("&Export…"))
        self.export_button.setAccessibleName(tr("Export the requests"))
        self.export_button.clicked.connect(self.choose_export)
        self.tools = QWidget()
        layout = QHBoxLayout(self.tools)
        layout.setContentsMargins(10, 0, 10, 0)
        layout.setSpacing(8)
        layout.addStretch(0)
        layout.addWidget(self.filter, 1)
        layout.addWidget(self.clear_button)
        layout.addWidget(self.export_button)

    def _show_page(self) -> None:
        rows = self._model.rowCount()
        if not rows and self._model.filter_text.strip():
            text = tr("No request matches “{text}”.")
            self.hint.set_text(text.replace("{text}", printable(self._model.filter_text)))
        elif not rows:
            self.hint.set_text(tr("Requests appear here as soon as someone opens the address."))
        self._pages.setCurrentWidget(self.table if rows else self.hint)

    def _place_newest_button(self) -> None:
        self.newest_button.setText(tr("%Ln new", "requests", self._unseen))
        self.newest_button.setVisible(self._unseen > 0 and not self.at_tail)
        self.newest_button.adjustSize()
        x = (self.width() - self.newest_button.width()) // 2
        self.newest_button.move(x, self.height() - self.newest_button.height() - 12)
        self.newest_button.raise_()

    def _explain_failed_export(self, error: OSError) -> None:
        text = (
            tr("{name} could not be written: {reason}. Choose another place.")
            .replace("{name}", printable(os.path.basename(self._export_path)))
            .replace("{reason}", error.strerror or str(error))
        )
        box = QMessageBox(QMessageBox.Icon.Warning, tr("Export the requests"), "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    @Slot(object)
    def _on_exported(self, error: OSError | None) -> None:
        if error is None:
            self.export_button.confirm(tr("Exported"), tr("The requests were exported."))
        else:
            self.export_button.show_usual()
            self._explain_failed_export(error)

    @Slot()
    def _on_about_to_quit(self) -> None:
        self._export.wait(_EXPORT_SECONDS)

    @Slot()
    def _on_filter_settled(self) -> None:
        self._model.set_filter(self.filter.text())

    @Slot(int)
    def _on_count_changed(self, count: int) -> None:
        self.clear_button.setEnabled(count > 0)
        self.export_button.setEnabled(count > 0)

    @Slot(QModelIndex, int, int)
    def _on_about_to_insert(self, _parent: QModelIndex, _first: int, _last: int) -> None:
        self._at_tail = self.at_tail

    @Slot(QModelIndex, int, int)
    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._show_page()
        if self._at_tail:
            self.scroll_to_newest()
        else:
            self._unseen += last - first + 1
            self._place_newest_button()

    @Slot(QModelIndex, int, int)
    def _on_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        # The oldest rows have gone: what is being read stays where it is.
        bar = self.table.verticalScrollBar()
        if not self.at_tail:
            bar.setValue(max(0, bar.value() - (last - first + 1)))

    @Slot()
    def _on_reset(self) -> None:
        self._unseen = 0
        self._show_page()
        self._place_newest_button()
        self.scroll_to_newest()

    @Slot(int)
    def _on_scrolled(self, _value: int) -> None:
        if self.at_tail and self._unseen:
            self._unseen = 0
            self._place_newest_button()
