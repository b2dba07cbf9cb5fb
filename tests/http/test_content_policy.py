"""What a browser is told it may do with the files of a share, in every answer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server_core.prepared import PreparedAnswers
from server_core.share.content_policy import content_fields

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Answer, Site

POLICY = "Content-Security-Policy"
RUNNABLE = (
    *("text/html", "text/html; charset=utf-8", "TEXT/HTML", " text/html ;x", "image/svg+xml"),
    *("application/xhtml+xml", "application/xml", "text/xml", "application/mathml+xml"),
    *("application/atom+xml", "text/xsl", "multipart/related", "message/rfc822"),
    *("application/x-shockwave-flash", "text/x-unheard-of", "audio/x+xml", "", "nonsense"),
)
HARMLESS = (
    *("text/plain", "text/plain; charset=utf-8", "text/css", "text/javascript", "text/csv"),
    *("image/png", "image/vnd.microsoft.icon", "audio/mpeg", "video/mp4", "font/woff2"),
    *("application/octet-stream", "application/zip", "application/json"),
)


@pytest.mark.parametrize("content_type", RUNNABLE)
def test_what_could_be_run_is_in_a_sandbox(content_type: str) -> None:
    [(name, policy)] = content_fields(content_type)
    assert name == POLICY
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-forms" not in rules["sandbox"]
    assert rules["default-src"] == rules["form-action"] == rules["base-uri"] == "'none'"
    assert "script-src" not in rules
    assert rules["img-src"].startswith("'self'")
    assert rules["style-src"].startswith("'self'")
    assert rules["frame-ancestors"] == "'self'"
    assert not any("*" in values or "http" in values for values in rules.values())


@pytest.mark.parametrize("content_type", HARMLESS)
def test_what_cannot_be_run_is_as_it_was(content_type: str) -> None:
    assert content_fields(content_type) == ()


def test_a_pdf_may_be_shown_in_a_page_of_the_share_alone() -> None:
    assert content_fields("application/pdf") == ((POLICY, "frame-ancestors 'self'"),)


@pytest.fixture
def hostile(tree: Path) -> str:
    (tree / "hostile.html").write_text("<script>alert(1)</script>" * 100)
    return "/hostile.html"


def assert_bound(answer: Answer) -> None:
    fields = {
        POLICY: content_fields("text/html")[0][1],
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
    }
    for name, value in fields.items():
        assert answer.headers.get_all(name) == [value], name


def test_every_answer_for_such_a_file_says_so(share: Site, hostile: str) -> None:
    whole = share.get(hostile)
    tag = str(whole["ETag"])
    answers = {
        200: whole,
        206: share.get(hostile, Range="bytes=0-9"),
        304: share.get(hostile, If_None_Match=tag),
        412: share.get(hostile, If_Match='"other"'),
        416: share.get(hostile, Range="bytes=999999-"),
    }
    for status, answer in answers.items():
        assert answer.status == status
        assert_bound(answer)
    assert_bound(share.get(hostile, "HEAD"))
    assert_bound(share.get(hostile, Accept_Encoding="gzip"))
    assert_bound(share.get(hostile, Range="bytes=0-0,5-5"))
    assert_bound(share.get(hostile + "?download"))


def test_an_answer_that_is_given_again_says_so_too(
    share: Site, hostile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PreparedAnswers, "settling", -1.0)
    client = share.connect()
    tag = str(client.get(hostile)["ETag"])
    for _ in range(5):
        assert_bound(client.get(hostile))
        assert_bound(client.get(hostile, If_None_Match=tag))
    kept = share.server.prepared._by_line  # type: ignore[attr-defined] # it is a pooled server
    assert sorted(answer.status for answers in kept.values() for answer in answers.values()) == [
        200,
        304,
    ]


@pytest.mark.parametrize("name", ["page.HTML", "page.xhtml", "image.svg", "feed.xml", "x.mht"])
def test_the_type_decides_and_not_what_is_in_the_file(share: Site, tree: Path, name: str) -> None:
    (tree / name).write_text("nothing that looks like it")
    assert_bound(share.get(f"/{name}"))
