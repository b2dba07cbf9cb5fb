"""The plain page of a directory, as `http.server` has it: names, sizes, dates."""

from __future__ import annotations

import html
import string
from collections.abc import Iterator

from server_core.dates import LocalDates
from server_core.files.directory import DirectoryEntry, DirectoryListing

__all__ = ["listing_pieces", "quote_names"]

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
    links = quote_names(block.encode("utf-8", "surrogatepass")).split(_BETWEEN)
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


def quote_names(octets: bytes) -> str:
    """Return names, encoded and with slashes between them, as they stand in a URL.

    As urllib.parse.quote does it, but with a step for each character that has to be quoted and
    occurs, not with one for each character.
    """
    quoted = set(octets.translate(None, _PLAIN))
    if ord("%") in quoted:  # before it is the beginning of others
        octets = octets.replace(b"%", b"%25")
    for octet in quoted - {ord("%")}:
        octets = octets.replace(bytes((octet,)), b"%%%02X" % octet)
    return octets.decode("ascii")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
