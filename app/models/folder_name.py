"""What a folder is called."""

from __future__ import annotations

import os

from app.printable import printable

__all__ = ["folder_name", "folder_place"]


def folder_name(folder: str) -> str:
    """Return the last part of a path for people to read; of a root, which has none, all of it."""
    return printable(os.path.basename(os.path.normpath(folder)) or folder)


def folder_place(folder: str) -> str:
    """Return where a folder lies for people to read, their home folder as "~"."""
    place = os.path.dirname(os.path.normpath(folder))
    home = os.path.expanduser("~")
    if place == home or place.startswith(home + os.sep):
        place = "~" + place[len(home) :]
    return printable(place)
