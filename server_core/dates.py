"""Dates and times of many files as text, asking of each day but once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date

__all__ = ["LocalDates"]

_DAY = 86400
_MOST_DAYS = 1024
_ENDINGS = tuple(f":{second:02}Z" for second in range(60))
_EPOCH = date(1970, 1, 1).toordinal()


class LocalDates:
    """Dates and times as text, in the time zone of this computer where nothing else is said.

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

    def days(self, seconds: Iterable[int]) -> list[str]:
        """Return the date of each, or that in UTC where it is in no year of four digits here.

        Raises KeyError where it is in none in UTC either.
        """
        offsets, dates = self._offsets, self._dates
        found = []
        for second in seconds:
            try:
                found.append(dates[(second + offsets[second // _DAY]) // _DAY])
            except KeyError:
                found.append(_local_day(second) or dates[second // _DAY])
        return found

    def utc_texts(self, seconds: Iterable[int]) -> list[str]:
        """Return each as HTML's `datetime` has it, in UTC. Raises KeyError as `days` does."""
        dates, times = self._dates, self._times
        return [
            f"{dates[second // _DAY]}T{times[second % _DAY // 60]}{_ENDINGS[second % 60]}"
            for second in seconds
        ]


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
    """Dates of years of four digits, by the number of days since the epoch."""

    def __missing__(self, day: int) -> str:
        try:
            text = date.fromordinal(_EPOCH + day).isoformat()
        except (ValueError, OverflowError):
            raise KeyError(day) from None
        if len(self) >= _MOST_DAYS:
            self.clear()
        self[day] = text
        return text


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


def _local_day(second: int) -> str | None:
    try:
        return date(*time.localtime(second)[:3]).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
