"""The folder as an object: its icon, its name, what is in it, where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from app.i18n import tr
from app.models.folder_name import folder_name, folder_place
from app.models.folder_survey import FolderSummary, FolderSurvey
from app.models.quantities import count_text, size_text
from app.views.elided_label import ElidedLabel
from app.views.glyphs import Glyph, GlyphButton
from app.views.restyle import set_look

__all__ = ["FolderCard"]

_ROOMY: Final = 340
"""Pixels of width from which there is room for the icon."""


class FolderCard(QFrame):
    """Shows the chosen folder, and offers to choose another one."""

    choose_requested = Signal()
    """The person wants to pick a folder."""
    # Not str, in which Qt has no room for names that are no Unicode.
    recent_chosen = Signal(object)
    """The person picked one of the recent folders, a str."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("folder")
        self._folder = ""
        self.survey = FolderSurvey(self)
        self.survey.counted.connect(self._on_counted)
        self._icon = Glyph("folder", "accent", 46, tile=True)
        self._name = ElidedLabel()
        self._name.setProperty("kind", "strong")
        self._details = ElidedLabel(Qt.TextElideMode.ElideRight)
        self._details.setProperty("kind", "hint")
        self.choose_button = QPushButton()
        self.choose_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.choose_button.clicked.connect(self.choose_requested)
        self.recent_menu = QMenu(self)
        self.recent_button = GlyphButton("recent", colour="soft")
        self.recent_button.setProperty("kind", "square")
        self.recent_button.setAccessibleName(tr("Recent folders"))
        self.recent_button.setToolTip(tr("Recent folders"))
        self.recent_button.clicked.connect(self._on_recent_clicked)
        self._arrange()
        self.set_folder("")
        self.set_recent_folders(())

    def set_folder(self, folder: str) -> None:
        """Show `folder`, an absolute path, and begin to count what is in it; "" is none."""
        self._folder = folder
        self.survey.cancel()
        if folder:
            self._name.setText(folder_name(folder))
            self._details.setText(folder_place(folder))
            self.choose_button.setText(tr("Change…"))
            self.choose_button.setAccessibleName(tr("Change the folder"))
            self.survey.start(folder)
        else:
            self._name.setText(tr("Choose a folder"))
            self._details.setText(tr("or drop one here"))
            self.choose_button.setText(tr("Choose…"))
            self.choose_button.setAccessibleName(tr("Choose a folder"))
        self._describe()
        set_look(self, "filled", value=bool(folder))

    def set_recent_folders(self, folders: Sequence[str]) -> None:
        """Offer these folders in a menu, the latest first."""
        self.recent_menu.clear()
        for folder in folders:
            text = f"{folder_name(folder)}   {folder_place(folder)}"
            # An ampersand would be taken for a mnemonic.
            action = self.recent_menu.addAction(text.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, path=folder: self._pick(path))
        self.recent_button.setVisible(bool(folders))

    def set_locked(self, *, locked: bool) -> None:
        """Show the folder without the means to change it, while it is being shared."""
        self.choose_button.setVisible(not locked)
        self.recent_button.setVisible(not locked and not self.recent_menu.isEmpty())
        set_look(self, "locked", value=locked)
        self._fit_icon()

    @Slot(bool)
    def set_drop_hint(self, shown: bool) -> None:  # noqa: FBT001 - what a signal says
        """Show that a folder can be let go of here."""
        set_look(self, "drop", value=shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the name the icon's room where there is little."""
        super().resizeEvent(event)
        self._fit_icon()

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._details)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addLayout(words, 1)
        layout.addWidget(self.choose_button)
        layout.addWidget(self.recent_button)
        self.setMinimumHeight(84)

    def _fit_icon(self) -> None:
        self._icon.setVisible(self.width() >= _ROOMY or not self.choose_button.isVisibleTo(self))

    def _describe(self) -> None:
        self.setAccessibleName(tr("Folder: {name}").replace("{name}", self._name.text()))
        self.setAccessibleDescription(self._details.text())

    def _pick(self, folder: str) -> None:
        self.recent_chosen.emit(folder)

    @Slot()
    def _on_recent_clicked(self) -> None:
        corner = self.recent_button.rect().bottomLeft()
        self.recent_menu.popup(self.recent_button.mapToGlobal(corner))

    @Slot(object, FolderSummary)
    def _on_counted(self, folder: str, summary: FolderSummary) -> None:
        if folder == self._folder:
            self._details.setText(f"{_contents(summary)} · {folder_place(folder)}")
            self._describe()


def _contents(summary: FolderSummary) -> str:
    if summary.complete and not summary.items:
        return tr("Empty")
    if not summary.complete:
        return (
            tr("More than {count} items · {size}")
            .replace("{count}", count_text(summary.items))
            .replace("{size}", size_text(summary.size))
        )
    items = tr("%Ln item(s)", "", summary.items)
    return f"{items} · {size_text(summary.size)}"
