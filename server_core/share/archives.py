"""Archives of a share's folders: which is asked for, those that are kept, and their bodies."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import NamedTuple

from server_core.errors import ConnectionLostError
from server_core.files.archive import Archive
from server_core.files.checksums import Checksums
from server_core.files.gathering import Gathering, NoteText, TooMuchError
from server_core.files.members import ChangedError
from server_core.files.resource import Piece, is_reserved_segment
from server_core.files.tar_archive import TarArchive
from server_core.files.zip_archive import ZipArchive
from server_core.nonblocking import has_ended
from server_core.parts import PiecedBody
from server_core.protocol.multipart import MultipartRanges
from server_core.protocol.ranges import ByteRange

__all__ = [
    "FORMATS",
    "ArchiveBody",
    "Archives",
    "WantedArchive",
    "address_of",
    "presence_check",
    "selection_of",
]

FORMATS = ("zip", "tar")
"""The parameters that ask for an archive, after what it is."""
_LONGEST_ADDRESS = 4096


class WantedArchive(NamedTuple):
    """Which archive of a share is asked for."""

    kind: str
    """One of FORMATS."""
    root: str
    segments: tuple[str, ...]
    """The names of the folders on the way from the shared one."""
    name: str
    """What the folder is called in the archive."""
    selected: tuple[str, ...] | None
    """The entries of the folder that are to be in it; None for all."""
    note: NoteText
    hidden: bool
    may_leave: bool


class _Kept(NamedTuple):
    archive: Archive
    began: float


class Archives:
    """The archives that were asked for lately; safe to use from any thread.

    What is kept is where everything is in them, so that the requests for parts of one do not search
    its folder each. An archive is given again only while no file in it was found changed.
    """

    lifetime = 1.0
    """Seconds for which one is given again as a whole, from when its folder began to be read."""
    lifetime_of_parts = 60.0
    """The same where a part of it is asked for: the others may be on the disk of the client."""
    max_bytes = 32 << 20
    """Most bytes of memory of all that are kept."""
    most_archives = 16
    """Most archives that are kept."""
    longest_search = 60.0
    """Seconds for which a folder is searched; what takes longer is too much."""
    steady_after = 60.0
    """Seconds for which a file that changed under an archive, and once more, is left out.

    Who tries again would get no whole archive as long as it is being written.
    """
    most_changing = 1024
    """Most files of which it is known that they changed so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[WantedArchive, _Kept] = {}
        self._checksums = Checksums()
        self._changing: dict[tuple[int, int], tuple[int, int]] = {}

    def find(self, wanted: WantedArchive, *, is_part: bool, check: Callable[[], object]) -> Archive:
        """Return an archive, laid out now or a short time ago.

        `check` is called again and again; what it raises ends the work. Raises OSError and
        TooMuchError as Gathering does.
        """
        lifetime = self.lifetime_of_parts if is_part else self.lifetime
        kept = self._kept.get(wanted)
        began = time.monotonic()
        if kept and began - kept.began <= lifetime and not kept.archive.is_outdated:
            return kept.archive

        def in_time() -> None:
            check()
            if time.monotonic() - began > self.longest_search:
                raise TooMuchError("the folder cannot be searched in time")

        gathering = Gathering(
            wanted.root,
            wanted.note,
            hidden=wanted.hidden,
            may_leave=wanted.may_leave,
            is_changing=self._is_changing,
        )
        members = gathering.members(
            wanted.segments, wanted.name, selected=wanted.selected, check=in_time
        )
        archive: Archive
        if wanted.kind == "zip":
            archive = ZipArchive(members, self._checksums)
        else:
            archive = TarArchive(members)
        self._keep(wanted, _Kept(archive, began))
        return archive

    def note_change(self, status: os.stat_result) -> None:
        """Take note of what a file was when it had changed while an archive was sent."""
        file = (status.st_dev, status.st_ino)
        with self._lock:
            self._changing.pop(file, None)
            self._changing[file] = (status.st_size, status.st_mtime_ns)  # the newest comes last
            if len(self._changing) > self.most_changing:
                del self._changing[next(iter(self._changing))]

    def _is_changing(self, status: os.stat_result) -> bool:
        noted = self._changing.get((status.st_dev, status.st_ino))
        return (
            noted is not None
            and noted != (status.st_size, status.st_mtime_ns)
            and time.time() - status.st_mtime < self.steady_after
        )

    def _keep(self, wanted: WantedArchive, kept: _Kept) -> None:
        with self._lock:
            oldest = time.monotonic() - self.lifetime_of_parts
            for key, other in list(self._kept.items()):
                if other.began < oldest or other.archive.is_outdated:
                    del self._kept[key]
            self._kept.pop(wanted, None)
            self._kept[wanted] = kept  # the newest comes last
            size = sum(other.archive.memory for other in self._kept.values())
            while size > self.max_bytes or len(self._kept) > self.most_archives:
                size -= self._kept.pop(next(iter(self._kept))).archive.memory


class ArchiveBody(PiecedBody):
    """The bytes of an answer with an archive or parts of it, made while they are sent.

    Raises ConnectionLostError where a file is not what it was: all that is left is to end the
    connection, so that nobody takes what came for a whole archive.
    """

    def __init__(
        self,
        archive: Archive,
        wanted: ByteRange | MultipartRanges,
        check: Callable[[], object],
        note_change: Callable[[os.stat_result], object],
    ) -> None:
        """Take what of an archive is wanted, and who is told what a changed file was by then."""
        self._archive = archive
        self._wanted = wanted
        self._check = check
        self._note_change = note_change
        self._made: Generator[Piece] | None = None
        super().__init__(len(wanted))

    def pieces(self) -> Iterator[Piece]:
        """Yield what the body is made of, in order."""
        self._made = self._pieces()
        return self._made

    def close(self) -> None:
        """Close the stream and the file that was being sent."""
        if self._made is not None:
            self._made.close()
        super().close()

    def _pieces(self) -> Generator[Piece]:
        wanted = self._wanted
        if isinstance(wanted, ByteRange):
            yield from self._stretch(wanted)
            return
        for part in wanted.parts:
            yield wanted.head(part)
            yield from self._stretch(part)
        yield wanted.tail

    def _stretch(self, part: ByteRange) -> Iterator[Piece]:
        made = self._archive.pieces(part.start, part.stop, self._check)
        try:
            yield from made
        except ConnectionLostError:
            raise
        except OSError as error:
            if isinstance(error, ChangedError):
                self._note_change(error.status)
            raise ConnectionLostError(f"no whole archive can be sent: {error}") from error


def selection_of(parameters: dict[str, list[str]]) -> tuple[str, ...] | None:
    """Return the names that decoded parameters select; None where they select nothing.

    A `name` is one as it is, an `href` as it is in the links of the folder's page. Raises
    FileNotFoundError for what no file can be called.
    """
    names = [*parameters.get("name", ()), *map(_name_of, parameters.get("href", ()))]
    if not all(map(_is_name, names)):
        raise FileNotFoundError("not a name")
    return tuple(sorted(set(names))) or None


def address_of(path: str, kind: str, hrefs: Sequence[str]) -> str | None:
    """Return the address of an archive of a selection; None where it would be too long."""
    query = "&".join(f"href={urllib.parse.quote(os.fsencode(href), safe='')}" for href in hrefs)
    # Two slashes, or what a browser takes for them, would begin the name of another host.
    local = "/" + path.replace("\\", "%5C").lstrip("/")
    address = f"{local}?{kind}&{query}"
    return address if len(address) < _LONGEST_ADDRESS else None


def presence_check(
    sock: socket.socket, pause: Callable[[], object] | None = None
) -> Callable[[], None]:
    """Return what raises ConnectionLostError where nobody waits at the other end any more.

    Before it looks, it does what a connection's `pause` does.
    """

    def check() -> None:
        if pause is not None:
            pause()
        if has_ended(sock):
            raise ConnectionLostError("the client left while its archive was made")

    return check


def _is_name(name: str) -> bool:
    """Return whether this names an entry of a folder, and no way to anywhere else."""
    if os.name == "nt" and is_reserved_segment(name):
        return False  # a drive, or another computer, to which only looking there tells who we are
    return name not in ("", os.curdir, os.pardir) and "/" not in name and "\0" not in name


def _name_of(href: str) -> str:
    with contextlib.suppress(UnicodeEncodeError):
        octets = urllib.parse.unquote_to_bytes(os.fsencode(href))
        return os.fsdecode(octets.removeprefix(b"./").removesuffix(b"/"))
    return ""
