"""Which requests a share refuses, and how it says so to a person."""

from __future__ import annotations

import errno
import html
import os
import re
from typing import TYPE_CHECKING

import pytest

from server_core import RequestFinished
from server_core.share.access import is_own_name
from server_core.share.handler import ShareRequestHandler

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site


@pytest.mark.parametrize(
    "host",
    [
        *("192.168.1.20", "192.168.1.20:8000", "[::1]", "[fd00::2]:8000", "[fe80::1%eth0]:80"),
        *("localhost", "localhost:8000", "annes-pc", "annes-pc:8000", "Annes-Mac.local:8000"),
        *("nas.lan", "pc.home.arpa", "pc.local.", ""),
    ],
)
def test_a_name_that_only_this_network_knows_is_answered(host: str) -> None:
    assert is_own_name(host)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "192.168.1.20.evil.example", "local.evil.example"),
        *("evillocal.example.", "1.2.3.4.5", "a.b", "annes-pc.evil.example:80"),
    ],
)
def test_a_name_in_the_public_dns_is_not(host: str) -> None:
    assert not is_own_name(host)


def test_a_page_of_another_site_cannot_read_the_share_through_its_own_name(share: Site) -> None:
    answers = share.raw(b"GET /plain.txt HTTP/1.1\r\nHost: evil.example:8000\r\n\r\n")
    assert answers.startswith(b"HTTP/1.1 421 ")
    assert b"twelve gulls" not in answers
    assert share.raw(b"GET /plain.txt HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_what_may_not_be_read_is_said_to_be_so(
    share: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may read everything: the refusal is the system's own, made by hand.
    def refuse(*_: object) -> object:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(ShareRequestHandler, "_open", refuse)
    answer = share.get("/plain.txt")
    assert answer.status == 403
    assert b"is not allowed to read this one part of it" in answer.body


def test_a_folder_that_is_gone_is_told_on_a_whole_page(
    share: Site, tree: Path, tmp_path: Path
) -> None:
    before = share.get("/").body.decode()
    assets = re.findall(r'(?:href|src)="(/\?asset=[^"]+)"', before)
    tree.rename(tmp_path / "elsewhere")
    for path in ("/", "/plain.txt", "/?layout=grid"):
        answer = share.get(path)
        assert answer.status == 404
        assert b"The folder is not there any more" in answer.body
        assert b">Try again</a>" in answer.body
    for asset in assets:
        assert share.get(html.unescape(asset)).status == 200
    assert len(assets) >= 3
    (tmp_path / "elsewhere").rename(tree)
    assert share.get("/").status == 200
    assert b"This is not here" in share.get("/nowhere").body


def test_what_can_only_be_fetched_says_so_to_a_form(share: Site) -> None:
    answer = share.raw(b"DELETE /plain.txt HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 501 ")
    assert b"What is shared can be looked at and downloaded, and nothing else." in answer


def test_a_share_without_descriptors_says_when_to_come_back(
    share: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> object:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(ShareRequestHandler, "_open", refuse)
    answer = share.get("/plain.txt")
    assert answer.status == 503
    assert answer["Retry-After"] == "2"
    assert b"One moment, please" in answer.body


def test_a_browser_that_asks_for_an_icon_gets_the_mark_or_the_folders_own(
    share: Site, tree: Path
) -> None:
    answer = share.get("/favicon.ico")
    assert (answer.status, answer["Content-Type"]) == (200, "image/svg+xml")
    assert answer.body.startswith(b"<svg")
    head = share.get("/favicon.ico", "HEAD")
    assert (head["Content-Length"], head.body) == (str(len(answer.body)), b"")
    (tree / "favicon.ico").write_bytes(b"its own")
    assert share.get("/favicon.ico").body == b"its own"


def test_an_endless_target_is_told_to_the_observer_in_part(share: Site) -> None:
    assert share.get("/" + "x" * 60_000).status == 404
    (event,) = share.wait_for(RequestFinished)
    assert isinstance(event, RequestFinished)
    assert len(event.target) < 3_000
