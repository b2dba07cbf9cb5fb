"""The media type of a file by its name, the same on every machine."""

from __future__ import annotations

import mimetypes

import pytest

from server_core.files.media_types import DEFAULT_TYPE, looks_like_utf8, media_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index.html", "text/html"),
        ("A.HTM", "text/html"),
        ("app.js", "text/javascript"),
        ("app.mjs", "text/javascript"),
        ("style.css", "text/css"),
        ("data.json", "application/json"),
        ("module.wasm", "application/wasm"),
        ("photo.JPG", "image/jpeg"),
        ("photo.heic", "image/heic"),
        ("photo.avif", "image/avif"),
        ("photo.webp", "image/webp"),
        ("drawing.svg", "image/svg+xml"),
        ("film.mp4", "video/mp4"),
        ("film.mkv", "video/matroska"),
        ("song.opus", "audio/ogg"),
        ("song.m4a", "audio/mp4"),
        ("font.woff2", "font/woff2"),
        ("notes.md", "text/markdown"),
        ("archive.tar.gz", "application/gzip"),
        ("archive.tgz", DEFAULT_TYPE),
        ("archive.tar.xz", "application/x-xz"),
        ("archive.zip", "application/zip"),
        ("app.apk", "application/vnd.android.package-archive"),
        ("README", DEFAULT_TYPE),
        (".html", DEFAULT_TYPE),
        ("odd.no-such-type", DEFAULT_TYPE),
        ("folder.html/file", DEFAULT_TYPE),
        ("a\n.txt", "text/plain"),
    ],
)
def test_a_name_has_its_type(name: str, expected: str) -> None:
    assert media_type(name) == expected


def test_what_the_system_says_of_the_webs_own_types_does_not_count() -> None:
    before = mimetypes.guess_type("a.js")[0]
    mimetypes.add_type("text/plain", ".js")
    try:
        assert media_type("a.js") == "text/javascript"
    finally:
        mimetypes.add_type(before or "text/javascript", ".js")


@pytest.mark.parametrize(
    ("beginning", "expected"),
    [
        (b"", True),
        (b"plain", True),
        ("Möwen".encode(), True),
        ("Möwen".encode()[:2], True),
        (b"M\xf6wen", False),
        (b"\xff\xfeM\x00", False),
        (b"a\x00b", False),
    ],
)
def test_utf_8_is_told_from_other_encodings(beginning: bytes, expected: bool) -> None:
    assert looks_like_utf8(beginning) is expected
