"""Where thumbnails are kept from one start to the next."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from app.cache_folder import thumbnail_cache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "TOP/cache"}, "cache/folderport/thumbnails"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "ann/.cache/folderport/thumbnails"),
        ("linux", {"XDG_CACHE_HOME": ""}, "ann/.cache/folderport/thumbnails"),
        ("darwin", {}, "ann/Library/Caches/folderport/thumbnails"),
        ("win32", {"LOCALAPPDATA": "TOP/local"}, "local/folderport/thumbnails"),
    ],
)
def test_it_is_where_the_system_has_its_caches(
    platform: str,
    variables: dict[str, str],
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "ann"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("TOP", str(tmp_path)))
    monkeypatch.setattr(sys, "platform", platform)
    assert thumbnail_cache() == tmp_path / folder


def test_where_no_place_is_known_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAPPDATA", "")
    monkeypatch.setattr(sys, "platform", "win32")
    assert thumbnail_cache() is None
