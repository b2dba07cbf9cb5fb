"""The place of a thread among all that want the processor."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import Final

__all__ = ["go_last"]

_NICENESS: Final = 10


def go_last() -> None:
    """Let others have the processor before this thread, and before those that it starts.

    On Linux alone: elsewhere a thread's priority is not that of the threads it starts.
    """
    if sys.platform == "linux":
        this = threading.get_native_id()
        with contextlib.suppress(OSError):  # a container may forbid it
            now = os.getpriority(os.PRIO_PROCESS, this)
            os.setpriority(os.PRIO_PROCESS, this, max(now, _NICENESS))
