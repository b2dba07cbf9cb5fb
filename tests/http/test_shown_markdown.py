"""Markdown on the pages around it: a document in which nothing runs."""

from __future__ import annotations

import html
import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_core.share import markdown
from server_core.share.markdown import render_markdown

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site


SCHEMES = re.compile(r'="\s*(javascript|data|vbscript|file):', re.IGNORECASE)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


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


def test_markdown_is_a_document_and_its_source_can_be_seen(share: Site, tree: Path) -> None:
    source = "# Sea\n\n*Gulls* and ~~cats~~\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n"
    (tree / "a.md").write_text(source)
    page = share.get("/a.md?view&sort=size").body
    for part in ("<h1>Sea</h1>", "<em>Gulls</em>", "<s>cats</s>", '<td class="right">2</td>'):
        assert part in markup(page)
    assert " style=" not in page.decode()
    [found] = re.findall(r'href="([^"]*source)"', page.decode())
    assert html.unescape(found) == "./a.md?view&sort=size&source"
    as_text = share.get("/a.md?view&sort=size&source").body
    assert text_of(as_text) == source
    assert 'href="./a.md?view&amp;sort=size"' in as_text.decode()


@pytest.mark.parametrize(
    "source",
    [
        HOSTILE,
        f"<div>\n{HOSTILE}\n</div>",
        f"[{HOSTILE}](a.html)",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&Tab;script:alert(1))",
        "[a](&#1;javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "[a](file:///etc/passwd)",
        "<javascript:alert(1)>",
        "![a](javascript:alert(1))",
        "![a](data:image/svg+xml;base64,PHN2Zz4=)",
        "![a](https://elsewhere.example/pixel.png)",
        "![a](//elsewhere.example/pixel.png)",
        "![a](/\\elsewhere.example/pixel.png)",
        '![a"onerror="alert(1)](x.png)',
        '[a](x "y\\"onclick=\\"alert(1)")',
        f"```{HOSTILE}\n{HOSTILE}\n```",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_nothing_in_markdown_runs_or_asks_elsewhere(share: Site, tree: Path, source: str) -> None:
    (tree / "a.md").write_text(source)
    answer = share.get("/a.md?view")
    assert "script-src 'self';" in str(answer["Content-Security-Policy"])
    shown = markup(answer.body)
    assert "<script" not in shown
    for tag in re.findall(r"<\w[^>]*>", shown):
        attributes = html.unescape(re.sub(r'(class|alt|title|aria-label)="[^"]*"', "", tag))
        assert not re.search(r"\bon\w+=", attributes), tag
        assert not SCHEMES.search(attributes), tag
        assert not re.search(r'src="(https?:|[/\\]{2})', attributes), tag


def test_markdown_leads_to_pages_of_files_and_to_the_web() -> None:
    source = "[a](b.md) [b](../c%20d.jpg#x) [c](e.zip) [d](https://a.example/x.md) [e](mailto:a@b)"
    rendered = render_markdown(source, "?view&sort=size")
    assert rendered is not None
    assert [html.unescape(href) for href in re.findall('href="([^"]*)"', rendered)] == [
        *("b.md?view&sort=size", "../c%20d.jpg?view&sort=size#x", "e.zip"),
        *("https://a.example/x.md", "mailto:a@b"),
    ]
    assert '<img src="a.png" alt="b"' in str(render_markdown("![b](a.png)", "?view"))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="<>[]()!`*_#\\&:;\"'=/ \n\tjavscript:onrd", max_size=200))
def test_no_markdown_makes_an_element_that_is_not_known(source: str) -> None:
    rendered = render_markdown(source, "?view")
    assert rendered is not None
    known = (
        "a blockquote code em h[1-6] hr br img li ol p pre s strong table tbody td th thead tr ul"
    )
    elements = set(re.findall(r"<(\w+)", rendered))
    assert all(re.fullmatch("|".join(known.split()), element) for element in elements), elements
    assert not re.search(r'<\w+ [^>]*(href|src)="\s*javascript:', rendered, re.IGNORECASE)


@pytest.mark.parametrize(
    "piece", ["[", "](", "*a ", "> ", "`", "<", "![[", "_a*", "- ", "|a", "&", "\\", "~", "[a]: "]
)
def test_no_markdown_holds_a_thread_for_long(piece: str) -> None:
    text = piece * (markdown.MOST_CHARACTERS // len(piece))
    began = time.process_time()
    render_markdown(text, "?view")
    assert time.process_time() - began < 10 * markdown.RENDER_SECONDS


def test_markdown_that_is_too_long_is_shown_as_it_is(share: Site, tree: Path) -> None:
    (tree / "a.md").write_text("*a*\n" * markdown.MOST_CHARACTERS)
    page = share.get("/a.md?view").body
    assert "<article>" not in page.decode()
    assert text_of(page).startswith("*a*\n")
