"""The bytes of a range of a file, as a stream that never gives more."""

from __future__ import annotations

import errno
import io
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from server_core.files.resource import FileBody, open_anywhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = b"0123456789" * 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "digits"
    path.write_bytes(TEXT)
    return path


@pytest.fixture
def body(file: Path) -> Iterator[FileBody]:
    with FileBody(open_anywhere(str(file)), 5, 105) as opened:
        yield opened


def test_it_gives_its_range_and_no_more(body: FileBody) -> None:
    assert body.remaining == 100
    assert body.read() == TEXT[5:105]
    assert body.remaining == 0
    assert body.read(10) == b""


def test_it_gives_no_more_of_a_file_that_grows(body: FileBody, file: Path) -> None:
    assert body.read(10) == TEXT[5:15]
    with file.open("ab") as growing:
        growing.write(b"more" * 1000)
    assert body.read() == TEXT[15:105]


def test_it_ends_where_a_file_that_shrinks_ends(body: FileBody, file: Path) -> None:
    assert body.read(10) == TEXT[5:15]
    os.truncate(file, 20)
    assert body.read() == TEXT[15:20]
    assert body.remaining == 85


def test_it_goes_on_with_the_file_that_was_opened(body: FileBody, file: Path) -> None:
    file.unlink()
    file.write_bytes(b"another")
    assert body.read() == TEXT[5:105]


def test_it_can_be_copied_like_any_stream(body: FileBody) -> None:
    copy = io.BytesIO()
    shutil.copyfileobj(body, copy)
    assert copy.getvalue() == TEXT[5:105]


def test_what_was_sent_from_the_descriptor_is_not_read_again(body: FileBody) -> None:
    body.advance(40)
    assert body.read() == TEXT[45:105]
    assert os.fstat(body.fileno()).st_size == len(TEXT)


def test_two_streams_of_one_file_do_not_disturb_each_other(file: Path) -> None:
    bodies = [FileBody(open_anywhere(str(file)), start, start + 10) for start in (0, 3)]
    assert [body.read(2) for body in bodies] == [b"01", b"34"]
    assert [body.read() for body in bodies] == [b"23456789", b"56789012"]
    for body in bodies:
        body.close()


def test_closing_it_closes_the_file(body: FileBody, file: Path) -> None:
    descriptor = body.fileno()
    assert body.name == str(file)
    body.close()
    body.close()
    with pytest.raises(OSError, match=r".") as refused:
        os.fstat(descriptor)
    assert refused.value.errno == errno.EBADF


def test_an_identity_changes_with_the_file(file: Path) -> None:
    def identity() -> tuple[int, ...]:
        with open_anywhere(str(file)) as opened:
            return opened.identity

    first = identity()
    assert identity() == first
    os.utime(file, ns=(1, 1))
    second = identity()
    assert second != first
    copy = file.with_name("copy")
    shutil.copy2(file, copy)
    copy.replace(file)
    assert identity() != second
