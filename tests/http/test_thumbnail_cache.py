"""What is kept of thumbnails: how much, where, and what is found there again."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from server_core.share.thumbnails.cache import ThumbnailCache, is_whole

if TYPE_CHECKING:
    from pathlib import Path

WEBP = b"RIFF\x1c\0\0\0WEBP" + bytes(24)
KEY = (1, 2, 3, 4)


def test_what_is_kept_in_memory_is_bounded() -> None:
    cache = ThumbnailCache()
    cache.max_memory = 10 * (len(WEBP) + 256)
    for number in range(50):
        cache.store((number, 0, 0, 0), WEBP)
    assert cache.memory <= cache.max_memory
    assert cache.find((49, 0, 0, 0)) == WEBP
    assert cache.find((0, 0, 0, 0)) is None


def test_what_is_kept_on_the_disk_is_bounded(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "thumbnails"
    cache = ThumbnailCache(folder)
    cache.max_disk = 20 * len(WEBP)
    for number in range(200):
        cache.store((number, 0, 0, 0), WEBP)
    files = list(folder.iterdir())
    assert sum(file.stat().st_size for file in files) <= 1.2 * cache.max_disk


@pytest.mark.needs("permissions for owner, group and others")
def test_what_is_kept_on_the_disk_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "thumbnails"
    cache = ThumbnailCache(folder)
    for number in range(3):
        cache.store((number, 0, 0, 0), WEBP)
    files = list(folder.iterdir())
    assert len(files) == 3
    assert folder.stat().st_mode & 0o77 == 0
    assert all(file.stat().st_mode & 0o77 == 0 for file in files)


def test_another_process_finds_what_was_kept_and_no_broken_one(tmp_path: Path) -> None:
    ThumbnailCache(tmp_path).store(KEY, WEBP)
    assert ThumbnailCache(tmp_path).find(KEY) == WEBP
    [file] = tmp_path.iterdir()
    for broken in (b"", WEBP[:-1], b"text" * 100, WEBP + b"x"):
        file.write_bytes(broken)
        assert not is_whole(broken)
        assert ThumbnailCache(tmp_path).find(KEY) is None


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = ThumbnailCache(tmp_path / "file" / "thumbnails")
    cache.store(KEY, WEBP)
    assert cache.find(KEY) == WEBP


def test_that_there_is_none_is_known_until_the_end_of_the_process(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path)
    cache.store(KEY, b"")
    assert cache.find(KEY) == b""
    assert ThumbnailCache(tmp_path).find(KEY) is None


def test_a_share_does_not_load_what_decodes() -> None:
    script = "import sys, app.headless; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", script], text=True, timeout=20).split()
    assert "server_core.share.thumbnails" in loaded
    assert not {"PIL", "server_core.share.thumbnails.process"} & set(loaded)
