"""What a directory of the shared folder holds, as far as it may be shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from server_core.files.resource import FileResource, lies_within

__all__ = ["DirectoryEntry", "list_entries"]


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One name in a directory."""

    name: str
    """As the file system has it; bytes that are not UTF-8 as surrogate escapes."""
    is_directory: bool
    is_link: bool
    size: int
    """Bytes; 0 for a directory."""
    modified: float
    """Seconds since the epoch."""


def list_entries(
    directory: FileResource, root: str | None, *, hidden: bool = True
) -> list[DirectoryEntry]:
    """Return the files and directories in `directory`, sorted by name without regard to case.

    With a `root`, symbolic links that lead out of that folder are left out; so are, always, links
    that lead nowhere, entries that vanish meanwhile, and what is neither file nor directory: all
    that a request for it would not find. Names that begin with a dot are left out unless `hidden`.
    Raises OSError where the directory cannot be read.
    """
    entries = [
        entry
        for entry in _scan(directory, None if root is None else os.path.realpath(root))
        if hidden or not entry.name.startswith(".")
    ]
    entries.sort(key=lambda entry: (entry.name.lower(), entry.name))
    return entries


def _scan(directory: FileResource, real_root: str | None) -> Iterator[DirectoryEntry]:
    # Reading by descriptor lists the directory that was checked, whatever has its name by now.
    by_descriptor = os.scandir in os.supports_fd and directory.descriptor >= 0
    with os.scandir(directory.descriptor if by_descriptor else directory.path) as scan:
        for found in scan:
            try:
                is_link = found.is_symlink()
                if is_link and real_root is not None:
                    target = os.path.realpath(os.path.join(directory.path, found.name))
                    if not lies_within(real_root, target):
                        continue
                status = found.stat()
            except OSError:
                continue
            is_directory = stat.S_ISDIR(status.st_mode)
            if is_directory or stat.S_ISREG(status.st_mode):
                size = 0 if is_directory else status.st_size
                yield DirectoryEntry(found.name, is_directory, is_link, size, status.st_mtime)
