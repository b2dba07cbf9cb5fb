"""What a folder holds: counted beside the window, with a bound and a deadline."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from app.models.background_task import BackgroundTask

__all__ = ["FolderSummary", "FolderSurvey", "survey_folder"]

MAX_ITEMS: Final = 200_000
MAX_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """How much is shared of a folder and all folders below it: links are counted, not followed."""

    items: int
    size: int
    """Bytes in its files."""
    complete: bool
    """False where the count was ended early: there is more than it says."""


def survey_folder(
    path: str,
    cancelled: threading.Event,
    max_items: int = MAX_ITEMS,
    max_seconds: float = MAX_SECONDS,
) -> FolderSummary:
    """Return what `path` holds, as far as it is readable and `max_items`, `max_seconds` allow."""
    deadline = time.monotonic() + max_seconds
    looked_at = items = size = 0
    waiting = [path]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    late = looked_at % 256 == 0 and time.monotonic() > deadline
                    if looked_at >= max_items or late or cancelled.is_set():
                        return FolderSummary(items, size, complete=False)
                    looked_at += 1
                    if entry.name.startswith("."):
                        continue  # shown to nobody
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        elif not entry.is_symlink():
                            size += entry.stat(follow_symlinks=False).st_size
                    except OSError:
                        # Gone since it was listed: the others are still there.
                        continue
                    items += 1
        except OSError:
            # Not readable, or gone in the meantime: sharing it is what will say so.
            continue
    return FolderSummary(items, size, complete=True)


class FolderSurvey(QObject):
    """Counts one folder at a time on a thread of its own; the latest request replaces others."""

    # Not str, in which Qt has no room for names that are no Unicode.
    counted = Signal(object, FolderSummary)
    """The folder, a str, and what it holds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = threading.Event()
        self._path = ""
        self._task = BackgroundTask("folder-survey", self)
        self._task.finished.connect(self._on_finished)

    def start(self, path: str) -> None:
        """Begin to count `path`, and forget what was being counted."""
        self.cancel()
        self._path = path
        self._cancelled = cancelled = threading.Event()
        self._task.start(lambda: survey_folder(path, cancelled))

    def cancel(self) -> None:
        """Stop counting; nothing will be reported."""
        self._cancelled.set()
        self._task.forget()

    @Slot(object)
    def _on_finished(self, summary: FolderSummary) -> None:
        self.counted.emit(self._path, summary)
