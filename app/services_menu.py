"""The entry of Folderport in the services of macOS, which the menu of a folder in the Finder shows.

Qt has no part for it: what macOS calls has to be an object of its own kind, which PyObjC makes.
packaging/macos_image.py tells the system of the entry.
"""

from __future__ import annotations

from typing import Any

import objc
from AppKit import NSURL, NSApplication, NSObject, NSPasteboardURLReadingFileURLsOnlyKey
from PySide6.QtCore import QObject, Signal

__all__ = ["ServicesMenu"]


class ServicesMenu(QObject):
    """Says which folder was chosen for "Share with Folderport"."""

    requested = Signal(str)
    """The path of a folder."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # The system keeps no reference of its own.
        self._provider = _FolderportProvider.alloc().init()
        self._provider.menu = self
        NSApplication.sharedApplication().setServicesProvider_(self._provider)


class _FolderportProvider(NSObject):  # type: ignore[misc] # PyObjC tells no types
    # Its name is what macos_image.py tells, and how each argument is given.
    @objc.typedSelector(b"v@:@@o^@")  # type: ignore[untyped-decorator] # PyObjC tells no types
    def shareFolder_userData_error_(self, pasteboard: Any, _data: object, _error: object) -> None:  # noqa: ANN401 - it has no types
        only_files = {NSPasteboardURLReadingFileURLsOnlyKey: True}
        chosen = pasteboard.readObjectsForClasses_options_([NSURL], only_files)
        if chosen:
            self.menu.requested.emit(chosen[0].path())
