"""Answers that can be given again, to requests like those they were given to.

An answer of the handler is kept beside what it depends on: the request line, and those header
fields that a folder's answers depend on. A request that agrees with it in both is answered with the
same bytes, but for the date, without the handler. What is a valid head is decided where the handler
decides it, and what the answer is was decided by the handler itself.
"""

from __future__ import annotations

import io
import os
import threading
import time
import weakref
from typing import NamedTuple

from server_core.errors import ConnectionLostError, RequestError
from server_core.protocol.headers import Fields
from server_core.protocol.request_head import read_head
from server_core.transfers import SMALL_BODY

__all__ = [
    "PreparedAnswer",
    "PreparedAnswers",
    "RequestFields",
    "file_identity",
    "file_place",
    "is_repeatable",
    "is_unchanged",
]

_DECIDING = frozenset(
    {
        "accept-encoding",
        "connection",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-unmodified-since",
    }
)
"""The fields on which the answer depends that a folder's file gets, Range and If-Range apart."""
_EXCLUDED = frozenset(
    {"content-length", "expect", "if-range", "range", "transfer-encoding", "upgrade"}
)
"""Fields of requests that are left to the handler."""
# What socketserver has, and is not defined anew here, may be overridden as well.
_OUR_MODULES = frozenset({__name__.partition(".")[0], "socketserver"})
_LONGEST_LINE = 2048
_LONGEST_FIELDS = 4096
_MOST_FIELDS = 1024
_MOST_LINES = 4096
_ANSWERS_PER_LINE = 8
_HTTP_1_1 = (1, 1)

Deciding = tuple[tuple[str, str], ...]


class RequestFields(NamedTuple):
    """What is known of a request's header section that was seen before."""

    deciding: Deciding
    user_agent: str
    referer: str


class PreparedAnswer:
    """An answer to give again, and what is told of it."""

    def __init__(
        self,
        *,
        before_date: bytes,
        after_date: bytes,
        body_bytes: int,
        status: int,
        closes: bool,
        method: str,
        target: str,
        version: str,
        log_tail: str,
        path: str,
        place: tuple[str, str],
        identity: tuple[int, ...],
        checked: float,
    ) -> None:
        self.before_date = before_date
        """The head up to the value of Date."""
        self.after_date = after_date
        """The rest of the head, and the body."""
        self.body_bytes = body_bytes
        self.status = status
        self.closes = closes
        """Whether the connection closes after it."""
        self.method = method
        self.target = target
        self.version = version
        self.log_tail = log_tail
        """What the log's line says after the time."""
        self.path = path
        """The file's."""
        self.place = place
        """Where that path led to."""
        self.identity = identity
        """What tells this state of the file from others."""
        self.checked = checked
        """When the file was last looked at, in seconds on the monotonic clock."""
        self.whole = b""
        """All of it with the date of `second`."""
        self.second = 0

    def bytes_at(self, second: int, date: bytes) -> bytes:
        """Return the whole answer, with `date` as the value of Date in this `second`."""
        if second != self.second:
            self.whole = b"".join((self.before_date, date, self.after_date))
            self.second = second
        return self.whole

    def still_holds(self, now: float) -> bool:
        """Look at the file, and return whether it is unchanged; takes as long as its drive does."""
        try:
            holds = file_identity(os.stat(self.path)) == self.identity
            holds = holds and file_place(self.path) == self.place
        except (OSError, ValueError):
            return False
        if holds:
            self.checked = now
        return holds


class PreparedAnswers:
    """The answers of one server that can be given again; bounded, and dropped oldest first.

    `find` is for one thread at a time, the one that receives; `store` and `is_wanted` are for any.
    """

    lifetime = 0.1
    """Seconds after which the file is looked at again before the answer is given."""
    settling = 2.0
    """Seconds for which a file must have been left alone, so that its next change has another time.

    Times have steps, of 2 s on FAT: a file that is written to twice in one looks the same.
    """
    max_file = SMALL_BODY
    """Largest body, in bytes, that is kept."""
    max_bytes = 32 << 20
    """Most bytes that all answers together take, in two copies each, one of them with a date."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_line: dict[bytes, dict[Deciding, PreparedAnswer]] = {}
        self._known_fields: dict[bytes, RequestFields | None] = {}
        self._asked_before: dict[bytes, None] = {}
        self._bytes = 0

    def find(self, head: bytes) -> tuple[PreparedAnswer, RequestFields] | None:
        """Return the answer to a request of which `head` is all; None leaves it to the handler.

        It may be given if it was checked within `lifetime`, or if `still_holds` says so.
        """
        end = head.find(b"\n") + 1
        answers = self._by_line.get(head[:end])
        if answers is None:
            return None
        section = head[end:]
        fields = self._known_fields.get(section)
        if fields is None:
            fields = self._learn(section)
            if fields is None:
                return None
        answer = answers.get(fields.deciding)
        if answer is None:
            return None
        return answer, fields

    def is_settled(self, status: os.stat_result) -> bool:
        """Return whether any later change of a file will show in its status."""
        changed = status.st_mtime if os.name == "nt" else status.st_ctime
        return time.time() - changed >= self.settling

    def is_wanted(self, line: bytes) -> bool:
        """Return whether the answer to this request line is worth keeping: it was asked before."""
        if len(line) > _LONGEST_LINE:
            return False
        with self._lock:
            if line in self._asked_before:
                return True
            self._asked_before[line] = None
            if len(self._asked_before) > _MOST_LINES:
                del self._asked_before[next(iter(self._asked_before))]
        return False

    def store(self, line: bytes, fields: Fields, answer: PreparedAnswer) -> None:
        """Keep the answer to a request, unless that is longer than any that is looked for."""
        deciding = _deciding_fields(fields)
        if _length(deciding) > _LONGEST_FIELDS:
            return
        with self._lock:
            answers = self._by_line.pop(line, {})
            if deciding not in answers and len(answers) >= _ANSWERS_PER_LINE:
                self._remove(answers, next(iter(answers)))
            self._remove(answers, deciding)
            answers[deciding] = answer
            self._by_line[line] = answers  # the newest comes last
            self._bytes += _size(deciding, answer)
            while self._bytes > self.max_bytes or len(self._by_line) > _MOST_LINES:
                dropped = self._by_line.pop(next(iter(self._by_line)))
                for key in list(dropped):
                    self._remove(dropped, key)

    def _remove(self, answers: dict[Deciding, PreparedAnswer], deciding: Deciding) -> None:
        answer = answers.pop(deciding, None)
        if answer is not None:
            self._bytes -= _size(deciding, answer)

    def _learn(self, section: bytes) -> RequestFields | None:
        if len(section) > _LONGEST_FIELDS or section in self._known_fields:
            return None
        known = _request_fields(section)
        self._known_fields[section] = known
        if len(self._known_fields) > _MOST_FIELDS:
            del self._known_fields[next(iter(self._known_fields))]
        return known


def file_identity(status: os.stat_result) -> tuple[int, ...]:
    """Return what changes with a file's bytes, and with who may read them."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def file_place(path: str) -> tuple[str, str]:
    """Return where a path leads to, and from where it is seen.

    A file may stay what it is while a folder above it moves away and leaves a link behind.
    """
    try:
        current = os.getcwd()
    except OSError:  # it is gone
        current = ""
    return current, os.path.realpath(path)


def is_unchanged(owner: type, *names: str) -> bool:
    """Return whether a class has these methods, or all of them, as this package defines them.

    Methods that it adds do not count.
    """
    known = _UNCHANGED.setdefault(owner, {})
    if names not in known:
        known[names] = _is_unchanged(owner, names)
    return known[names]


# A class is changed after its first use by nobody who wants to be understood.
_UNCHANGED: weakref.WeakKeyDictionary[type, dict[tuple[str, ...], bool]] = (
    weakref.WeakKeyDictionary()
)


def _is_unchanged(owner: type, names: tuple[str, ...]) -> bool:
    ours = [base for base in owner.__mro__ if base.__module__.partition(".")[0] in _OUR_MODULES]
    watched = names or {
        name for base in ours for name, value in vars(base).items() if callable(value)
    }
    return all(
        next(base for base in owner.__mro__ if name in vars(base)) in ours for name in watched
    )


def is_repeatable(fields: Fields) -> bool:
    """Return whether the answer to a request with these fields may be given again."""
    return not any(name.lower() in _EXCLUDED for name, _ in fields)


def _length(deciding: Deciding) -> int:
    return sum(len(name) + len(value) for name, value in deciding)


def _size(deciding: Deciding, answer: PreparedAnswer) -> int:
    """Return the bytes that are kept of an answer, as far as they depend on what was asked."""
    texts = len(answer.target) + len(answer.path) + len(answer.log_tail) + _length(deciding)
    return 2 * (len(answer.before_date) + len(answer.after_date)) + texts


def _deciding_fields(fields: Fields) -> Deciding:
    """Return those of a request's fields on which a folder's answers depend."""
    named = ((name.lower(), value) for name, value in fields)
    return tuple(pair for pair in named if pair[0] in _DECIDING)


def _request_fields(section: bytes) -> RequestFields | None:
    """Return what is known of a header section; None where the handler has to look at it."""
    stream = io.BytesIO(section)
    try:
        head = read_head(stream, _HTTP_1_1, needs_host=True)
    except (RequestError, ConnectionLostError):
        return None
    if stream.read(1) or head.framing.has_body or not is_repeatable(head.fields):
        return None
    told = {name.lower(): value for name, value in reversed(head.fields)}
    return RequestFields(
        _deciding_fields(head.fields), told.get("user-agent", ""), told.get("referer", "")
    )
