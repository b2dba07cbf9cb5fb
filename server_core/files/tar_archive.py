"""A tar of a folder (POSIX.1-2017, pax, "ustar Interchange Format"), laid out before it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from server_core.files.archive import Archive, Batch
from server_core.files.resource import Piece

__all__ = ["TarArchive"]

_BLOCK: Final = 512
_LONGEST_NAME = 100
_FIRST_LONG_SIZE = 8 << 30
_LAST_TIME = (8 << 30) - 1
_END = bytes(2 * _BLOCK)
_FILE, _FOLDER, _PAX = b"0", b"5", b"x"
_PAX_NAME = b"PaxHeader"


class TarArchive(Archive):
    """A tar; long names, names that are not ASCII and sizes from 8 GiB on are in pax records."""

    media_type = "application/x-tar"
    extension = ".tar"

    def _lay_out(self) -> None:
        offset = 0
        for number, size in enumerate(self.members.sizes):
            self._starts.append(offset)
            records = len(_records(self.members.path(number), size))
            offset += _BLOCK + (_BLOCK + _padded(records) if records else 0) + _padded(size)
        self._members_end = offset
        self.size = offset + len(_END)

    def _head(self, number: int) -> bytes:
        members = self.members
        path, size = members.path(number), members.sizes[number]
        modified = min(max(members.modified[number] // 1_000_000_000, 0), _LAST_TIME)
        records = _records(path, size)
        kind = _FOLDER if members.is_folder(number) else _FILE
        shown = size if size < _FIRST_LONG_SIZE else 0
        # Readers that know no pax records find a name that they can write.
        name = path if _is_plain(path) else _plain(path)
        header = _header(name, kind, members.permissions(number), shown, modified)
        if not records:
            return header
        before = _header(_PAX_NAME, _PAX, 0o644, len(records), modified)
        return before + records + bytes(_padded(len(records)) - len(records)) + header

    def _tail(self, number: int) -> bytes:
        return bytes(self._tail_size(number))

    def _tail_size(self, number: int) -> int:
        return -self.members.sizes[number] % _BLOCK

    def _ending(self, start: int, stop: int, check: Callable[[], object]) -> Iterator[Piece]:
        del check
        batch = Batch(start, stop)
        batch.add(self._members_end, _END)
        yield from batch.take()


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _is_plain(path: bytes) -> bool:
    return len(path) <= _LONGEST_NAME and path.isascii()


def _plain(path: bytes) -> bytes:
    text = path.decode("ascii", "replace").replace("\N{REPLACEMENT CHARACTER}", "_")
    ending = b"/" if path.endswith(b"/") else b""
    return text.encode()[: _LONGEST_NAME - 1].rstrip(b"/") + ending


def _records(path: bytes, size: int) -> bytes:
    made = b"" if _is_plain(path) else _record(b"path", path)
    return made + (_record(b"size", b"%d" % size) if size >= _FIRST_LONG_SIZE else b"")


def _record(keyword: bytes, value: bytes) -> bytes:
    """Return one record, which begins with how long it is, those digits included."""
    rest = b" %s=%s\n" % (keyword, value)
    size = len(rest)
    while size != len(rest) + len(str(size)):
        size = len(rest) + len(str(size))
    return str(size).encode() + rest


def _header(name: bytes, kind: bytes, mode: int, size: int, modified: int) -> bytes:
    before = b"%s%07o\0%07o\0%07o\0%011o\0%011o\0" % (
        name.ljust(_LONGEST_NAME, b"\0"),
        mode,
        0,
        0,
        size,
        modified,
    )
    after = kind.ljust(101, b"\0") + b"ustar\x0000"
    after = after.ljust(_BLOCK - len(before) - 8, b"\0")
    # The sum is of the header with blanks in its own place.
    total = sum(before) + sum(after) + 8 * ord(" ")
    return before + b"%06o\0 " % total + after
