"""Conditional requests: RFC 9110 section 13, with the dates of section 5.6.7."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from server_core.protocol.headers import Fields
from server_core.protocol.request import values_of

__all__ = [
    "DAYS",
    "MONTHS",
    "Precondition",
    "Validators",
    "evaluate",
    "format_http_date",
    "if_range_holds",
    "parse_http_date",
    "strong_etag",
]

_ENTITY_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_FIELD_LIMIT = 8192
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Not as the language of this computer has them.
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_FIRST_SECOND = -62135596800  # year 1
_LAST_SECOND = 253402300799  # year 9999


class Precondition(Enum):
    """What the conditions of a request ask for."""

    HOLDS = "answer as if there were no condition"
    NOT_MODIFIED = "304"
    FAILED = "412"


class Validators(NamedTuple):
    """What tells one state of a representation from another."""

    etag: str
    """A strong entity tag, with its quotes."""
    last_modified: float | None
    """Seconds since the epoch; sent and compared in whole seconds. None where no time tells."""


def strong_etag(*identity: int) -> str:
    """Return an entity tag that changes whenever one of the numbers does."""
    return '"' + "-".join(f"{number:x}" for number in identity) + '"'


def format_http_date(timestamp: float) -> str:
    """Return a time in seconds since the epoch as an IMF-fixdate.

    A file may have any time; what has no four-digit year is given as the nearest that has.
    """
    return _imf_fixdate(math.floor(min(max(timestamp, _FIRST_SECOND), _LAST_SECOND)))


@functools.lru_cache(maxsize=512)
def _imf_fixdate(seconds: int) -> str:
    at = _EPOCH + timedelta(seconds=seconds)
    day, month = DAYS[at.weekday()], MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year:04} {at:%H:%M:%S} GMT"


def parse_http_date(value: str) -> int | None:
    """Return the seconds since the epoch of a date in any of HTTP's forms, None if it is none."""
    if len(value) > 64:
        return None
    import email.utils  # late: no first request of a client has a date to be compared with

    try:
        parts = email.utils.parsedate_tz(value)
        if parts is None or parts[9] not in (0, None):
            return None
        return (datetime(*parts[:6], tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError, IndexError, TypeError):  # as the parser trips over nonsense
        return None


def evaluate(fields: Fields, validators: Validators) -> Precondition:
    """Evaluate the conditions of a GET or HEAD in the order of RFC 9110 section 13.2.2.

    `If-None-Match: *` is answered like a request without conditions: http.server does so, and no
    client asks it of a GET.
    """
    if_match = values_of(fields, "if-match")
    if if_match:
        if not _matches(if_match, validators.etag, strong=True):
            return Precondition.FAILED
    elif validators.last_modified is not None:
        unmodified_since = _date_of(fields, "if-unmodified-since")
        if unmodified_since is not None and math.floor(validators.last_modified) > unmodified_since:
            return Precondition.FAILED
    if_none_match = values_of(fields, "if-none-match")
    if if_none_match:
        if if_none_match != ["*"] and _matches(if_none_match, validators.etag, strong=False):
            return Precondition.NOT_MODIFIED
        return Precondition.HOLDS
    if validators.last_modified is None:
        return Precondition.HOLDS
    modified_since = _date_of(fields, "if-modified-since")
    if modified_since is not None and math.floor(validators.last_modified) <= modified_since:
        return Precondition.NOT_MODIFIED
    return Precondition.HOLDS


def if_range_holds(fields: Fields, validators: Validators) -> bool:
    """Return whether a Range field may be honoured (RFC 9110 section 13.1.5).

    True where there is no If-Range, or where it names this very state: strongly by its tag, or by
    a date equal to Last-Modified.
    """
    values = values_of(fields, "if-range")
    if not values:
        return True
    if len(values) > 1:
        return False
    if '"' in values[0]:
        return values[0] == validators.etag
    if validators.last_modified is None:
        return False
    return parse_http_date(values[0]) == math.floor(validators.last_modified)


def _matches(values: Sequence[str], etag: str, *, strong: bool) -> bool:
    if list(values) == ["*"]:
        return True
    if sum(map(len, values)) > _FIELD_LIMIT:
        return False
    # Comparison: RFC 9110 section 8.8.3.2. Ours is strong, so only theirs can be weak.
    return any(
        tag == etag and not (strong and weak)
        for value in values
        for weak, tag in _ENTITY_TAG.findall(value)
    )


def _date_of(fields: Fields, name: str) -> int | None:
    values = values_of(fields, name)
    return parse_http_date(values[0]) if len(values) == 1 else None
