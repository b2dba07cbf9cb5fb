"""The place of a thread among all that want the processor."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

__all__ = ["go_last"]

_STEPS: Final = 10
"""Of niceness; each makes a thread's part of a busy processor a fifth smaller (sched(7))."""


def go_last() -> bool:
    """Let others have the processor before this thread, and before those that it starts.

    There is no way back. False where nothing has changed: a container may forbid it, and it is done
    on Linux alone, since elsewhere a thread's priority is not that of the threads it starts.
    """
    if sys.platform != "linux":
        return False
    this = threading.get_native_id()
    try:
        before = os.getpriority(os.PRIO_PROCESS, this)
        os.setpriority(os.PRIO_PROCESS, this, before + _STEPS)
    except OSError:
        return False
    return True
