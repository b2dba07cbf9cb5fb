"""The request log as a file: CSV for spreadsheets, or the Common Log Format for log tools."""

from __future__ import annotations

import contextlib
import csv
import os
import secrets
import time
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import Final, TextIO

from app.models.device_name import device_name
from server_core.events import RequestFinished

__all__ = ["LogFormat", "export_log", "write_common_log", "write_csv"]

_HEADER: Final = (
    "time",
    "address",
    "device",
    "method",
    "target",
    "version",
    "status",
    "bytes",
    "seconds",
    "complete",
    "user agent",
    "referer",
)
# What a spreadsheet may take for the beginning of a formula.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
# The format has English months, whatever the language of the computer.
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]


class LogFormat(Enum):
    """The forms a log is written in; the value is the usual end of the file's name."""

    CSV = ".csv"
    COMMON = ".log"


def export_log(path: str, log_format: LogFormat, events: Iterable[RequestFinished]) -> None:
    """Write `events` to `path`, which holds either all of them or what it held before.

    Raises OSError where the file cannot be written.
    """
    write = write_csv if log_format is LogFormat.CSV else write_common_log
    directory = os.path.dirname(path) or os.curdir
    unfinished = os.path.join(directory, f".folderport-{secrets.token_hex(8)}.part")
    # Excel takes a CSV file without the mark for the local code page.
    encoding = "utf-8-sig" if log_format is LogFormat.CSV else "utf-8"
    try:
        # Made anew, with the permissions that every new file of this person gets.
        with open(
            unfinished, "x", encoding=encoding, errors="backslashreplace", newline=""
        ) as stream:
            write(events, stream)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise


def write_csv(events: Iterable[RequestFinished], stream: TextIO) -> None:
    """Write a header and one record for each event (RFC 4180), formulas made harmless."""
    writer = csv.writer(stream)
    writer.writerow(_HEADER)
    writer.writerows(_csv_record(event) for event in events)


def write_common_log(events: Iterable[RequestFinished], stream: TextIO) -> None:
    """Write one line for each event, as web servers do: host, time, request, status, bytes."""
    for event in events:
        request = f"{event.method} {event.target} {event.version}".rstrip()
        stream.write(
            f"{_bare(event.client_host)} - - [{_log_time(int(event.finished_at))}]"
            f' "{_quoted(request)}" {event.status} {event.body_bytes or "-"}\n'
        )


def _csv_record(event: RequestFinished) -> tuple[str, ...]:
    return (
        _csv_time(int(event.finished_at)),
        _harmless(event.client_host),
        _harmless(device_name(event.user_agent, event.client_host)),
        _harmless(event.method),
        _harmless(event.target),
        _harmless(event.version),
        str(event.status),
        str(event.body_bytes),
        f"{event.duration:.6f}",
        "yes" if event.complete else "no",
        _harmless(event.user_agent),
        _harmless(event.referer),
    )


def _harmless(text: str) -> str:
    """Return `text` as a spreadsheet shows it; an apostrophe before it says that it is a text."""
    if text[:1].isalnum() and text.isprintable():
        return text
    shown = _escaped(text)
    # A text that a space leads is trimmed by some programs before they look for a formula.
    return f"'{shown}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else shown


def _quoted(text: str) -> str:
    return _escaped(text.replace("\\", "\\\\")).replace('"', '\\"')


def _bare(text: str) -> str:
    return _escaped(text).replace(" ", "") or "-"


def _escaped(text: str) -> str:
    """Return `text` with all but plain characters escaped: they could forge a line or a field.

    Stricter than what is shown to people, which keeps the spaces and joiners that scripts need.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


# A busy server answers thousands of requests in the same second.
@lru_cache(maxsize=64)
def _csv_time(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(moment))


@lru_cache(maxsize=64)
def _log_time(moment: int) -> str:
    local = time.localtime(moment)
    return time.strftime(f"%d/{_MONTHS[local.tm_mon - 1]}/%Y:%H:%M:%S %z", local)
