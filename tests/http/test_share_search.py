"""Searching below a folder of the share: a page for people, and JSON for programs."""

from __future__ import annotations

import html
import json
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from conftest import Settles, Site

    from server_core.share.search import SearchSlots

BROWSER = "text/html,*/*;q=0.8"


def page(share: Site, target: str) -> str:
    answer = share.get(target, Accept=BROWSER)
    assert answer.status == 200
    return answer.body.decode()


def slots_of(share: Site) -> SearchSlots:
    handler = share.server.RequestHandlerClass
    slots: SearchSlots = handler.keywords["pages"].searches
    return slots


@pytest.fixture
def taken(share: Site) -> Iterator[SearchSlots]:
    """The slots for searches, all taken."""
    slots = slots_of(share)
    count = 0
    while slots.acquire(blocking=False):
        count += 1
    yield slots
    slots.release(count)


def test_files_and_folders_are_found_below_the_folder_alone(share: Site) -> None:
    text = page(share, "/?search=inner")
    assert 'href="./sub/inner.txt?view"' in text
    assert '<a class="folder" href="./sub/">' in text
    assert "1 found" in text
    assert 'value="inner"' in text
    assert "plain.txt" not in page(share, "/sub/?search=t")


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_programs_get_what_is_found(share: Site, form: str) -> None:
    text = share.get(f"/?search=INNER&format={form}").body.decode()
    entries = json.loads(text)["entries"] if form == "json" else [json.loads(text)]
    assert [entry["href"] for entry in entries] == ["sub/inner.txt"]
    assert [entry["name"] for entry in entries] == ["inner.txt"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            pytest.param(name, marks=pytest.mark.needs("names that Windows forbids"))
            for name in (b"<script>", b"\"&'", b"a\nb", b"50%#?", b"a:b")
        ),
        pytest.param(b"caf\xe9", marks=pytest.mark.needs("names that are no text")),
        "é 😀".encode(),
    ],
)
def test_any_name_is_found_in_any_folder_and_opens(share: Site, tree: Path, name: bytes) -> None:
    folder = tree / os.fsdecode(name)
    folder.mkdir()
    (folder / os.fsdecode(b"gull " + name)).write_bytes(b"it")
    text = page(share, "/?search=gull")
    [href] = re.findall(r'<a class="(?!get)\w+" href="(\./[^"]*gull[^"]*)"', text)
    assert share.get(urljoin("/", html.unescape(href))).body == b"it"
    assert "<script>" not in text.replace("<script src", "")


def test_a_term_is_escaped(share: Site) -> None:
    text = page(share, "/?search=" + quote('"><script>x'))
    assert "<script>x" not in text
    assert "No name has this in it" in text


@pytest.mark.parametrize("term", ["", "+", "%20", "%CC%81"])
def test_looking_for_nothing_shows_the_folder(share: Site, term: str) -> None:
    assert "plain.txt" in page(share, f"/?search={term}")


@pytest.mark.parametrize("query", [f"search={'x' * 201}", "search=x&format=xml"])
def test_what_cannot_be_looked_for_is_refused(share: Site, query: str) -> None:
    assert share.get(f"/?{query}").status == 400


def test_a_missing_folder_is_not_searched(share: Site) -> None:
    assert share.get("/nothing/?search=x").status == 404


def test_more_than_a_page_of_results_is_said_to_be_more(
    share: Site, tree: Path, put_names: Callable[[Path, Iterable[str]], None]
) -> None:
    put_names(tree, (f"gull {number}" for number in range(1001)))
    text = page(share, "/?search=gull")
    assert text.count('<bdi class="name">') == 1000
    assert "More than 1,000 were found" in text


def test_programs_are_told_whether_they_got_everything(
    share: Site, tree: Path, put_names: Callable[[Path, Iterable[str]], None]
) -> None:
    assert json.loads(share.get("/?search=t&format=json").body)["complete"] is True
    put_names(tree, (f"gull {number}" for number in range(1001)))
    listing = json.loads(share.get("/?search=gull&format=json").body)
    assert (len(listing["entries"]), listing["complete"]) == (1000, False)


def test_head_says_what_get_says_and_searches_nothing(share: Site) -> None:
    got, head = (
        {**dict(share.get("/?search=t", method, Accept=BROWSER).headers.items()), "Date": ""}
        for method in ("GET", "HEAD")
    )
    assert got == head


@pytest.mark.usefixtures("taken")
def test_too_many_searches_at_once_are_to_come_again(share: Site) -> None:
    answer = share.get("/?search=x")
    assert (answer.status, answer["Retry-After"]) == (503, "2")
    assert share.get("/").status == 200


def test_who_does_not_read_what_was_found_keeps_nobody_from_searching(
    share: Site,
    tree: Path,
    settles: Settles,
    put_names: Callable[[Path, Iterable[str]], None],
) -> None:
    folder = tree / ("é" * 120) / ("ü" * 120) / ("ö" * 120) / ("ä" * 120)
    folder.mkdir(parents=True)
    # More than every buffer on the way holds, as a page.
    put_names(folder, (f"gull {number}" for number in range(1000)))
    slots = slots_of(share)
    silent = [share.connect(receive_buffer=1024) for _ in range(6)]  # more than there are slots
    for client in silent:
        client.ask("/?search=gull", Accept=BROWSER)
        assert client.stream.readline() == b"HTTP/1.1 200 OK\r\n"
    settles(lambda: slots._value == 4, "every slot is free")
    assert "inner.txt" in page(share, "/?search=inner")
    for client in silent:
        client.close()
    assert page(share, "/?search=gull").count("<li>") == 1000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=60))
def test_any_term_is_answered(share: Site, term: bytes) -> None:
    assert share.get(f"/?search={quote(term)}", Accept=BROWSER).status == 200
