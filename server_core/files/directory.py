"""What a directory of the shared folder holds, as far as it may be shown."""

from __future__ import annotations

import functools
import operator
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Self

from server_core.files.order import BY_NAME, Order, SortKey, by_kind, by_name, by_values
from server_core.files.resource import FileResource, lies_within

__all__ = ["DirectoryEntry", "DirectoryListing"]

_BATCH = 512
_KIND = stat.S_IFMT(0xFFFF)
_SHOWN_KINDS = frozenset({stat.S_IFREG, stat.S_IFDIR})


class DirectoryEntry(NamedTuple):
    """One name in a directory."""

    name: str
    """As the file system has it; bytes that are not UTF-8 as surrogate escapes."""
    is_directory: bool
    is_link: bool
    size: int = 0
    """Bytes; 0 for a directory, and where sizes were not asked for."""
    modified: float = 0.0
    """Seconds since the epoch; 0 where dates were not asked for."""


_VALUES: dict[SortKey, Callable[[DirectoryEntry], float]] = {
    SortKey.DATE: operator.attrgetter("modified"),
    SortKey.SIZE: operator.attrgetter("size"),
}
_OF_FOLDERS = frozenset({SortKey.NAME, SortKey.DATE})
"""A folder has no size, and all folders are of one kind."""
# What DirectoryEntry(...) does, without a Python function on the way: half of the time of an entry.
_new_entry = functools.partial(tuple.__new__, DirectoryEntry)


def _ignoring_case(names: list[str]) -> list[str]:
    names.sort()
    names.sort(key=str.lower)
    return names


class DirectoryListing:
    """The files and directories in a directory, which are looked at no sooner than they are shown.

    With a `root`, symbolic links that lead out of that folder are left out; so are, always, links
    that lead nowhere, entries that vanish meanwhile, and what is neither file nor directory: all
    that a request for it would not find. Names that begin with a dot are left out unless `hidden`.

    Owns `directory`. Every method raises OSError where the directory cannot be read.
    """

    def __init__(self, directory: FileResource, root: str | None, *, hidden: bool = True) -> None:
        self.directory = directory
        self._real_root = None if root is None else os.path.realpath(root)
        self._hidden = hidden
        self._names: list[str] = []
        self._folders: set[str] = set()
        self._links: set[str] = set()
        # By descriptor, it is the directory that was checked, whatever has its name by now.
        descriptor = directory.descriptor
        try:
            has_names = os.scandir in os.supports_fd and descriptor >= 0
            self._scan = os.scandir(descriptor if has_names else directory.path)
        except BaseException:
            directory.close()
            raise
        self._descriptor = descriptor if os.stat in os.supports_dir_fd and has_names else None

    @property
    def scope(self) -> tuple[str, str | None, bool]:
        """Its path, its root and `hidden`: what decides which names of the directory there are."""
        return self.directory.path, self._real_root, self._hidden

    @property
    def folders(self) -> list[str]:
        """The names of directories among those that were read so far, without symbolic links."""
        return list(self._folders)

    @property
    def has_links(self) -> bool:
        """Whether symbolic links are among the names that were read so far."""
        return bool(self._links)

    def holds_more_than(self, count: int) -> bool:
        """Return whether there are more than `count` names; reads on no further than to know."""
        self._read(count)
        return len(self._names) > count

    def names(self, arrange: Callable[[list[str]], list[str]] = _ignoring_case) -> list[str]:
        """Return every name as `arrange` puts them in order, which may do so in place."""
        self._read(sys.maxsize)
        self._names = arrange(self._names)
        return self._names

    def divided(self, order: Order = BY_NAME) -> tuple[list[str], list[str]]:
        """Return the names of the directories and those of the files, both in this order.

        For that of sizes and dates everything is looked at.
        """
        folders: list[str] = []
        files: list[str] = []
        for name in self.names(by_name):
            if name in self._links:
                entry = self._follow(name)
                if entry is not None:
                    (folders if entry.is_directory else files).append(name)
            else:
                (folders if name in self._folders else files).append(name)
        of_folders = order if order.key in _OF_FOLDERS else BY_NAME
        return self._ordered(folders, of_folders), self._ordered(files, order)

    def entries(
        self, names: Sequence[str], *, details: bool = True
    ) -> Iterator[list[DirectoryEntry]]:
        """Yield what is there under these names, several at a time, in their order.

        Without `details`, only links are looked at: what kind of thing a name is was read with it.
        """
        look = self._look_at if details else self._recall
        for start in range(0, len(names), _BATCH):
            yield look(names[start : start + _BATCH])

    def bare_names(self) -> list[str]:
        """Return every name that may be shown, in no order, whatever it stands for.

        Sooner than `names`, which looks at what kind of thing each is.
        """
        descriptor = self._descriptor
        found = os.listdir(self.directory.path if descriptor is None else descriptor)
        return found if self._hidden else [name for name in found if not name.startswith(".")]

    def status_of(self, name: str) -> os.stat_result | None:
        """Return the status of what is there under a name; of a link, that of what it leads to.

        None where a request for the name would find nothing.
        """
        try:
            status = self._status(name, follow=False)
            if stat.S_ISLNK(status.st_mode):
                return self._status_behind(name)
        except (OSError, ValueError):  # a name that no file can have
            return None
        return status if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) else None

    def statuses(self, names: Sequence[str]) -> Iterator[list[os.stat_result | None]]:
        """Yield what `status_of` returns for each of the names, several at a time."""
        stat_of, descriptor = os.stat, self._descriptor
        for start in range(0, len(names), _BATCH):
            found: list[os.stat_result | None] = []
            for name in names[start : start + _BATCH]:
                if descriptor is None:
                    found.append(self.status_of(name))
                    continue
                try:
                    status = stat_of(name, dir_fd=descriptor, follow_symlinks=False)
                except (OSError, ValueError):
                    found.append(None)
                    continue
                is_shown = status.st_mode & _KIND in _SHOWN_KINDS
                found.append(status if is_shown else self.status_of(name))
            yield found

    def close(self) -> None:
        """Close the directory; closing twice is harmless."""
        self._scan.close()
        self.directory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _read(self, enough: int) -> None:
        names, hidden = self._names, self._hidden
        if len(names) > enough:
            return
        for found in self._scan:
            name = found.name
            if not hidden and name.startswith("."):
                continue
            try:
                if found.is_symlink():
                    self._links.add(name)
                elif found.is_dir():
                    self._folders.add(name)
                elif not found.is_file():
                    continue
            except OSError:
                continue
            names.append(name)
            if len(names) > enough:
                return

    def _ordered(self, names: list[str], order: Order) -> list[str]:
        """Return names, which are in natural order, in another one."""
        key, is_descending = order
        if key is SortKey.NAME:
            return names[::-1] if is_descending else names
        if key is SortKey.KIND:
            return by_kind(names, is_descending=is_descending)
        value = _VALUES[key]
        found: list[str] = []
        values: list[float] = []
        for entries in self.entries(names):
            found.extend([entry.name for entry in entries])
            values.extend(map(value, entries))
        return by_values(found, values, is_descending=is_descending)

    def _recall(self, names: Sequence[str]) -> list[DirectoryEntry]:
        entries = []
        for name in names:
            if name not in self._links:
                is_directory = name in self._folders
                entries.append(DirectoryEntry(name, is_directory, is_link=False))
            elif (entry := self._follow(name)) is not None:
                entries.append(entry._replace(size=0, modified=0.0))
        return entries

    def _look_at(self, names: Sequence[str]) -> list[DirectoryEntry]:
        entries = []
        for name in names:
            try:
                status = self._status(name, follow=False)
            except OSError:
                continue
            if stat.S_ISLNK(status.st_mode):
                entry = self._follow(name)
            else:
                entry = _entry(name, status, is_link=False)
            if entry is not None:
                entries.append(entry)
        return entries

    def _follow(self, name: str) -> DirectoryEntry | None:
        """Return what a symbolic link leads to; None where a request for it would not find it."""
        try:
            status = self._status_behind(name)
        except OSError:
            return None
        return None if status is None else _entry(name, status, is_link=True)

    def _status_behind(self, name: str) -> os.stat_result | None:
        """Return the status of what a link leads to; None where it leads out, or to no file."""
        if self._real_root is not None:
            target = os.path.realpath(os.path.join(self.directory.path, name))
            if not lies_within(self._real_root, target):
                return None
        status = self._status(name, follow=True)
        return status if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) else None

    def _status(self, name: str, *, follow: bool) -> os.stat_result:
        if self._descriptor is None:
            return os.stat(os.path.join(self.directory.path, name), follow_symlinks=follow)
        return os.stat(name, dir_fd=self._descriptor, follow_symlinks=follow)


def _entry(name: str, status: os.stat_result, *, is_link: bool) -> DirectoryEntry | None:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        is_directory, size = False, status.st_size
    elif stat.S_ISDIR(mode):
        is_directory, size = True, 0
    else:
        return None
    return _new_entry((name, is_directory, is_link, size, status.st_mtime))
