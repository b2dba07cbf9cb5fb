"""What a browser can show of a file, and which files come before and after it."""

from __future__ import annotations

import enum
import functools
from collections.abc import Sequence
from typing import NamedTuple

from server_core.files.kinds import extension_of
from server_core.files.media_types import media_type

__all__ = ["Neighbours", "View", "is_viewable", "neighbours_of", "view_of"]


class View(enum.Enum):
    """How the page around a file shows it."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    PDF = "pdf"
    TEXT = "text"
    """Its lines, in colours where their language is known."""
    MARKDOWN = "markdown"
    SITE = "site"
    """A page of somebody else's, in a frame that runs nothing."""
    FOREIGN = "foreign"
    """A picture or film of a kind that few browsers know: what it is, and a download."""
    NOTHING = "bare"
    """Size, date and a download."""


_EXACT = {
    "application/pdf": View.PDF,
    "application/xhtml+xml": View.SITE,
    "text/html": View.SITE,
    "text/markdown": View.MARKDOWN,
}
_FOREIGN = frozenset(
    {
        *("image/heic", "image/heif", "image/jxl", "image/tiff"),
        *("audio/midi", "video/mp2t", "video/mpeg", "video/x-msvideo"),
    }
)
_SHOWN_IMAGES = frozenset(
    {
        *("image/apng", "image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png"),
        *("image/svg+xml", "image/vnd.microsoft.icon", "image/webp"),
    }
)
_GROUPS = {"audio": View.AUDIO, "text": View.TEXT, "video": View.VIDEO}
_TEXTS = frozenset(
    {
        *("application/json", "application/ld+json", "application/manifest+json"),
        *("application/x-subrip", "application/xml"),
    }
)
# Source code, whatever the system's own table has under these: .ts is a film there.
_SOURCES = frozenset(
    {
        *(".bash", ".clj", ".cs", ".cxx", ".dart", ".diff", ".el", ".env", ".erl"),
        *(".ex", ".fs", ".gradle", ".hs", ".hxx", ".jl", ".jsx", ".kts", ".less"),
        *(".lua", ".m", ".ml", ".nim", ".patch", ".php", ".pl", ".pm", ".properties"),
        *(".proto", ".ps1", ".qml", ".r", ".rb", ".rst", ".sass", ".scala", ".scss"),
        *(".sql", ".svelte", ".swift", ".tex", ".tf", ".ts", ".tsx", ".vb", ".vue"),
        *(".zig", ".zsh"),
    }
)


def view_of(name: str) -> View:
    """Return how a file of this name is shown."""
    return _view_of(extension_of(name))


@functools.lru_cache(512)
def _view_of(extension: str) -> View:
    if extension.lower() in _SOURCES:
        return View.TEXT
    media = media_type(f"file{extension}")
    if media in _FOREIGN:
        return View.FOREIGN
    if media in _SHOWN_IMAGES:
        return View.IMAGE
    if media in _TEXTS:
        return View.TEXT
    group = media.partition("/")[0]
    if group == "image":
        return View.FOREIGN
    return _EXACT.get(media) or _GROUPS.get(group, View.NOTHING)


def is_viewable(name: str) -> bool:
    """Return whether there is anything to look at in a file of this name."""
    return view_of(name) is not View.NOTHING


class Neighbours(NamedTuple):
    """Where a file stands among those of its folder that can be looked at."""

    position: int
    """Counted from 1."""
    total: int
    before: str | None
    after: str | None


def neighbours_of(name: str, files: Sequence[str]) -> Neighbours | None:
    """Return where `name` stands among the files of its folder; None where it does not."""
    viewable = list(filter(is_viewable, files))
    try:
        index = viewable.index(name)
    except ValueError:
        return None
    around = [None, *viewable, None]
    return Neighbours(index + 1, len(viewable), around[index], around[index + 2])
