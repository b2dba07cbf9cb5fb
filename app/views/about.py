"""What Folderport is, which version, and whose work it is made of."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app import __version__
from app.i18n import tr
from app.licences import components
from app.views.glyphs import GlyphButton, application_icon

if TYPE_CHECKING:
    from app.licences import Component

__all__ = ["AboutDialog"]

_HOME: Final = "https://github.com/folderport/folderport"
_ICON: Final = QSize(56, 56)
_LIST_WIDTH: Final = 240


class AboutDialog(QDialog):
    """Names the version, and lets each component's licence be read; Esc closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("About Folderport"))
        self._components = components()
        self.copy_button = GlyphButton("copy", tr("Copy version"))
        self.copy_button.setToolTip(tr("Copy what a report of a fault needs"))
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Components"))
        self.list.addItems([f"{part.name} {part.version}" for part in self._components])
        self.list.setFixedWidth(_LIST_WIDTH)
        self.licence = _plain("strong")
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(tr("Licence"))
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._lay_out()
        self.list.currentRowChanged.connect(self._on_row_changed)
        self.list.setCurrentRow(0)
        self.list.setFocus()
        self.resize(QSize(900, 560))

    @property
    def details(self) -> str:
        """What a report of a fault needs: the versions of Folderport, Python, Qt and the system."""
        return "\n".join(
            [
                f"Folderport {__version__}",
                f"Python {platform.python_version()}",
                f"Qt {qVersion()}, {QGuiApplication.platformName()}",
                platform.platform(),
            ]
        )

    def _lay_out(self) -> None:
        icon = QLabel()
        icon.setPixmap(application_icon().pixmap(_ICON))
        name = _plain("title", f"Folderport {__version__}")
        purpose = _plain("soft", tr("Share a folder with every device on your network."))
        purpose.setWordWrap(True)
        link = QLabel(f'<a href="{_HOME}">{_HOME.removeprefix("https://")}</a>')
        link.setOpenExternalLinks(True)
        link.setAccessibleName(tr("Home page"))
        told = QVBoxLayout()
        told.setSpacing(4)
        for label in (name, purpose, link):
            told.addWidget(label)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(icon, alignment=Qt.AlignmentFlag.AlignTop)
        head.addLayout(told, 1)
        head.addWidget(self.copy_button, alignment=Qt.AlignmentFlag.AlignTop)
        reading = QVBoxLayout()
        reading.addWidget(self.licence)
        reading.addWidget(self.text, 1)
        parts = QHBoxLayout()
        parts.setSpacing(16)
        parts.addWidget(self.list)
        parts.addLayout(reading, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 24, 24, 24)
        whole.setSpacing(16)
        whole.addLayout(head)
        whole.addWidget(_plain("soft", tr("It is made of these works, each under its licence:")))
        whole.addLayout(parts, 1)

    @Slot(int)
    def _on_row_changed(self, row: int) -> None:
        if row < 0:
            return
        part: Component = self._components[row]
        self.licence.setText(
            tr("{name}: {licence}").replace("{name}", part.name).replace("{licence}", part.licence)
        )
        self.text.setPlainText(part.text)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.details)
        self.copy_button.setText(tr("Copied"))
        self.copy_button.set_glyph("check")


def _plain(kind: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", kind)
    return label
