"""Where thumbnails are kept from one start to the next."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.cache_folder import thumbnail_cache


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/cache"}, "/cache/folderport/thumbnails"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ann/.cache/folderport/thumbnails"),
        ("linux", {"XDG_CACHE_HOME": ""}, "/home/ann/.cache/folderport/thumbnails"),
        ("darwin", {}, "/home/ann/Library/Caches/folderport/thumbnails"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/folderport/thumbnails"),
    ],
)
def test_it_is_where_the_system_has_its_caches(
    platform: str, variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert thumbnail_cache() == Path(folder)


def test_where_no_place_is_known_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAPPDATA", "")
    monkeypatch.setattr(sys, "platform", "win32")
    assert thumbnail_cache() is None
