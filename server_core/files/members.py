"""What an archive holds: every file and folder, in arrays, so that a million of them fit."""

from __future__ import annotations

import itertools
import os
import stat
import sys
from array import array
from collections.abc import Iterator
from typing import Final

from server_core.files.resource import FileResource, open_beneath, open_in

__all__ = ["ChangedError", "MemberReader", "Members"]

_FILE: Final = 0
_PROGRAM: Final = 1
_FOLDER: Final = 2
_NOTE: Final = 3
_EXECUTABLE = 0o111
_NO_PARENT = 0xFFFFFFFF
_GIVEN_NAME = 200
"""Bytes, about, of a name that is another one in the archive."""
_MASK = (1 << 64) - 1
_FAR = (1 << 63) - 1


class ChangedError(OSError):
    """A file is not any more what it was when its archive was laid out."""

    def __init__(self, name: str, status: os.stat_result) -> None:
        super().__init__(f"{name} has changed")
        self.status = status
        """What the file was when that was seen."""

    @classmethod
    def of(cls, file: FileResource) -> ChangedError:
        """Return the error for a file that is open."""
        return cls(file.path, os.fstat(file.descriptor))


class Members:
    """The files and folders of one archive in their order, below a folder that is the first.

    `root` and `segments` lead to that folder, as for `open_beneath`; a note, a text that no file
    has, may come last. Takes some 60 bytes of memory and its name for each member.
    """

    def __init__(self, root: str, segments: list[str], *, may_leave: bool = False) -> None:
        self.root = root
        self.note = b""
        self.modes = array("B")
        self.sizes = array("Q")
        """Bytes; 0 for a folder."""
        self.modified = array("q")
        """Nanoseconds since the epoch."""
        self._segments = segments
        self._may_leave = may_leave
        self._devices = array("Q")
        self._inodes = array("Q")
        self._parents = array("I")
        self._names = bytearray()
        self._ends = array("Q")
        self._given: dict[int, str] = {}
        self._last_folder: tuple[int, bytes] = (_NO_PARENT, b"")

    def __len__(self) -> int:
        return len(self.modes)

    @property
    def memory(self) -> int:
        """Bytes of memory that the names take, about."""
        return len(self._names) + len(self._given) * _GIVEN_NAME + len(self.note)

    def add(self, parent: int, name: str, given: str, status: os.stat_result) -> int:
        """Append what is called `name` in the folder `parent`, and return its number.

        In the archive it has the name it was `given`. The first member's own name counts nothing.
        """
        number = len(self.modes)
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            self.modes.append(_FOLDER)
            self.sizes.append(0)
        else:
            self.modes.append(_PROGRAM if mode & _EXECUTABLE else _FILE)
            self.sizes.append(status.st_size)
        self.modified.append(_in_64_bits(status.st_mtime_ns))
        self._devices.append(status.st_dev & _MASK)
        self._inodes.append(status.st_ino & _MASK)
        self._parents.append(parent if number else _NO_PARENT)
        self._names += os.fsencode(name)
        self._ends.append(len(self._names))
        if given != name:
            self._given[number] = given
        return number

    def add_files(self, parent: int, files: list[tuple[str, str, os.stat_result]]) -> None:
        """Append files of one folder: of each, what `add` takes, in less time than it does."""
        first = len(self.modes)
        statuses = [status for _, _, status in files]
        self.modes.extend(
            [_PROGRAM if status.st_mode & _EXECUTABLE else _FILE for status in statuses]
        )
        self.sizes.extend([status.st_size for status in statuses])
        self.modified.extend([_in_64_bits(status.st_mtime_ns) for status in statuses])
        self._devices.extend([status.st_dev & _MASK for status in statuses])
        self._inodes.extend([status.st_ino & _MASK for status in statuses])
        self._parents.extend([parent] * len(files))
        octets = [os.fsencode(name) for name, _, _ in files]
        ends = itertools.accumulate(map(len, octets), initial=len(self._names))
        next(ends)
        self._ends.extend(ends)
        self._names += b"".join(octets)
        for number, (name, given, _) in enumerate(files, first):
            if given != name:
                self._given[number] = given

    def add_note(self, given: str, text: bytes) -> None:
        """Append a text of our own to the first folder, as old as that is."""
        number = len(self.modes)
        self.note = text
        self.modes.append(_NOTE)
        self.sizes.append(len(text))
        self.modified.append(self.modified[0])
        self._devices.append(0)
        self._inodes.append(0)
        self._parents.append(0)
        self._ends.append(len(self._names))
        self._given[number] = given

    def is_file(self, number: int) -> bool:
        """Return whether it is a file."""
        return self.modes[number] <= _PROGRAM

    def is_folder(self, number: int) -> bool:
        """Return whether it is a folder."""
        return self.modes[number] == _FOLDER

    def is_note(self, number: int) -> bool:
        """Return whether it is the note."""
        return self.modes[number] == _NOTE

    def permissions(self, number: int) -> int:
        """Return who may do what with it once it is unpacked: of the disk's, whether it runs."""
        return 0o755 if self.modes[number] in (_PROGRAM, _FOLDER) else 0o644

    def identity(self, number: int) -> tuple[int, int, int, int]:
        """Return what FileResource has as its identity."""
        return (
            self._devices[number],
            self._inodes[number],
            self.sizes[number],
            self.modified[number],
        )

    def path(self, number: int) -> bytes:
        """Return its way in the archive, in UTF-8; that of a folder ends in "/"."""
        parent = self._parents[number]
        known, above = self._last_folder
        if known != parent:
            # Files of one folder come one after the other.
            above = b"" if parent == _NO_PARENT else self.path(parent)
            self._last_folder = (parent, above)
        given = self._given.get(number)
        path = above + (self.own_name(number) if given is None else given.encode())
        return path + b"/" if self.modes[number] == _FOLDER else path

    def path_sizes(self) -> array[int]:
        """Return how long each path is, in bytes."""
        sizes = array("I")
        start = 0
        for number, (end, parent, mode) in enumerate(
            zip(self._ends, self._parents, self.modes, strict=True)
        ):
            size = end - start
            start = end
            if number in self._given:
                size = len(self._given[number].encode())
            if mode == _FOLDER:
                size += 1
            sizes.append(size if parent == _NO_PARENT else size + sizes[parent])
        return sizes

    def open(self, number: int) -> FileResource:
        """Open a file. Raises ChangedError where it is another one by now, or OSError."""
        file = self.open_as_it_is(number)
        if not self.is_still(number, file.status):
            file.close()
            raise ChangedError(file.path, file.status)
        return file

    def open_as_it_is(self, number: int) -> FileResource:
        """Open a file or a folder, whatever it is by now. Raises OSError."""
        segments: list[str] = []
        at = number
        while self._parents[at] != _NO_PARENT:
            segments.append(os.fsdecode(self.own_name(at)))
            at = self._parents[at]
        way = [*self._segments, *reversed(segments)]
        return open_beneath(self.root, way, may_leave=self._may_leave)

    def is_still(self, number: int, status: os.stat_result) -> bool:
        """Return whether what has this status is what the file was."""
        return (
            _in_64_bits(status.st_mtime_ns) == self.modified[number]
            and status.st_size == self.sizes[number]
            and status.st_ino & _MASK == self._inodes[number]
            and status.st_dev & _MASK == self._devices[number]
        )

    def parent(self, number: int) -> int:
        """Return the number of the folder that a member is in; not of the first one."""
        return self._parents[number]

    def fingerprint(self) -> Iterator[bytes]:
        """Yield what changes whenever a name or a file's identity does."""
        yield bytes(self._names)
        yield repr(sorted(self._given.items())).encode("utf-8", "surrogatepass")
        yield self.note
        for column in (
            self.modes,
            self.sizes,
            self.modified,
            self._devices,
            self._inodes,
            self._parents,
            self._ends,
        ):
            yield column.tobytes()

    def own_name(self, number: int) -> bytes:
        """Return what it is called on the disk."""
        start = self._ends[number - 1] if number else 0
        return bytes(self._names[start : self._ends[number]])


def _in_64_bits(modified: int) -> int:
    # Some disks hold times of thousands of years; those beyond 2262 are all the same here.
    return modified if -_FAR <= modified <= _FAR else _FAR if modified > 0 else -_FAR


class MemberReader:
    """Reads files that fit into memory, one after the other; keeps the folder they are in open."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._folder: FileResource | None = None
        self._number = _NO_PARENT

    def read_into(self, number: int, room: memoryview) -> None:
        """Read the whole content of a file into what is as large as it.

        Raises as `open`, and ChangedError where it changed meanwhile.
        """
        if sys.platform == "win32":  # no file is opened in a folder there
            self._read_alone(number, room)
            return
        members = self._members
        parent = members.parent(number)
        try:
            if self._folder is None or self._number != parent:
                self.close()
                self._folder, self._number = members.open_as_it_is(parent), parent
            descriptor = open_in(self._folder, members.own_name(number))
        except (OSError, NotImplementedError):
            self._read_alone(number, room)  # it may be behind a link, or say better what is wrong
            return
        try:
            size = os.readv(descriptor, [room])
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        # After it was read: what it was before then, it was then.
        if size != len(room) or not members.is_still(number, status):
            raise ChangedError(os.fsdecode(members.own_name(number)), status)

    def close(self) -> None:
        """Close the folder; closing twice is harmless."""
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _read_alone(self, number: int, room: memoryview) -> None:
        with self._members.open(number) as file:
            if file.read_into(0, room) != len(room) or not file.is_unchanged():
                raise ChangedError.of(file)
