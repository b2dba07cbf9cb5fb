"""The log as a file: read back by others' readers, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.log_export import LogFormat, export_log, write_common_log, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server_core.events import RequestFinished

    Make = Callable[..., RequestFinished]

# As log tools have it: host, identity, user, time, request, status, size.
COMMON_LOG = re.compile(
    r"^(\S+) (\S+) (\S+) \[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\]"
    r' "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)$'
)
WITH_FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def common_log(*events: RequestFinished) -> str:
    stream = io.StringIO()
    write_common_log(events, stream)
    return stream.getvalue()


def records(*events: RequestFinished) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    write_csv(events, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def test_csv_holds_every_field(request_finished: Make) -> None:
    (record,) = records(request_finished(referer='http://a/?q="x",y', complete=False))
    assert record["device"] == "iPhone · Safari"
    assert record["target"] == "/Lake/IMG_2041.jpg"
    assert (record["status"], record["bytes"], record["seconds"]) == ("200", "3800000", "0.041000")
    assert record["referer"] == 'http://a/?q="x",y'
    assert record["complete"] == "no"
    assert record["time"].startswith("2025-06-15T")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_csv_never_begins_a_cell_like_a_formula(request_finished: Make, start: str) -> None:
    (record,) = records(
        request_finished(user_agent=f"{start}cmd|' /C calc'!A0", method=f"{start}1")
    )
    for cell in (record["user agent"], record["method"], record["device"]):
        assert cell.lstrip(" ")[0] not in "=+-@\t\r"


@given(text=st.text(max_size=60))
@WITH_FIXTURES
def test_csv_is_one_record_a_request_whatever_a_client_sends(
    text: str, request_finished: Make
) -> None:
    found = records(request_finished(target=text, user_agent=text, method=text, referer=text))
    assert len(found) == 1
    assert None not in found[0]
    assert all(value.isprintable() for value in found[0].values())


def test_the_common_log_format_is_what_log_tools_read(request_finished: Make) -> None:
    line = common_log(request_finished()).rstrip("\n")
    found = COMMON_LOG.match(line)
    assert found is not None
    assert found[1] == "192.168.1.31"
    assert "/Jun/2025:" in found[4]
    assert found.groups()[4:] == ("GET /Lake/IMG_2041.jpg HTTP/1.1", "200", "3800000")


@given(text=st.text(max_size=60))
@WITH_FIXTURES
def test_the_common_log_is_one_line_a_request_whatever_a_client_sends(
    text: str, request_finished: Make
) -> None:
    log = common_log(request_finished(target=text, method=text, client_host=text, body_bytes=0))
    assert log.count("\n") == 1
    assert log.endswith("\n")
    assert COMMON_LOG.match(log[:-1])


def test_an_export_replaces_the_file_at_once(tmp_path: Path, request_finished: Make) -> None:
    target = tmp_path / "requests.log"
    target.write_text("older")
    export_log(str(target), LogFormat.COMMON, [request_finished()] * 3)
    assert len(target.read_text().splitlines()) == 3
    assert os.listdir(tmp_path) == ["requests.log"]


def test_an_export_that_fails_leaves_the_older_file(tmp_path: Path, request_finished: Make) -> None:
    target = tmp_path / "requests.csv"
    target.write_text("older")

    def broken() -> object:
        yield request_finished()
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        export_log(str(target), LogFormat.CSV, broken())  # type: ignore[arg-type]  # on purpose
    assert target.read_text() == "older"
    assert os.listdir(tmp_path) == ["requests.csv"]


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
@pytest.mark.needs("permissions for owner, group and others")
def test_an_export_has_the_permissions_of_any_new_file(
    tmp_path: Path, request_finished: Make, mask: int
) -> None:
    target = tmp_path / "requests.csv"
    before = os.umask(mask)
    try:
        export_log(str(target), LogFormat.CSV, [request_finished()])
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask


def test_names_that_are_no_unicode_are_written_too(tmp_path: Path, request_finished: Make) -> None:
    target = tmp_path / "requests.csv"
    export_log(str(target), LogFormat.CSV, [request_finished(target="/\udcff")])
    assert "/\\udcff" in target.read_text("utf-8-sig")
