"""Conditional requests and the answers they get: RFC 9110 sections 13.2.2 and 14.2 as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.protocol.conditional import (
    Precondition,
    Validators,
    evaluate,
    format_http_date,
    if_range_holds,
    strong_etag,
)
from server_core.protocol.response import Representation, respond

ETAG = '"now"'
MODIFIED = 1_700_000_000.75
NOW = format_http_date(MODIFIED)
BEFORE = format_http_date(MODIFIED - 100)
LATER = format_http_date(MODIFIED + 100)
VALIDATORS = Validators(ETAG, MODIFIED)
REPRESENTATION = Representation(1000, "text/plain", VALIDATORS)

HOLDS, NOT_MODIFIED, FAILED = Precondition.HOLDS, Precondition.NOT_MODIFIED, Precondition.FAILED


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, HOLDS),
        ({"If-None-Match": ETAG}, NOT_MODIFIED),
        ({"If-None-Match": "W/" + ETAG}, NOT_MODIFIED),
        ({"If-None-Match": '"a,b", W/"c" , ' + ETAG}, NOT_MODIFIED),
        ({"If-None-Match": '"other"'}, HOLDS),
        ({"If-None-Match": "now"}, HOLDS),
        ({"If-None-Match": '"a\\"now"'}, HOLDS),
        ({"If-None-Match": "*"}, HOLDS),
        ({"If-Modified-Since": NOW}, NOT_MODIFIED),
        ({"If-Modified-Since": LATER}, NOT_MODIFIED),
        ({"If-Modified-Since": BEFORE}, HOLDS),
        ({"If-Modified-Since": "yesterday"}, HOLDS),
        ({"If-None-Match": '"other"', "If-Modified-Since": LATER}, HOLDS),
        ({"If-None-Match": ETAG, "If-Modified-Since": BEFORE}, NOT_MODIFIED),
        ({"If-Match": ETAG}, HOLDS),
        ({"If-Match": "*"}, HOLDS),
        ({"If-Match": '"other", ' + ETAG}, HOLDS),
        ({"If-Match": '"other"'}, FAILED),
        ({"If-Match": "W/" + ETAG}, FAILED),
        ({"If-Unmodified-Since": NOW}, HOLDS),
        ({"If-Unmodified-Since": LATER}, HOLDS),
        ({"If-Unmodified-Since": BEFORE}, FAILED),
        ({"If-Unmodified-Since": "yesterday"}, HOLDS),
        ({"If-Match": ETAG, "If-Unmodified-Since": BEFORE}, HOLDS),
        ({"If-Match": '"other"', "If-None-Match": ETAG}, FAILED),
        ({"If-Match": ETAG, "If-None-Match": ETAG}, NOT_MODIFIED),
        ({"If-Unmodified-Since": BEFORE, "If-Modified-Since": LATER}, FAILED),
    ],
)
def test_conditions_are_evaluated_in_their_order(
    fields: dict[str, str], expected: Precondition
) -> None:
    assert evaluate(list(fields.items()), VALIDATORS) is expected


def test_tags_of_several_lines_belong_together() -> None:
    fields = [("If-None-Match", '"a"'), ("if-none-match", ETAG)]
    assert evaluate(fields, VALIDATORS) is NOT_MODIFIED


def test_a_date_that_is_given_twice_is_none() -> None:
    fields = [("If-Modified-Since", LATER), ("If-Modified-Since", LATER)]
    assert evaluate(fields, VALIDATORS) is HOLDS


def test_a_time_before_the_epoch_is_compared_in_whole_seconds_too() -> None:
    old = Validators(ETAG, -1.5)
    assert evaluate([("If-Modified-Since", format_http_date(-1.5))], old) is NOT_MODIFIED


def test_an_endless_list_of_tags_matches_nothing() -> None:
    fields = [("If-None-Match", '"x", ' * 10000 + ETAG)]
    assert evaluate(fields, VALIDATORS) is HOLDS


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (ETAG, True),
        ("W/" + ETAG, False),
        ('"other"', False),
        (NOW, True),
        (LATER, False),
        (BEFORE, False),
        ("", False),
        ("now", False),
    ],
)
def test_a_range_holds_for_this_very_state_alone(value: str, holds: bool) -> None:
    assert if_range_holds([("If-Range", value)], VALIDATORS) is holds


def test_a_range_without_a_condition_holds_and_with_two_it_does_not() -> None:
    assert if_range_holds([], VALIDATORS)
    assert not if_range_holds([("If-Range", ETAG), ("If-Range", ETAG)], VALIDATORS)


@given(st.lists(st.integers(0, 2**64), min_size=4, max_size=4), st.integers(0, 3))
def test_a_tag_changes_with_each_of_its_numbers(numbers: list[int], at: int) -> None:
    other = list(numbers)
    other[at] += 1
    assert strong_etag(*numbers) != strong_etag(*other)
    assert strong_etag(*numbers) == strong_etag(*numbers)


@pytest.mark.parametrize(
    ("method", "fields", "status", "body"),
    [
        ("GET", {}, 200, (0, 1000)),
        ("GET", {"Range": "bytes=1-2"}, 206, (1, 3)),
        ("GET", {"Range": "bytes=2000-"}, 416, None),
        ("GET", {"Range": "bytes=0-999,4-5"}, 200, (0, 1000)),
        ("GET", {"Range": "bytes=0-1,2000-"}, 206, (0, 2)),
        ("GET", {"Range": "lines=1-2"}, 200, (0, 1000)),
        ("GET", {"Range": "bytes=1-2", "If-Range": ETAG}, 206, (1, 3)),
        ("GET", {"Range": "bytes=1-2", "If-Range": '"other"'}, 200, (0, 1000)),
        ("GET", {"Range": "bytes=2000-", "If-Range": '"other"'}, 200, (0, 1000)),
        ("GET", {"Range": "bytes=2000-", "If-None-Match": ETAG}, 304, None),
        ("GET", {"Range": "bytes=1-2", "If-Match": '"other"'}, 412, None),
        ("HEAD", {"Range": "bytes=1-2"}, 200, (0, 1000)),
        ("HEAD", {"If-None-Match": ETAG}, 304, None),
    ],
)
def test_the_answer_follows(
    method: str, fields: dict[str, str], status: int, body: tuple[int, int] | None
) -> None:
    response = respond(method, list(fields.items()), REPRESENTATION)
    assert response.status == status
    assert body == (response.body and (response.body.start, response.body.stop))


def test_two_range_fields_are_ignored() -> None:
    fields = [("Range", "bytes=0-1"), ("Range", "bytes=0-1")]
    assert respond("GET", fields, REPRESENTATION).status == 200


def test_each_answer_has_the_fields_its_status_asks_for() -> None:
    full = dict(respond("GET", [], REPRESENTATION).fields)
    assert full == {
        "Content-Type": "text/plain",
        "Content-Length": "1000",
        "Last-Modified": NOW,
        "ETag": ETAG,
        "Accept-Ranges": "bytes",
    }
    part = dict(respond("GET", [("Range", "bytes=1-2")], REPRESENTATION).fields)
    assert part == {**full, "Content-Length": "2", "Content-Range": "bytes 1-2/1000"}
    same = dict(respond("GET", [("If-None-Match", ETAG)], REPRESENTATION).fields)
    assert same == {"Last-Modified": NOW, "ETag": ETAG}
    beyond = dict(respond("GET", [("Range", "bytes=1000-")], REPRESENTATION).fields)
    assert beyond["Content-Range"] == "bytes */1000"
    assert beyond["Content-Length"] == "0"
