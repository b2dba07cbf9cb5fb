"""Where a request's body ends: everything that could be read in two ways is refused."""

from __future__ import annotations

import pytest

from server_core.errors import RequestError
from server_core.protocol.request import BodyFraming, body_framing

LENGTH = "Content-Length"
CODING = "Transfer-Encoding"


def refusal(*fields: tuple[str, str], number: tuple[int, int] = (1, 1)) -> int:
    with pytest.raises(RequestError) as caught:
        body_framing(fields, number)
    return int(caught.value.status)


def test_without_either_field_there_is_no_body() -> None:
    assert body_framing([], (1, 1)) == BodyFraming()
    assert not body_framing([], (1, 1)).has_body


def test_a_length_is_taken() -> None:
    assert body_framing([("content-length", "12")], (1, 0)) == BodyFraming(length=12)


def test_a_length_of_nothing_is_no_body() -> None:
    assert not body_framing([(LENGTH, "0")], (1, 1)).has_body


@pytest.mark.parametrize("values", [["5", "5"], ["5, 5"], ["5 ,5", "5"]])
def test_equal_lengths_are_one(values: list[str]) -> None:
    assert body_framing([(LENGTH, value) for value in values], (1, 1)).length == 5


@pytest.mark.parametrize("values", [["5", "6"], ["5, 6"], ["5", ""], ["5,"], ["5", "05"]])
def test_unequal_lengths_are_400(values: list[str]) -> None:
    assert refusal(*[(LENGTH, value) for value in values]) == 400


@pytest.mark.parametrize(
    "value", ["", "-1", "+1", "1_0", "0x10", "1.0", "five", "1 2", "\xb2", "9" * 20, "1;2"]
)
def test_a_length_that_is_no_number_is_400(value: str) -> None:
    assert refusal((LENGTH, value)) == 400


@pytest.mark.parametrize("coding", ["chunked", "Chunked", " chunked,"])
def test_chunked_is_taken(coding: str) -> None:
    assert body_framing([(CODING, coding)], (1, 1)) == BodyFraming(chunked=True)


def test_a_length_beside_a_coding_is_400_in_any_order() -> None:
    assert refusal((LENGTH, "5"), (CODING, "chunked")) == 400
    assert refusal((CODING, "chunked"), (LENGTH, "5")) == 400
    assert refusal((CODING, ""), (LENGTH, "5")) == 400


def test_a_coding_in_http_1_0_is_400() -> None:
    assert refusal((CODING, "chunked"), number=(1, 0)) == 400


@pytest.mark.parametrize(
    "coding", ["gzip", "gzip, chunked", "chunked, chunked", "identity", "", "xchunked", "chunked;a"]
)
def test_any_other_coding_is_501(coding: str) -> None:
    assert refusal((CODING, coding)) == 501


def test_codings_of_several_lines_belong_together() -> None:
    assert refusal((CODING, "chunked"), (CODING, "identity")) == 501
