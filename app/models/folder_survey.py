"""What a folder holds: counted beside the window, with a bound and a deadline."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

__all__ = ["FolderSummary", "FolderSurvey", "survey_folder"]

MAX_ITEMS: Final = 200_000
MAX_SECONDS: Final = 4.0
_POLL_MILLISECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """How much is in a folder and all folders below it; links are counted, not followed."""

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
    items = size = 0
    waiting = [path]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    late = items % 256 == 0 and time.monotonic() > deadline
                    if items >= max_items or late or cancelled.is_set():
                        return FolderSummary(items, size, complete=False)
                    items += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif not entry.is_symlink():
                        size += entry.stat(follow_symlinks=False).st_size
        except OSError:
            # Not readable, or gone in the meantime: sharing it is what will say so.
            continue
    return FolderSummary(items, size, complete=True)


class FolderSurvey(QObject):
    """Counts one folder at a time on a thread of its own; the latest request replaces others."""

    counted = Signal(str, FolderSummary)
    """The folder, and what it holds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = threading.Event()
        self._path = ""
        self._result: list[FolderSummary] = []
        # The thread leaves its result in a list, and the window looks there: no signal is sent
        # from a thread that may outlive the window.
        self._poll = QTimer(self, interval=_POLL_MILLISECONDS)
        self._poll.timeout.connect(self._on_poll)

    def start(self, path: str) -> None:
        """Begin to count `path`, and forget what was being counted."""
        self.cancel()
        self._path = path
        self._cancelled = cancelled = threading.Event()
        self._result = result = list[FolderSummary]()

        def count() -> None:
            result.append(survey_folder(path, cancelled))

        threading.Thread(target=count, name="folder-survey", daemon=True).start()
        self._poll.start()

    def cancel(self) -> None:
        """Stop counting; nothing will be reported."""
        self._cancelled.set()
        self._poll.stop()

    @Slot()
    def _on_poll(self) -> None:
        if self._result:
            self._poll.stop()
            self.counted.emit(self._path, self._result[0])
