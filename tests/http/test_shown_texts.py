"""Texts and code on the pages around them: their charsets, their bounds, their colours."""

from __future__ import annotations

import html
import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_core.share import texts
from server_core.share.texts import decode, show_text

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site


def text_of(page: bytes) -> str:
    """Return what stands in the lines of a page, without its marks."""
    found = re.search(r"<pre[^>]*><code>(.*)</code></pre>", page.decode(), re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"<[^>]*>", "", found[1]))


def markup(page: bytes) -> str:
    """Return the elements of a page's main part."""
    found = re.search(r"<main>(.*)</main>", page.decode(), re.DOTALL)
    assert found is not None
    return found[1]


def test_a_text_without_an_extension_is_shown_as_a_text(share: Site, tree: Path) -> None:
    (tree / "README").write_text("Read me.")
    (tree / "data").write_bytes(b"\0\1\2")
    assert text_of(share.get("/README?view").body) == "Read me.\n"
    assert "Files of this kind cannot be looked at here" in markup(share.get("/data?view").body)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", ""),
        ("Möwe 🐦".encode(), "Möwe 🐦"),
        ("Möwe".encode("utf-8-sig"), "Möwe"),
        ("Möwe 🐦".encode("utf-16"), "Möwe 🐦"),
        (b"\xfe\xff" + "Möwe".encode("utf-16-be"), "Möwe"),
        ("Möwe".encode("utf-32"), "Möwe"),
        ("Möwe, 5 €".encode("cp1252"), "Möwe, 5 €"),
        (b"\x81\x00", "\ufffd\ufffd"),
        (b"\xff\xfea", "\ufffd"),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree"),
    ],
)
def test_a_text_is_read_by_its_charset(share: Site, tree: Path, data: bytes, shown: str) -> None:
    (tree / "a.txt").write_bytes(data)
    assert text_of(share.get("/a.txt?view").body) == f"{shown}\n"


def test_a_long_text_is_cut_and_says_so(share: Site, tree: Path) -> None:
    whole = share.get("/plain.txt?view").body
    assert b"only its beginning" not in whole
    (tree / "long.txt").write_text("é" * texts.MOST_BYTES)
    page = share.get("/long.txt?view").body
    assert b"only its beginning" in page
    assert text_of(page) == "é" * (texts.MOST_BYTES // 2) + "\n"
    (tree / "many.txt").write_text("\n" * (texts.MOST_LINES + 5))
    page = share.get("/many.txt?view").body
    assert b"only its beginning" in page
    assert page.count(b'<span class="line">') <= texts.MOST_LINES


def test_half_a_character_at_the_cut_is_not_shown() -> None:
    assert decode("aé".encode()[:-1], is_cut=True) == "a"


def test_code_has_colours_and_is_still_what_it_was(share: Site, tree: Path) -> None:
    code = 'def f(x: int) -> str:\n    """Say <b>."""\n    return f"{x} & 1"  # why\n'
    (tree / "a.py").write_text(code)
    page = share.get("/a.py?view").body
    assert text_of(page) == code
    assert '<span class="k">def</span>' in page.decode()
    assert '<span class="c"># why</span>' in page.decode()
    assert b"<b>" not in page


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([".py", ".js", ".html", ".css", ".c", ".json", ".md", ".sql", ".yaml", ".php"]),
    st.text(max_size=300),
)
def test_no_text_is_changed_by_its_colours(extension: str, text: str) -> None:
    shown = show_text(f"a{extension}", text, is_cut=False)
    lines = ["".join(piece.text for piece in line) for line in shown.lines]
    assert "\n".join(lines) in (text, text.removesuffix("\n"))


@pytest.mark.parametrize("extension", sorted(texts._BY_EXTENSION))
def test_every_language_that_is_named_has_colours(extension: str) -> None:
    assert texts._lexer(texts._BY_EXTENSION[extension])


@pytest.mark.parametrize(
    "beginning", ["/*", "'", '"', "(", "<", "<!--", "{", "`", "${", "\\", "<a ", "/", "[", "%("]
)
@pytest.mark.parametrize("extension", [".c", ".js", ".html", ".php", ".rb", ".pl", ".css", ".ts"])
def test_no_code_holds_a_thread_for_long(beginning: str, extension: str) -> None:
    line = beginning * (1000 // len(beginning))
    text = "\n".join([line] * (texts.HIGHLIGHTED // 1001))
    began = time.process_time()
    show_text(f"a{extension}", text, is_cut=False)
    assert time.process_time() - began < 20 * texts.HIGHLIGHT_SECONDS


def test_where_many_look_at_code_some_see_it_without_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texts, "_WAIT_SECONDS", 0.0)
    for _ in range(2):
        assert texts._AT_ONCE.acquire(blocking=False)
    try:
        shown = show_text("a.py", "def f(): ...", is_cut=False)
    finally:
        texts._AT_ONCE.release(2)
    assert shown.lines == [[("def f(): ...", "")]]


def test_what_there_is_no_time_for_has_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "HIGHLIGHT_SECONDS", -1.0)
    assert show_text("a.py", "def f(): ...", is_cut=False).lines == [[("def f(): ...", "")]]
