"""Finding what an archive of a folder is to hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import NamedTuple

from server_core.files.directory import DirectoryListing
from server_core.files.members import Members
from server_core.files.portable_names import PortableNames
from server_core.files.resource import FileResource, open_beneath

__all__ = ["Gathering", "NoteText", "TooMuchError"]

_LONGEST_PATH = 32767
"""Bytes; half of what a ZIP can hold, and what Windows can."""
_LONGEST_NOTE = 65536
_FOR_ALL = 0o444


class TooMuchError(Exception):
    """There is more in a folder than an archive of ours may hold."""


class NoteText(NamedTuple):
    """How a note says what could not be read, in the language of who will read it."""

    name: str
    """Of the file that holds the note."""
    heading: str
    """What stands above the names."""
    more: str = "…"
    """What stands below them, where they are too many."""


class _Pending(NamedTuple):
    """A folder that is yet to be entered."""

    parent: int
    name: str
    given: str
    way: tuple[str, ...]
    above: tuple[tuple[int, int], ...]
    """What tells the folders on the way from others."""
    length: int


class Gathering:
    """Finds the members of one archive: a folder's, or those that were selected there.

    Symbolic links are followed as they are for files, but for those that lead to a folder which
    they are in; names that begin with a dot are left out unless `hidden`. What cannot be read is
    told in a note.
    """

    most_members = 1_000_000
    """Most files and folders of an archive."""
    most_depth = 100
    """Most folders below each other; what is deeper is told in the note."""

    def __init__(
        self,
        root: str,
        note: NoteText,
        *,
        hidden: bool = False,
        may_leave: bool = False,
        is_changing: Callable[[os.stat_result], bool] = lambda _status: False,
    ) -> None:
        """Take what is the same for every archive; `root` and `may_leave` as for open_beneath.

        A file of which `is_changing` says so is told in the note as if it could not be read.
        """
        self._root = root
        self._note = note
        self._hidden = hidden
        self._may_leave = may_leave
        self._is_changing = is_changing
        self._check: Callable[[], object] = lambda: None
        self._missing: list[str] = []
        self._missing_size = 0

    def members(
        self,
        segments: Sequence[str],
        name: str,
        *,
        selected: Sequence[str] | None = None,
        check: Callable[[], object] = lambda: None,
    ) -> Members:
        """Return what is to be in an archive of the folder at `segments`, called `name` in it.

        With `selected`, only these of its entries. `check` is called again and again; what it
        raises ends the work. Raises FileNotFoundError for a selected name that is not there, other
        OSErrors where the folder cannot be read, and TooMuchError.
        """
        self._check, self._missing, self._missing_size = check, [], 0
        members = Members(self._root, list(segments), may_leave=self._may_leave)
        top = PortableNames().give(name)
        first = self._open(segments)
        names = PortableNames()
        pending = self._enter(members, _Pending(0, "", top, (), (), 0), first, names, selected)
        while pending:
            folder = pending.pop()
            way = "/".join(folder.way)
            if len(folder.way) > self.most_depth or folder.length > _LONGEST_PATH:
                self._miss(way)
                continue
            try:
                opened = self._open((*segments, *folder.way))
                pending += self._enter(members, folder, opened, PortableNames(), None)
            except FileNotFoundError:
                continue  # gone meanwhile
            except OSError:
                self._miss(way)
        if self._missing:
            members.add_note(names.give(self._note.name), self._note_text())
        return members

    def _open(self, segments: Sequence[str]) -> FileResource:
        return open_beneath(self._root, segments, may_leave=self._may_leave)

    def _enter(
        self,
        members: Members,
        folder: _Pending,
        opened: FileResource,
        names: PortableNames,
        selected: Sequence[str] | None,
    ) -> list[_Pending]:
        """Add a folder and its files; return the folders in it, the last one first."""
        place = (opened.status.st_dev, opened.status.st_ino)
        root = None if self._may_leave else self._root
        with opened, DirectoryListing(opened, root, hidden=self._hidden) as listing:
            if place in folder.above:
                return []  # a link to where it is
            # The same names give the same archive, in whatever order they are on the disk.
            found = sorted(listing.bare_names() if selected is None else set(selected))
            if selected is not None:
                self._refuse_absent(listing, found)
            number = members.add(folder.parent, folder.name, folder.given, opened.status)
            length = folder.length + len(folder.given.encode()) + 1
            inside: list[_Pending] = []
            above = (*folder.above, place)
            given = names.give_all(found)
            at = 0
            for statuses in listing.statuses(found):
                self._check()
                batch = found[at : at + len(statuses)]
                if len(members) + len(inside) + len(batch) > self.most_members:
                    raise TooMuchError(f"more than {self.most_members} files and folders")
                files: list[tuple[str, str, os.stat_result]] = []
                for name, other, status in zip(
                    batch, given[at : at + len(batch)], statuses, strict=True
                ):
                    if status is None:
                        continue
                    if stat.S_ISDIR(status.st_mode):
                        way = (*folder.way, name)
                        inside.append(_Pending(number, name, other, way, above, length))
                    elif (
                        length < _LONGEST_PATH
                        and not self._is_changing(status)
                        and _is_readable(listing, name, status)
                    ):
                        files.append((name, other, status))
                    else:
                        self._miss("/".join((*folder.way, name)))
                members.add_files(number, files)
                at += len(statuses)
        inside.reverse()
        return inside

    def _refuse_absent(self, listing: DirectoryListing, names: Sequence[str]) -> None:
        for name in names:
            is_name = name not in ("", os.curdir, os.pardir) and not os.path.dirname(name)
            is_shown = self._hidden or not name.startswith(".")
            if not (is_name and is_shown and listing.status_of(name)):
                raise FileNotFoundError(name)

    def _miss(self, way: str) -> None:
        if self._missing_size < _LONGEST_NOTE:
            self._missing.append(way)
            self._missing_size += len(way) + 1

    def _note_text(self) -> bytes:
        rest = [self._note.more] if self._missing_size >= _LONGEST_NOTE else []
        lines = [self._note.heading, "", *map(_one_line, self._missing), *rest, ""]
        # As Windows ends lines; every other system shows them as well.
        return "\r\n".join(lines).encode("utf-8", "replace")


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def _is_readable(listing: DirectoryListing, name: str, status: os.stat_result) -> bool:
    if status.st_mode & _FOR_ALL == _FOR_ALL or os.name == "nt":
        return True
    return os.access(os.path.join(listing.directory.path, name), os.R_OK)
