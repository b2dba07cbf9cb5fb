"""The question whether another folder is to be shared instead of the one that is."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.models.folder_name import folder_name
from app.printable import printable
from app.views.field_message import FieldMessage

__all__ = ["FolderOffer"]

_NAME_LENGTH: Final = 40
"""Characters of a folder's name that a sentence has room for."""


class FolderOffer(FieldMessage):
    """Names the folder that was asked for, and offers to share it; hidden while there is none."""

    # Not str, in which Qt has no room for names that are no Unicode.
    accepted = Signal(object)
    """The folder, a str, is to be shared instead."""

    def __init__(self, card: QWidget) -> None:
        super().__init__(card, glyph="folder")
        self._folder = ""
        self.fix_requested.connect(self._on_fix_requested)

    def ask(self, folder: str) -> None:
        """Ask about `folder`."""
        self._folder = folder
        name = printable(folder_name(folder), limit=_NAME_LENGTH)
        text = tr("“{name}” was asked for. Stop sharing to share it instead?")
        self.show_notice(text.replace("{name}", name), tr("Share it instead"))

    def withdraw(self) -> str:
        """Ask no longer, and return the folder it was about, or ""."""
        folder, self._folder = self._folder, ""
        self.clear()
        return folder

    @Slot()
    def _on_fix_requested(self) -> None:
        self.accepted.emit(self.withdraw())
