"""What the pages are made with: found once, kept by the browser, of the right kind."""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server_core.share.assets import Assets

if TYPE_CHECKING:
    from conftest import Site

WEB = Path(__file__).parents[2] / "resources" / "web"
BUDGET = 40 << 10
"""Bytes, compressed: what a phone loads to show the first page."""


def linked(page: bytes) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'"(/\?asset=[^"]+)"', page.decode())]


def test_everything_that_a_page_is_made_with_is_there_and_may_be_kept(share: Site) -> None:
    hrefs = linked(share.get("/").body)
    assert len(hrefs) >= 2
    for href in hrefs:
        plain, coded = share.get(href), share.get(href, Accept_Encoding="gzip")
        assert plain.status == coded.status == 200
        assert plain["Cache-Control"] == "max-age=31536000"
        assert (plain["Content-Encoding"], coded["Content-Encoding"]) == (None, "gzip")
        assert gzip.decompress(coded.body) == plain.body
        assert plain["Vary"] == "Accept-Encoding"
        head = share.get(href, "HEAD")
        assert (head.body, head["Content-Length"]) == (b"", str(len(plain.body)))


def test_style_and_script_and_mark_have_their_types(share: Site) -> None:
    hrefs = {re.split("[=&]", href)[1]: href for href in linked(share.get("/").body)}
    assert share.get(hrefs["page.css"])["Content-Type"] == "text/css; charset=utf-8"
    assert share.get(hrefs["mark.svg"])["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "name",
    ["", "no.css", "page.html", "../mark.svg", "messages/en.json", "%00", "/etc/passwd"],
)
def test_nothing_else_is_found(share: Site, name: str) -> None:
    assert share.get(f"/?asset={name}").status == 404


def test_another_content_has_another_address(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("a {}")
    before = Assets(tmp_path).href("page.css")
    (tmp_path / "page.css").write_text("b {}")
    assert Assets(tmp_path).href("page.css") != before


def test_the_page_is_light(share: Site) -> None:
    page = share.get("/").body
    coded = [share.get(href, Accept_Encoding="gzip").body for href in linked(page)]
    assert len(gzip.compress(page)) + sum(map(len, coded)) < BUDGET


def test_all_that_pages_are_made_with_is_light() -> None:
    parts = [path for path in WEB.iterdir() if path.suffix in {".css", ".js", ".svg"}]
    assert sum(len(gzip.compress(path.read_bytes())) for path in parts) < BUDGET
