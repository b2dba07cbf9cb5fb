"""The words of a command line reach another Folderport as they were said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.options import Options

FOLDERS = st.text(st.characters(exclude_categories=[]), max_size=200)
"""Any paths, those with bytes that are no Unicode (lone surrogates) included."""


@given(
    st.builds(
        Options,
        folder=FOLDERS,
        bind=st.none() | st.sampled_from(["all", "local", "192.168.1.20", "fd00::1"]),
        port=st.none() | st.integers(0, 65535),
        protocol=st.none() | st.sampled_from(["HTTP/1.0", "HTTP/1.1"]),
        ask=st.booleans(),
    )
)
def test_a_message_says_what_the_command_line_said(options: Options) -> None:
    message = options.to_message()
    assert b"\n" not in message
    assert Options.from_message(message) == options


def test_a_folder_whose_name_is_no_unicode_stays_that_folder() -> None:
    options = Options(folder="/tmp/\udcffx")
    assert Options.from_message(options.to_message()) == options


@pytest.mark.parametrize(
    "message",
    [b"", b"\xff\xfe", b"{}", b"[1]", b'{"version": "1"}', b'{"version": true}', b"[" * 60_000],
)
def test_what_is_no_message_gives_none(message: bytes) -> None:
    assert Options.from_message(message) is None


@pytest.mark.parametrize(
    "words",
    [
        {"version": 2, "folder": "/a"},
        {"version": 1},
        {"version": 1, "folder": 5, "bind": [], "port": "80", "protocol": 1.1, "ask": 1},
        {"version": 1, "port": 65536},
        {"version": 1, "port": -1},
        {"version": 1, "port": True},
    ],
)
def test_what_makes_no_sense_in_a_message_counts_as_not_said(words: dict[str, object]) -> None:
    assert Options.from_message(json.dumps(words).encode()) == Options()


@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_give_options_or_none(message: bytes) -> None:
    assert isinstance(Options.from_message(message), Options | None)
