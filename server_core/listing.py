"""The plain page of a directory, as `http.server` has it: names, sizes, dates."""

from __future__ import annotations

import html
import string
import time
from collections.abc import Iterable, Iterator

from server_core.files.directory import DirectoryEntry, DirectoryListing

__all__ = ["LocalDates", "listing_pieces", "quote_names"]

_LISTING = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 1.5rem; }}
table {{ border-collapse: collapse; }}
td {{ padding: .15rem 1.5rem .15rem 0; overflow-wrap: anywhere; }}
td + td {{ white-space: nowrap; text-align: right; opacity: .7; }}
</style>
</head>
<body>
<h1>{title}</h1>
<table>
"""
_LISTING_END = "</table>\n</body>\n</html>\n"
# The one character, but for NUL, that no name has: many names are one text with it between them.
_BETWEEN = "/"
_PLAIN = f"{string.ascii_letters}{string.digits}_.-~{_BETWEEN}".encode()
"""The characters of names that stand in a URL as they are (RFC 3986 section 2.3)."""
_DAY = 86400
_MOST_DAYS = 1024


def listing_pieces(
    path: str, listing: DirectoryListing, *, details: bool = True
) -> Iterator[bytes]:
    """Yield the page of the directory at the decoded URL path `path`, in UTF-8.

    Its beginning comes before the directory is read. Names that are not UTF-8 stand in it byte for
    byte, and every link leads back to its entry. Raises OSError where the directory cannot be read.
    """
    title = f"Directory listing for {html.escape(path, quote=False)}"
    yield _encode(_LISTING.format(title=title))
    dates = LocalDates() if details else None
    for entries in listing.entries(listing.names(), details=details):
        yield _encode(_rows(entries, dates))
    yield _encode(_LISTING_END)


def _rows(entries: list[DirectoryEntry], dates: LocalDates | None) -> str:
    if not entries:
        return ""
    block = _BETWEEN.join([entry.name for entry in entries])
    links = quote_names(block).split(_BETWEEN)
    names = html.escape(block, quote=False).split(_BETWEEN)
    shown = [
        # HTML lets the ends of rows and cells be left out, which are a sixth of such a page.
        f'<tr><td><a href="{link}/">{name}{"@" if entry.is_link else "/"}</a>'
        if entry.is_directory
        else f'<tr><td><a href="{link}">{name}{"@" if entry.is_link else ""}</a>'
        for entry, link, name in zip(entries, links, names, strict=True)
    ]
    if dates is None:
        rows = [f"{row}\n" for row in shown]
    else:
        moments = dates.texts([entry.modified for entry in entries])
        rows = [
            f"{row}<td>{'' if entry.is_directory else f'{entry.size:,}'}<td>{moment}\n"
            for row, entry, moment in zip(shown, entries, moments, strict=True)
        ]
    return "".join(rows)


def quote_names(block: str) -> str:
    """Return names, with slashes between them, as they stand in a URL.

    As urllib.parse.quote does it, but with a step for each character that has to be quoted and
    occurs, not with one for each character.
    """
    octets = block.encode("utf-8", "surrogatepass")
    quoted = set(octets.translate(None, _PLAIN))
    if ord("%") in quoted:  # before it is the beginning of others
        octets = octets.replace(b"%", b"%25")
    for octet in quoted - {ord("%")}:
        octets = octets.replace(bytes((octet,)), b"%%%02X" % octet)
    return octets.decode("ascii")


class LocalDates:
    """Dates and times as text, in the time zone of this computer.

    The zone is asked once for a day, since asking takes longer than all else; but for every moment
    of a day on which the clocks are changed.
    """

    def __init__(self) -> None:
        self._offsets = _Offsets()
        self._dates = _Dates()
        self._times = _Times()

    def texts(self, timestamps: Iterable[float]) -> list[str]:
        """Return each as a date and a time, to the minute; empty where no calendar has it."""
        offsets, dates, times = self._offsets, self._dates, self._times
        found = []
        for timestamp in timestamps:
            second = int(timestamp)
            try:
                local = second + offsets[second // _DAY]
                found.append(f"{dates[local // _DAY]} {times[local % _DAY // 60]}")
            except KeyError:
                found.append(_local_time(second))
        return found


class _Offsets(dict[int, int]):
    """Seconds by which local time is ahead of UTC, by the day in UTC, where it is one number."""

    def __missing__(self, day: int) -> int:
        try:
            begins = time.localtime(day * _DAY).tm_gmtoff
            ends = time.localtime(day * _DAY + _DAY - 1).tm_gmtoff
        except (ValueError, OverflowError, OSError):
            raise KeyError(day) from None
        if begins != ends:
            raise KeyError(day)
        if len(self) >= _MOST_DAYS:
            self.clear()
        self[day] = begins
        return begins


class _Dates(dict[int, str]):
    """Dates, by the number of days since the epoch."""

    def __missing__(self, day: int) -> str:
        if len(self) >= _MOST_DAYS:
            self.clear()
        date = self[day] = time.strftime("%Y-%m-%d", time.gmtime(day * _DAY))
        return date


class _Times(dict[int, str]):
    """Times, by the minute of the day."""

    def __missing__(self, minute: int) -> str:
        time_of_day = self[minute] = f"{minute // 60:02}:{minute % 60:02}"
        return time_of_day


def _local_time(second: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(second))
    except (ValueError, OverflowError, OSError):  # a file may have any time, even the year 100000
        return ""


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
