"""Where the person's own cache is: what may be removed at any time, and is made again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["thumbnail_cache"]


def thumbnail_cache() -> Path | None:
    """Return the folder for thumbnails, which may not be there; None where there is no home."""
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        place = os.path.expanduser("~/Library/Caches")
    else:
        # The XDG base directory specification: a path that is not absolute counts as not set.
        chosen = os.environ.get("XDG_CACHE_HOME", "")
        place = chosen if os.path.isabs(chosen) else os.path.expanduser("~/.cache")
    return Path(place, "folderport", "thumbnails") if os.path.isabs(place) else None
