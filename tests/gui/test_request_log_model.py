"""The model of the live log: bounded, one insert for a batch, filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.request_log import LogColumn, RequestLogModel
from app.models.roles import Role, Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from server_core.events import RequestFinished

    Make = Callable[..., RequestFinished]

pytestmark = pytest.mark.usefixtures("appearance")


@pytest.fixture
def log() -> RequestLogModel:
    model = RequestLogModel()
    model.tester = QAbstractItemModelTester(model)  # type: ignore[attr-defined]  # kept alive
    return model


def shown(log: RequestLogModel, column: LogColumn) -> list[str]:
    return [str(log.index(row, column).data()) for row in range(log.rowCount())]


def test_a_request_is_shown_in_words(log: RequestLogModel, request_finished: Make) -> None:
    log.append([request_finished(target="/Gr%C3%BC%C3%9Fe.txt?zip", duration=12.44)])
    row = [str(log.index(0, column).data()) for column in LogColumn]
    assert row[1:] == [
        "iPhone · Safari",
        "GET",
        "/Grüße.txt?zip",
        "200",
        "3.8 MB",
        "12.4 s",
    ]
    assert len(row[0].split(":")) == 3


def test_a_batch_of_100000_is_one_insert_and_keeps_the_latest_50000(
    request_finished: Make,
) -> None:
    log = RequestLogModel()
    batch = [request_finished(target=f"/{number}") for number in range(100_000)]
    inserts: list[tuple[int, int]] = []
    log.rowsInserted.connect(lambda _parent, first, last: inserts.append((first, last)))
    log.append(batch)
    assert inserts == [(0, 49_999)]
    assert log.count == log.rowCount() == RequestLogModel.MAX_ENTRIES == 50_000
    assert log.index(0, LogColumn.PATH).data() == "/50000"
    assert log.index(49_999, LogColumn.PATH).data() == "/99999"


def test_the_oldest_go_when_there_are_too_many(
    log: RequestLogModel, request_finished: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RequestLogModel, "MAX_ENTRIES", 4)
    log.append([request_finished(target=f"/{number}") for number in range(3)])
    log.append([request_finished(target=f"/{number}") for number in range(3, 6)])
    assert shown(log, LogColumn.PATH) == ["/2", "/3", "/4", "/5"]


@given(
    batches=st.lists(st.lists(st.sampled_from(["x", "y"]), max_size=7), max_size=6),
    term=st.sampled_from(["", "x", "y", "z"]),
    limit=st.integers(1, 9),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_the_latest_requests_that_match(
    batches: list[list[str]], term: str, limit: int, request_finished: Make
) -> None:
    log = RequestLogModel()
    log.MAX_ENTRIES = limit
    log.set_filter(term and f"/{term}")
    for batch in batches:
        log.append([request_finished(target=f"/{name}") for name in batch])
    latest = [f"/{name}" for batch in batches for name in batch][-limit:]
    assert log.count == len(latest)
    assert shown(log, LogColumn.PATH) == [path for path in latest if path.endswith(term)]


def test_the_filter_looks_at_path_device_method_and_status(
    log: RequestLogModel, request_finished: Make
) -> None:
    log.append([request_finished(), request_finished(method="PUT", status=404, target="/x")])
    for text, rows in (
        ("img_2041", 1),
        ("IPHONE", 2),
        ("put", 1),
        ("404", 1),
        ("safari 404", 1),
        ("404 lake", 0),
        ("192.168.1.31", 2),
        ("  ", 2),
    ):
        log.set_filter(text)
        assert log.rowCount() == rows, text


def test_the_filter_meets_what_arrives_later(log: RequestLogModel, request_finished: Make) -> None:
    log.set_filter("404")
    log.append([request_finished(), request_finished(status=404)])
    assert shown(log, LogColumn.STATUS) == ["404"]
    assert log.count == 2
    log.set_filter("")
    assert shown(log, LogColumn.STATUS) == ["200", "404"]


def test_clear_forgets_everything(
    log: RequestLogModel, request_finished: Make, qtbot: QtBot
) -> None:
    log.append([request_finished()] * 3)
    with qtbot.waitSignal(log.count_changed, check_params_cb=lambda count: count == 0):
        log.clear()
    assert (log.rowCount(), log.count, log.shown_events()) == (0, 0, ())


def test_only_errors_and_cut_off_answers_have_a_colour(
    log: RequestLogModel, request_finished: Make
) -> None:
    statuses = (200, 304, 404, 500)
    log.append([request_finished(status=status) for status in statuses])
    log.append([request_finished(complete=False)])
    tones = [log.index(row, LogColumn.STATUS).data(Role.TONE) for row in range(5)]
    assert tones == [Tone.SOFT, Tone.SOFT, Tone.WARN, Tone.BAD, Tone.SOFT]
    assert log.index(4, LogColumn.SIZE).data(Role.TONE) is Tone.WARN


def test_tool_tips_tell_more_and_hold_no_markup(
    log: RequestLogModel, request_finished: Make
) -> None:
    log.append([request_finished(target="/<img src=x>", status=299, user_agent="<b>")])
    tips = [log.index(0, column).data(Qt.ItemDataRole.ToolTipRole) for column in LogColumn]
    assert tips[LogColumn.PATH] == "<p>/&lt;img src=x&gt;</p>"
    assert "&lt;b&gt;" in tips[LogColumn.DEVICE]
    assert tips[LogColumn.STATUS] == "<p>299</p>"
    assert "3,800,000 bytes" in tips[LogColumn.SIZE]


def test_a_path_cannot_break_the_line_or_turn_the_text(
    log: RequestLogModel, request_finished: Make
) -> None:
    log.append([request_finished(target="/a%0Ab%E2%80%AEgpj.exe")])
    assert shown(log, LogColumn.PATH) == ["/a\\nb\\u202egpj.exe"]
