"""CRC-32 of files: right, computed once, and by zlib where nothing faster is installed."""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.files import checksums
from server_core.files.checksums import Checksums, crc32
from server_core.files.resource import open_anywhere

if TYPE_CHECKING:
    from pathlib import Path


@given(st.binary(max_size=5000), st.binary(max_size=50))
def test_a_checksum_is_that_of_zlib(first: bytes, second: bytes) -> None:
    assert crc32(second, crc32(first, 0)) == zlib.crc32(first + second)


def test_zlib_computes_where_nothing_faster_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal", None)
    assert checksums._fastest() is zlib.crc32


def test_a_file_is_read_once_while_it_is_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = bytes(range(256)) * 3000
    path.write_bytes(content)
    known = Checksums()
    checks: list[None] = []
    for _ in range(2):
        with open_anywhere(str(path)) as file:
            assert known.of(file, lambda: checks.append(None)) == zlib.crc32(content)
    assert len(checks) == 3
    path.write_bytes(content + b"more")
    with open_anywhere(str(path)) as file:
        assert known.of(file, lambda: None) == zlib.crc32(content + b"more")


def test_a_file_that_changes_meanwhile_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(600_000))
    known = Checksums()
    with open_anywhere(str(path)) as file:
        known.of(file, lambda: path.write_bytes(b"short"))
        assert known.find(file.identity) is None
