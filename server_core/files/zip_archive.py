"""A ZIP of a folder (PKWARE's APPNOTE 6.3.10), laid out before a byte of it is made.

Members are stored. Files up to a bound have their CRC in the head before them, as every reader
likes it; it is computed before the head leaves. Larger ones would hold up the archive so long:
theirs follows in a data descriptor (APPNOTE 4.3.9), but their length is in the head all the same.
"""

from __future__ import annotations

import functools
import struct
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

from server_core.files.archive import Archive, Batch
from server_core.files.checksums import Checksums, crc32
from server_core.files.members import ChangedError, Members
from server_core.files.resource import FileResource, Piece

__all__ = ["DESCRIBED_MEMBER", "ZipArchive"]

DESCRIBED_MEMBER: Final = 8 << 20
"""Bytes; larger files have their CRC after them."""
_WINDOW: Final = 262144
_SECOND = 1_000_000_000
_FULL_32 = 0xFFFFFFFF
_FULL_16 = 0xFFFF
_UTF8 = 0x800
_DESCRIBED = 0x8
_BASIC = 20
_ZIP64 = 45
_MADE_ON_UNIX = 3 << 8 | _ZIP64
_REGULAR = 0o100000
_DIRECTORY = 0o040000
_DOS_DIRECTORY = 0x10

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_TIME = struct.Struct("<HHBi")
_SIZES_64 = struct.Struct("<HHQQ")
_DESCRIPTOR = struct.Struct("<4s3I")
_DESCRIPTOR_64 = struct.Struct("<4sIQQ")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64 = struct.Struct("<4sIQI")
_END = struct.Struct("<4s4H2IH")
_FIRST_DATE = 0x21  # 1 January 1980
_LAST_DATE = 127 << 9 | 12 << 5 | 31
_LAST_TIME = 23 << 11 | 59 << 5 | 29


class ZipArchive(Archive):
    """A ZIP; what it learns of CRCs it leaves to `checksums`, for others of the same files."""

    media_type = "application/zip"
    extension = ".zip"

    def __init__(self, members: Members, checksums: Checksums) -> None:
        self._checksums = checksums
        self._crcs = array("I", bytes(4 * len(members)))
        self._has_crc = bytearray(len(members))
        self._central_starts = array("Q")
        super().__init__(members)

    def _lay_out(self) -> None:
        members = self.members
        offset = central = 0
        columns = zip(members.sizes, members.path_sizes(), members.modified, strict=True)
        for size, name, modified in columns:
            self._starts.append(offset)
            self._central_starts.append(central)
            timed = _TIME.size if _fits_field(modified // _SECOND) else 0
            is_long = size >= _FULL_32
            central += _CENTRAL.size + name + timed
            fields = 2 * is_long + (offset >= _FULL_32)
            central += 4 + 8 * fields if fields else 0
            offset += _LOCAL.size + name + timed + (_SIZES_64.size if is_long else 0)
            offset += size + _descriptor_size(size)
        self._members_end = offset
        self._central_size = central
        self.size = offset + central + len(self._end_records())

    def _tail_size(self, number: int) -> int:
        return _descriptor_size(self.members.sizes[number])

    def _head(self, number: int) -> bytes:
        members = self.members
        size, name = members.sizes[number], members.path(number)
        is_described = size > DESCRIBED_MEMBER
        clock, day, extra = _times(members.modified[number] // _SECOND)
        shown = size
        if size >= _FULL_32:
            extra = _SIZES_64.pack(1, 16, size, size) + extra
            shown = _FULL_32
        return (
            _LOCAL.pack(
                b"PK\3\4",
                _ZIP64 if size >= _FULL_32 else _BASIC,
                _UTF8 | (_DESCRIBED if is_described else 0),
                0,
                clock,
                day,
                0 if is_described else self._crcs[number],
                shown,
                shown,
                len(name),
                len(extra),
            )
            + name
            + extra
        )

    def _tail(self, number: int) -> bytes:
        size = self.members.sizes[number]
        if size <= DESCRIBED_MEMBER:
            return b""
        layout = _DESCRIPTOR_64 if size >= _FULL_32 else _DESCRIPTOR
        return layout.pack(b"PK\7\x08", self._crcs[number], size, size)

    def _ending(self, start: int, stop: int, check: Callable[[], object]) -> Iterator[Piece]:
        starts, begin = self._central_starts, self._members_end
        batch = Batch(start, stop)
        for number in range(bisect_right(starts, start - begin) - 1, len(starts)):
            if begin + starts[number] >= stop:
                break
            if start < begin + self._central_size:
                self._learn(number, check)
                batch.add(begin + starts[number], self._central_entry(number))
            if batch.is_full:
                yield from batch.take()
        batch.add(begin + self._central_size, self._end_records())
        yield from batch.take()

    def _central_entry(self, number: int) -> bytes:
        members = self.members
        size, name, offset = members.sizes[number], members.path(number), self._starts[number]
        long = [size, size] if size >= _FULL_32 else []
        if offset >= _FULL_32:
            long.append(offset)
        clock, day, extra = _times(members.modified[number] // _SECOND)
        if long:
            extra = struct.pack(f"<HH{len(long)}Q", 1, 8 * len(long), *long) + extra
        is_folder = members.is_folder(number)
        mode = members.permissions(number) | (_DIRECTORY if is_folder else _REGULAR)
        is_described = size > DESCRIBED_MEMBER
        return (
            _CENTRAL.pack(
                b"PK\1\2",
                _MADE_ON_UNIX,
                _ZIP64 if long else _BASIC,
                _UTF8 | (_DESCRIBED if is_described else 0),
                0,
                clock,
                day,
                self._crcs[number],
                min(size, _FULL_32),
                min(size, _FULL_32),
                len(name),
                len(extra),
                0,
                0,
                0,
                mode << 16 | (_DOS_DIRECTORY if is_folder else 0),
                min(offset, _FULL_32),
            )
            + name
            + extra
        )

    def _end_records(self) -> bytes:
        count, size, offset = len(self.members), self._central_size, self._members_end
        end = _END.pack(
            b"PK\5\6",
            0,
            0,
            min(count, _FULL_16),
            min(count, _FULL_16),
            min(size, _FULL_32),
            min(offset, _FULL_32),
            0,
        )
        if count < _FULL_16 and size < _FULL_32 and offset < _FULL_32:
            return end
        return (
            _END_64.pack(
                b"PK\6\6",
                _END_64.size - 12,
                _MADE_ON_UNIX,
                _ZIP64,
                0,
                0,
                count,
                count,
                size,
                offset,
            )
            + _LOCATOR_64.pack(b"PK\6\7", 0, offset + size, 1)
            + end
        )

    def _note_content(self, number: int, content: bytearray | memoryview) -> None:
        if not self._has_crc[number] and not self.members.is_folder(number):
            self._note(number, crc32(content, 0))

    def _prepare_head(self, number: int, file: FileResource, check: Callable[[], object]) -> None:
        if self.members.sizes[number] <= DESCRIBED_MEMBER:
            self._prepare_tail(number, file, check)

    def _prepare_tail(self, number: int, file: FileResource, check: Callable[[], object]) -> None:
        if not self._has_crc[number]:
            crc = self._checksums.of(file, check)
            if not file.is_unchanged():
                raise ChangedError.of(file)
            self._note(number, crc)

    def _stretch(self, number: int, file: FileResource, start: int, stop: int) -> Iterator[Piece]:
        if not self._has_crc[number]:
            known = self._checksums.find(file.identity)
            if known is not None:
                self._note(number, known)
            elif (start, stop) == (0, file.size):
                yield from self._read_with_crc(number, file)
                return
        yield from super()._stretch(number, file, start, stop)

    def _read_with_crc(self, number: int, file: FileResource) -> Iterator[memoryview]:
        """Yield a whole file, and compute its CRC on the way: it is read but once."""
        crc = offset = 0
        buffer = memoryview(bytearray(_WINDOW))
        while offset < file.size:
            size = file.read_into(offset, buffer[: file.size - offset])
            if not size:
                raise ChangedError.of(file)
            crc = crc32(buffer[:size], crc)
            offset += size
            yield buffer[:size]
        if not file.is_unchanged():
            raise ChangedError.of(file)
        self._note(number, crc)

    def _learn(self, number: int, check: Callable[[], object]) -> None:
        """See to it that a member's CRC is known."""
        members = self.members
        if self._has_crc[number] or members.is_folder(number):
            return
        if members.is_note(number):
            self._note_content(number, bytearray(members.note))
            return
        known = self._checksums.find(members.identity(number))
        if known is not None:
            self._note(number, known)
            return
        with members.open(number) as file:
            self._prepare_tail(number, file, check)

    def _note(self, number: int, crc: int) -> None:
        self._crcs[number] = crc
        self._has_crc[number] = 1
        if self.members.is_file(number):
            self._checksums.keep(self.members.identity(number), crc)


@functools.lru_cache(4096)
def _times(seconds: int) -> tuple[int, int, bytes]:
    """Return a time since the epoch as DOS's time and date, and as the extended timestamp.

    The first two are this place's, in steps of two seconds; the third is Info-ZIP's field 0x5455,
    or nothing where the time is none that it could hold.
    """
    field = _TIME.pack(0x5455, 5, 1, seconds) if _fits_field(seconds) else b""
    return *_dos_time(seconds), field


def _fits_field(seconds: int) -> bool:
    return -(1 << 31) <= seconds < 1 << 31


def _descriptor_size(size: int) -> int:
    if size <= DESCRIBED_MEMBER:
        return 0
    return _DESCRIPTOR_64.size if size >= _FULL_32 else _DESCRIPTOR.size


def _dos_time(seconds: int) -> tuple[int, int]:
    try:
        year, month, day, hour, minute, second, *_ = time.localtime(seconds)
    except (OSError, OverflowError, ValueError):
        return (0, _FIRST_DATE) if seconds < 0 else (_LAST_TIME, _LAST_DATE)
    if year < 1980:
        return 0, _FIRST_DATE
    if year > 2107:
        return _LAST_TIME, _LAST_DATE
    return (
        hour << 11 | minute << 5 | min(second, 59) // 2,
        (year - 1980) << 9 | month << 5 | day,
    )
