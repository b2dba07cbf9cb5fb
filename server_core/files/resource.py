"""Opening what a path names, and nothing outside the shared folder.

A path is confined by how it is opened, not by how it looks: every component is opened relative to
the directory before it, without following symbolic links, so that nothing can be exchanged between
a check and its use. Only where a link is met is the path resolved, compared with the resolved
root, and the result opened in the same way.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self, TypeAlias

from server_core.files.unlocked import open_unlocked

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = [
    "FileBody",
    "FileResource",
    "Piece",
    "is_reserved_segment",
    "lies_within",
    "open_anywhere",
    "open_beneath",
    "open_in",
]

# O_NONBLOCK: opening a FIFO must not wait for its writer. The others keep Windows from translating
# line ends and the descriptor from leaking into child processes.
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
# O_PATH where it exists: a directory on the way has to be entered, not read.
_ENTER = (
    getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
)
_CAN_WALK = os.open in os.supports_dir_fd and bool(_NOFOLLOW)
_NO_DESCRIPTOR = -1
_MET_A_LINK = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})

# Device names that Windows finds in every folder, with any extension.
_DEVICES = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\xb9\xb2\xb3])", re.IGNORECASE
)


def is_reserved_segment(segment: str) -> bool:
    """Return whether Windows would understand a path segment as something else than a name.

    True for a device name, an alternate data stream or drive (`:`), a wildcard or separator, a
    control character, and a name that ends in a dot or a space, which Windows drops.
    """
    return (
        segment.endswith((".", " "))
        or any(character in '<>:"|?*\\/' or character < " " for character in segment)
        or _DEVICES.fullmatch(segment.split(".")[0].rstrip(" ")) is not None
    )


class FileResource:
    """A file or directory that was opened for reading; what was checked is what is read.

    Owns its descriptor. Windows opens no directories: there, one has the descriptor -1 and is known
    by its path alone. Raises FileNotFoundError for anything that is neither a regular file nor a
    directory: pipes, sockets and devices are not served.
    """

    def __init__(self, descriptor: int, path: str) -> None:
        self.descriptor = descriptor
        self.path = path
        try:
            self.status = os.stat(path) if descriptor < 0 else os.fstat(descriptor)
            if not (self.is_directory or stat.S_ISREG(self.status.st_mode)):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        except BaseException:
            self.close()
            raise

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def size(self) -> int:
        """Bytes."""
        return self.status.st_size

    @property
    def modified(self) -> float:
        """Seconds since the epoch."""
        return self.status.st_mtime

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """Device, inode, size in bytes and modification time in nanoseconds."""
        status = self.status
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

    def read_at(self, offset: int, size: int) -> bytes:
        """Read up to `size` bytes at `offset`; fewer at the file's end."""
        if sys.platform == "win32":
            os.lseek(self.descriptor, offset, os.SEEK_SET)
            return os.read(self.descriptor, size)
        return os.pread(self.descriptor, size, offset)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read at `offset` into `buffer`, and return the number of bytes; 0 at the file's end."""
        if sys.platform != "win32" and hasattr(os, "preadv"):
            return os.preadv(self.descriptor, [buffer], offset)
        data = self.read_at(offset, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def is_unchanged(self) -> bool:
        """Return whether the file is still as it was when it was opened."""
        now = os.fstat(self.descriptor)
        return (now.st_size, now.st_mtime_ns) == (self.status.st_size, self.status.st_mtime_ns)

    def close(self) -> None:
        """Close the descriptor; closing twice is harmless."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = _NO_DESCRIPTOR

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def open_anywhere(path: str) -> FileResource:
    """Open `path`, following symbolic links wherever they lead.

    Raises OSError; for a path that no file can have, FileNotFoundError.
    """
    _refuse_unnameable(path)
    try:
        return FileResource(_open(path, _READ), path)
    except ValueError:  # longer than any path on Windows
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from None
    except PermissionError:
        # Windows answers so for every directory.
        if _CAN_WALK or not os.path.isdir(path):
            raise
        return FileResource(_NO_DESCRIPTOR, path)


def open_beneath(root: str, segments: Sequence[str], *, may_leave: bool = False) -> FileResource:
    """Open what `segments` name below the folder `root`.

    A symbolic link is followed if what it leads to lies in `root` too, or where links `may_leave`
    it, and is a FileNotFoundError otherwise. `root` itself may be a link. Raises OSError as
    `os.open` does.
    """
    for segment in segments:
        _refuse_unnameable(segment)
        if segment == os.pardir or (os.name == "nt" and is_reserved_segment(segment)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), segment)
    path = os.path.join(root, *segments)
    if may_leave:
        return open_anywhere(path)
    if not _CAN_WALK:
        return _open_checked(root, path)
    try:
        return FileResource(_walk(root, segments), path)
    except OSError as error:
        if error.errno not in _MET_A_LINK:
            raise
    real_root, real_path = os.path.realpath(root), os.path.realpath(path)
    return FileResource(_walk(real_root, _segments_below(real_root, real_path)), path)


def open_in(directory: FileResource, name: bytes) -> int:
    """Open what was seen to be a regular file in a directory, and return its descriptor.

    Symbolic links are not followed. Raises OSError; NotImplementedError where this system opens
    nothing by the descriptor of a directory.
    """
    if not _CAN_WALK:
        raise NotImplementedError
    return os.open(name, _READ | _NOFOLLOW, dir_fd=directory.descriptor)


def _walk(root: str, segments: Sequence[str]) -> int:
    directory = os.open(root, _ENTER)
    try:
        for segment in segments[:-1]:
            entered = os.open(segment, _ENTER | _NOFOLLOW, dir_fd=directory)
            os.close(directory)
            directory = entered
        last = segments[-1] if segments else "."
        return _open(last, _READ | _NOFOLLOW, directory)
    finally:
        os.close(directory)


def _open_checked(root: str, path: str) -> FileResource:
    """Open without descriptors of directories: resolve, compare, open, and look once more."""
    real_root, real_path = os.path.realpath(root), os.path.realpath(path)
    _segments_below(real_root, real_path)
    resource = open_anywhere(real_path)
    try:
        again = os.stat(path)
        if os.path.realpath(path) != real_path or not os.path.samestat(again, resource.status):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    except BaseException:
        resource.close()
        raise
    return resource


def _segments_below(real_root: str, real_path: str) -> list[str]:
    if not lies_within(real_root, real_path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), real_path)
    relative = os.path.relpath(real_path, real_root)
    return [] if relative == os.curdir else relative.split(os.sep)


def lies_within(root: str, path: str) -> bool:
    """Return whether `path` is `root` or below it; both absolute, and resolved by the caller."""
    try:
        return os.path.commonpath((root, path)) == os.path.normpath(root)
    except ValueError:  # different drives
        return False


def _open(path: str, flags: int, directory: int | None = None) -> int:
    # Even an open that is closed at once does something to a pipe, whose writer believes that it
    # has a reader, or to a tape, which rewinds.
    mode = os.stat(path, dir_fd=directory, follow_symlinks=not flags & _NOFOLLOW).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    try:
        return open_unlocked(path, flags, directory)
    except OSError as error:
        # A socket cannot be opened; to a client it is as absent as a pipe.
        if error.errno in (errno.ENXIO, errno.ENODEV):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from None
        raise


def _refuse_unnameable(text: str) -> None:
    """Raise FileNotFoundError for what no file can be called: a NUL, or a lone surrogate."""
    try:
        encoded = os.fsencode(text)
    except UnicodeEncodeError:
        encoded = b"\0"
    if b"\0" in encoded:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)


class FileBody(io.RawIOBase):
    """The bytes `start` to `stop` of a file as a stream: never more, fewer if the file shrinks.

    Closes the resource with itself if it `owns` it. `fileno()` gives the file's descriptor, whose
    own position is not used: `offset` says where the stream stands.
    """

    def __init__(self, resource: FileResource, start: int, stop: int, *, owns: bool = True) -> None:
        super().__init__()
        self.resource = resource
        self._owns = owns
        self.offset = start
        self.stop = stop

    @property
    def name(self) -> str:
        """The file's path."""
        return self.resource.path

    @property
    def remaining(self) -> int:
        """Bytes that have not been read or sent."""
        return self.stop - self.offset

    def fileno(self) -> int:
        """Return the file's descriptor."""
        return self.resource.descriptor

    def readable(self) -> bool:
        """Return True."""
        return True

    def advance(self, count: int) -> None:
        """Take note that `count` bytes were sent from the descriptor directly."""
        self.offset += count

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read the next bytes; 0 at the end of the stream or of the file."""
        with memoryview(buffer) as view, view.cast("B") as target:
            wanted = min(len(target), self.remaining)
            size = self.resource.read_into(self.offset, target[:wanted])
        self.offset += size
        return size

    def close(self) -> None:
        """Close the stream, and the file with it if it is owned."""
        if self._owns:
            self.resource.close()
        super().close()


Piece: TypeAlias = bytes | memoryview | FileBody
"""What a body is made of; a memoryview holds until the next piece is asked for."""
