"""Which script a request means, and whether a file is one: decided on what would be opened."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable, Iterable

from server_core.protocol.target import url_segments

__all__ = ["ScriptFolders", "decoded", "split_target"]


def split_target(target: str, folders: Iterable[str]) -> tuple[str, str] | None:
    """Return the CGI folder that a request target lies below, and the rest; None for no script.

    Both as they would stand in a URL, the rest with its query. What is compared with `folders` is
    the path that would be opened: decoded, and without what leads nowhere. A folder holds all that
    is below it; the topmost, "/", only what lies there itself, because all else is below it too.
    """
    segments = url_segments(target)
    before, _, query = target.partition("?")
    ends_in_slash = urllib.parse.unquote(before.partition("#")[0]).endswith("/")
    known = [_segments(folder) for folder in folders]
    for depth in range(len(segments) + 1):
        if depth == 0:
            is_below = not segments or (len(segments) == 1 and not ends_in_slash)
        else:
            is_below = depth < len(segments) or ends_in_slash
        if is_below and segments[:depth] in known:
            rest = segments[depth:]
            slash = "/" if rest and ends_in_slash else ""
            mark = "?" if query else ""
            return "/" + _quoted(segments[:depth]), _quoted(rest) + slash + mark + query
    return None


class ScriptFolders:
    """The CGI folders as the file system knows them, whatever they are called on the way."""

    def __init__(self, folders: Iterable[str], translate_path: Callable[[str], str]) -> None:
        self._folders: set[tuple[int, int]] = set()
        self._top: tuple[int, int] | None = None
        for folder in folders:
            segments = _segments(folder)
            place = _place_of(translate_path("/" + _quoted(segments)))
            if place is not None and segments:
                self._folders.add(place)
            elif place is not None:
                self._top = place

    def hold(self, path: str) -> bool:
        """Return whether `path` is in one of them: by a link, a short name, or in another case."""
        try:
            place = os.path.realpath(path)
        except (OSError, ValueError):
            return False
        if self._top is not None and _place_of(os.path.dirname(place)) == self._top:
            return not os.path.isdir(place)
        while self._folders:
            if _place_of(place) in self._folders:
                return True
            parent = os.path.dirname(place)
            if parent == place:
                break
            place = parent
        return False


def decoded(path: str) -> str:
    """Return a URL's path decoded, as the file system would call it."""
    octets = urllib.parse.unquote_to_bytes(path)
    try:
        return octets.decode("utf-8", "surrogatepass")
    except UnicodeError:
        return octets.decode("utf-8", "surrogateescape")


def _segments(folder: str) -> list[str]:
    return [segment for segment in folder.split("/") if segment]


def _quoted(segments: list[str]) -> str:
    return urllib.parse.quote("/".join(segments), errors="surrogatepass")


def _place_of(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _url_collapse_path(path: str) -> str:
    """Return a URL's path decoded and without empty, "." and ".." segments; its query stays.

    There are always two slashes: before the folders and before the last segment. Raises IndexError
    for a path that leads above its beginning. Kept for those who import it from http.server.
    """
    before, mark, query = path.partition("?")
    *folders, last = urllib.parse.unquote(before).split("/")
    if last in (".", ".."):
        folders.append(last)
        last = ""
    kept: list[str] = []
    for segment in folders:
        if segment == "..":
            kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    return f"/{'/'.join(kept)}/{last}" + (mark + query if query else "")
