"""The plain page of a directory, as `http.server` has it: names, sizes, dates."""

from __future__ import annotations

import html
import time
import urllib.parse
from collections.abc import Iterable

from server_core.files.directory import DirectoryEntry

__all__ = ["listing_page"]

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
_LISTING_ROW = '<tr><td><a href="{href}">{name}</a></td><td>{size}</td><td>{date}</td></tr>\n'
_LISTING_END = "</table>\n</body>\n</html>\n"


def listing_page(path: str, entries: Iterable[DirectoryEntry]) -> bytes:
    """Return the page of the directory at the decoded URL path `path`, in UTF-8.

    Names that are not UTF-8 stand in it byte for byte, and every link leads back to its entry.
    """
    parts = [_LISTING.format(title=f"Directory listing for {html.escape(path, quote=False)}")]
    for entry in entries:
        suffix = "/" if entry.is_directory else ""
        parts.append(
            _LISTING_ROW.format(
                href=urllib.parse.quote(entry.name + suffix, errors="surrogatepass"),
                name=html.escape(entry.name + ("@" if entry.is_link else suffix), quote=False),
                size="" if entry.is_directory else f"{entry.size:,}",
                date=_local_time(entry.modified),
            )
        )
    parts.append(_LISTING_END)
    return "".join(parts).encode("utf-8", "surrogateescape")


def _local_time(timestamp: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(timestamp))
    except (ValueError, OverflowError, OSError):  # a file may have any time, even the year 100000
        return ""
