"""An archive of a folder as a plan: how long it is, and any stretch of it, with no copy of it."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import ClassVar, Final

from server_core.files.members import ChangedError, MemberReader, Members
from server_core.files.resource import FileBody, FileResource, Piece

__all__ = ["BATCH", "SMALL_MEMBER", "Archive", "Batch"]

SMALL_MEMBER: Final = 262144
"""Bytes up to which a file is read into memory, and leaves together with those beside it."""
BATCH: Final = 524288
"""Bytes that leave at a time, where files are small."""
_ROOM = BATCH + SMALL_MEMBER + (128 << 10)
"""Bytes; with all that is added between two looks whether it is full."""
_STRETCH: Final = 64 << 20
"""Bytes of a file after which is looked whether it has changed."""
_COLUMNS = 78
"""Bytes of memory that a member takes, beside its name."""


class Batch:
    """Collects bytes that are to leave together, of those between two offsets.

    They are in one buffer, which is used again: a piece holds until the next one is asked for.
    """

    def __init__(self, start: int, stop: int) -> None:
        self._start = start
        self._stop = stop
        self._buffer = memoryview(b"")
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether there is enough to be sent."""
        return self._size >= BATCH

    def holds_all(self, start: int, stop: int) -> bool:
        """Return whether everything between these offsets is wanted."""
        return self._start <= start and stop <= self._stop

    def room(self, size: int) -> memoryview:
        """Return where so many bytes are to be written, all of which are wanted.

        No more than a member's head and content may be asked for before it `is_full` is asked.
        """
        if not self._buffer:
            self._buffer = memoryview(bytearray(_ROOM))  # late: a large file needs none
        begin = self._size
        self._size += size
        return self._buffer[begin : self._size]

    def add(self, offset: int, *parts: bytes) -> None:
        """Add what of the parts, of which the first begins at `offset`, is wanted."""
        start, stop = self._start, self._stop
        for part in parts:
            end = offset + len(part)
            if offset < start or end > stop:
                part = part[max(0, start - offset) : max(0, stop - offset)]
            if part:
                self.room(len(part))[:] = part
            offset = end

    def take(self) -> Iterator[memoryview]:
        """Yield what has been collected, if anything has."""
        if self._size:
            piece = self._buffer[: self._size]
            self._size = 0
            yield piece


class Archive(ABC):
    """Members one after the other, each with a head before its content and a tail after it.

    Where each begins is known from the start, and thereby where everything is. Safe to use from
    several threads at a time.
    """

    media_type: ClassVar[str]
    extension: ClassVar[str]
    size: int
    """Bytes."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.is_outdated = False
        """Whether a file was found to have changed, so that no stretch with it can be made."""
        self._starts = array("Q")
        self._members_end = 0
        self._lay_out()
        self.etag = self._strong_etag()

    @property
    def memory(self) -> int:
        """Bytes of memory that it takes, about."""
        return len(self.members) * _COLUMNS + self.members.memory

    def pieces(self, start: int, stop: int, check: Callable[[], object]) -> Iterator[Piece]:
        """Yield the bytes from `start` to `stop`; nothing before them is made.

        A FileBody is to be sent before the next piece is taken, which closes its file. `check` is
        called again and again where files have to be read before anything can be yielded; what it
        raises ends the work. Raises OSError, a ChangedError or one of reading, where a file is not
        any more what it was: what was sent then is of no use.
        """
        try:
            if start < min(stop, self._members_end):
                yield from self._of_members(start, min(stop, self._members_end), check)
            if stop > self._members_end:
                yield from self._ending(max(start, self._members_end), stop, check)
        except OSError:
            self.is_outdated = True
            raise

    @abstractmethod
    def _lay_out(self) -> None:
        """Set `_starts` of every member, `_members_end` and `size`."""

    @abstractmethod
    def _head(self, number: int) -> bytes:
        """Return what stands before a member's content."""

    @abstractmethod
    def _tail(self, number: int) -> bytes:
        """Return what stands after it."""

    @abstractmethod
    def _tail_size(self, number: int) -> int:
        """Return how long that is, in bytes."""

    @abstractmethod
    def _ending(self, start: int, stop: int, check: Callable[[], object]) -> Iterator[Piece]:
        """Yield what stands after all members, between two offsets in the archive."""

    def _note_content(self, number: int, content: bytearray | memoryview) -> None:
        """Take note of a member's whole content; here, of nothing."""
        del number, content

    def _prepare_head(self, number: int, file: FileResource, check: Callable[[], object]) -> None:
        """Do what has to be done with a file before `_head` is asked for; here, nothing."""
        del number, file, check

    def _prepare_tail(self, number: int, file: FileResource, check: Callable[[], object]) -> None:
        """Do what has to be done with a file before `_tail` is asked for; here, nothing."""
        del number, file, check

    def _stretch(self, number: int, file: FileResource, start: int, stop: int) -> Iterator[Piece]:
        """Yield a stretch of a file that is a member."""
        del number
        while start < stop:
            end = min(stop, start + _STRETCH)
            yield FileBody(file, start, end, owns=False)
            _refuse_changed(file)
            start = end

    def _of_members(self, start: int, stop: int, check: Callable[[], object]) -> Iterator[Piece]:
        members, starts = self.members, self._starts
        sizes = members.sizes
        batch = Batch(start, stop)
        with contextlib.closing(MemberReader(members)) as reader:
            for number in range(bisect_right(starts, start) - 1, len(starts)):
                if starts[number] >= stop:
                    break
                if sizes[number] > SMALL_MEMBER:
                    yield from self._of_large(number, batch, start, stop, check)
                    continue
                self._small(number, batch, reader)
                if batch.is_full:
                    yield from batch.take()
        yield from batch.take()

    def _small(self, number: int, batch: Batch, reader: MemberReader) -> None:
        """Add a folder, a note or a file that fits into memory."""
        members, first, size = self.members, self._starts[number], self.members.sizes[number]
        end = self._end(number)
        if members.is_file(number) and batch.holds_all(first, end):
            # The head, in which there may be what is computed from the content, stands before it.
            room = batch.room(end - first - self._tail_size(number))
            head = len(room) - size
            content = room[head:]
            reader.read_into(number, content)
            self._note_content(number, content)
            room[:head] = self._head(number)
            batch.add(first + len(room), self._tail(number))
            return
        data = bytearray(members.note) if members.is_note(number) else bytearray(size)
        if members.is_file(number):
            reader.read_into(number, memoryview(data))
        self._note_content(number, data)
        batch.add(first, self._head(number), bytes(data), self._tail(number))

    def _end(self, number: int) -> int:
        following = number + 1
        return self._members_end if following == len(self._starts) else self._starts[following]

    def _of_large(
        self, number: int, batch: Batch, start: int, stop: int, check: Callable[[], object]
    ) -> Iterator[Piece]:
        first, size = self._starts[number], self.members.sizes[number]
        end = self._end(number)
        tail_at = end - self._tail_size(number)
        content_at = tail_at - size
        with self.members.open(number) as file:
            if start < content_at:
                self._prepare_head(number, file, check)
                batch.add(first, self._head(number))
                yield from batch.take()
            skipped = max(0, start - content_at)
            yield from self._stretch(number, file, skipped, min(size, stop - content_at))
            if tail_at < stop and tail_at < end:
                self._prepare_tail(number, file, check)
                _refuse_changed(file)
                batch.add(tail_at, self._tail(number))

    def _strong_etag(self) -> str:
        import hashlib  # late: OpenSSL comes with it

        digest = hashlib.blake2b(self.extension.encode(), digest_size=16)
        for part in self.members.fingerprint():
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return f'"{digest.hexdigest()}"'


def _refuse_changed(file: FileResource) -> None:
    if not file.is_unchanged():
        raise ChangedError.of(file)
