"""The parameters of a request target's query."""

from __future__ import annotations

import os
from http import HTTPStatus
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.errors import RequestError
from server_core.protocol.target import query_of


def test_a_target_without_a_query_has_no_parameters() -> None:
    assert query_of("/a/b") == {}
    assert query_of("/a/b?") == {}
    assert query_of("/a/b#?zip") == {}


def test_a_parameter_may_have_no_value_or_several() -> None:
    assert query_of("/a/?zip&name=x&name=y+z%26#end") == {"zip": [""], "name": ["x", "y z&"]}


@pytest.mark.needs("names that are no text")
@given(st.binary(min_size=1, max_size=255))
def test_any_name_on_disk_is_named_by_a_parameter(name: bytes) -> None:
    assert query_of(f"/?name={quote_from_bytes(name)}") == {"name": [os.fsdecode(name)]}


def test_more_parameters_than_anybody_needs_are_refused() -> None:
    with pytest.raises(RequestError) as refused:
        query_of("/?" + "&".join(["name=x"] * 5000))
    assert refused.value.status == HTTPStatus.BAD_REQUEST
