"""How quantities are written for people: short, with one unit, in their own number format."""

from __future__ import annotations

import time

from PySide6.QtCore import QLocale

from app.i18n import tr

__all__ = ["clock_text", "count_text", "duration_text", "size_text", "speed_text"]


def size_text(size: float) -> str:
    """Return `size` bytes with three digits, e.g. "4.1 KB" or "412 MB"; a KB is 1,000 bytes."""
    if size < 1_000:
        return _with_unit(count_text(int(size)), tr("B", "bytes"))
    units = [tr("TB"), tr("GB"), tr("MB"), tr("KB")]
    value, unit = size / 1_000, units.pop()
    while value >= 999.5 and units:
        value, unit = value / 1_000, units.pop()
    digits = 1 if value < 99.95 else 0
    return _with_unit(QLocale().toString(value, "f", digits), unit)


def speed_text(bytes_per_second: float) -> str:
    """Return a speed in bytes per second, e.g. "24.1 MB/s"."""
    return tr("{size}/s").replace("{size}", size_text(bytes_per_second))


def duration_text(seconds: float) -> str:
    """Return a duration in seconds, e.g. "41 ms", "12.4 s", "3 min 5 s" or "2 h 10 min"."""
    if seconds < 0.9995:
        return _with_unit(str(max(1, round(seconds * 1_000))), tr("ms"))
    if seconds < 59.95:
        return _with_unit(QLocale().toString(seconds, "f", 1), tr("s", "seconds"))
    whole = round(seconds)
    if whole < 3_600:
        minutes = _with_unit(str(whole // 60), tr("min"))
        rest = _with_unit(str(whole % 60), tr("s", "seconds"))
        return f"{minutes} {rest}"
    hours = _with_unit(count_text(whole // 3_600), tr("h", "hours"))
    rest = _with_unit(str(whole // 60 % 60), tr("min"))
    return f"{hours} {rest}"


def count_text(count: int) -> str:
    """Return a whole number with its thousands apart, e.g. "1,204"."""
    return QLocale().toString(count)


def clock_text(moment: float) -> str:
    """Return the local time of `moment`, in seconds since the epoch, e.g. "14:02:11"."""
    return time.strftime("%H:%M:%S", time.localtime(moment))


def _with_unit(number: str, unit: str) -> str:
    return f"{number} {unit}"
