"""What a person chose, as one frozen value. Where it is kept is settings_store's business."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

__all__ = ["PROTOCOLS", "RECENT_FOLDERS", "THEMES", "ShareSettings"]

PROTOCOLS: Final = ("HTTP/1.1", "HTTP/1.0")
THEMES: Final = ("system", "light", "dark")
RECENT_FOLDERS: Final = 8
"""How many folders are remembered."""


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """The choices that are remembered from one start to the next."""

    folder: str = ""
    """An absolute path, or "" as long as nobody has chosen one."""
    network: str = ""
    """Where to be reached: "" is the likeliest network, "all", "local", or a numeric address."""
    port: int | None = None
    """The TCP port; None lets Folderport find a free one, 0, which is not kept, takes any."""
    protocol: str = "HTTP/1.1"
    """One of PROTOCOLS."""
    recent_folders: tuple[str, ...] = ()
    """Folders that were shared, the latest first."""
    theme: str = "system"
    """One of THEMES."""

    def with_folder(self, folder: str) -> ShareSettings:
        """Return these settings with `folder` chosen, and first among the recent ones."""
        others = tuple(recent for recent in self.recent_folders if recent != folder)
        recents = (folder, *others)[:RECENT_FOLDERS] if folder else others
        return replace(self, folder=folder, recent_folders=recents)
