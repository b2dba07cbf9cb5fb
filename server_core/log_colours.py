"""The colours of the log's lines where a terminal shows them, as http.server has from 3.15 on."""

from __future__ import annotations

import os
import re
import sys
from typing import Any, Final

__all__ = ["in_colours", "shows_colours"]

_STATUS_AND_SIZE: Final = re.compile(r'(?<=" )(([1-5])[0-9]{2}) ([0-9]+|-)$', re.MULTILINE)
_COLOURS: Final = {"1": "", "2": "\x1b[32m", "3": "\x1b[96m", "4": "\x1b[33m", "5": "\x1b[31m"}


def shows_colours(stream: Any) -> bool:
    """Return whether a stream is a terminal that shows colours; NO_COLOR and FORCE_COLOR decide."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    # What a console of Windows makes of such sequences depends on how it was started.
    if os.environ.get("TERM") == "dumb" or sys.platform == "win32":
        return False
    return hasattr(stream, "isatty") and bool(stream.isatty())


def in_colours(lines: str) -> str:
    """Return whole lines of the log with status and size in colours."""
    return _STATUS_AND_SIZE.sub(
        lambda found: f"{_COLOURS[found[2]]}{found[1]}\x1b[0m \x1b[90m{found[3]}\x1b[0m", lines
    )
