"""A folder's page in another order, in another layout, in parts, and for selecting."""

from __future__ import annotations

import html
import re
import urllib.parse
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.files.order import Order, SortKey
from server_core.protocol.target import query_of
from server_core.share.arrangement import Arrangement, Layout
from server_core.share.pages import ENTRIES_OF_A_PART

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Answer, Site

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def page(share: Site, target: str) -> str:
    answer: Answer = share.get(target, Accept=BROWSER)
    assert answer.status == 200
    return answer.body.decode()


def names(text: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'<bdi class="name">(.*?)</bdi>', text)]


def hrefs(text: str) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]*)"', text)]


@pytest.fixture
def sorted_tree(tree: Path) -> Path:
    folder = tree / "sorted"
    (folder / "Folder 10").mkdir(parents=True)
    (folder / "Folder 9").mkdir()
    for number, name in enumerate(["b10.txt", "B9.jpg", "a.zip", "c.txt"]):
        (folder / name).write_bytes(b"x" * (number + 1) * 1000)
    return folder


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("", ["a.zip", "B9.jpg", "b10.txt", "c.txt"]),
        ("?sort=name&order=desc", ["c.txt", "b10.txt", "B9.jpg", "a.zip"]),
        ("?sort=size", ["b10.txt", "B9.jpg", "a.zip", "c.txt"]),
        ("?sort=size&order=desc", ["c.txt", "a.zip", "B9.jpg", "b10.txt"]),
        ("?sort=kind", ["a.zip", "b10.txt", "c.txt", "B9.jpg"]),
    ],
)
def test_a_folder_is_in_the_order_that_is_asked_for(
    share: Site, sorted_tree: Path, query: str, files: list[str]
) -> None:
    for accept in (BROWSER, "*/*"):
        answer = share.get(f"/sorted/{query}", Accept=accept)
        shown = names(answer.body.decode())
        assert shown[2:] == files
        assert set(shown[:2]) == {"Folder 9", "Folder 10"}
    assert sorted_tree.is_dir()


def test_an_order_and_a_layout_last_on_the_way(share: Site, tree: Path) -> None:
    (tree / "sub" / "deeper").mkdir()
    text = page(share, "/sub/?sort=date&order=desc&layout=grid")
    lasting = "?sort=date&order=desc&layout=grid"
    assert {f"./deeper/{lasting}", f"../{lasting}"} <= set(hrefs(text))
    assert '<ul role="list" class="grid">' in text


def test_asking_for_the_same_order_again_turns_it_round(share: Site) -> None:
    assert "./?sort=name&order=desc" in hrefs(page(share, "/"))
    assert "./?sort=date&order=desc" in hrefs(page(share, "/"))
    assert "./?sort=date" in hrefs(page(share, "/?sort=date&order=desc"))


@pytest.mark.parametrize(
    "query",
    [
        *("sort=", "sort=colour", "order=up", "layout=heap", "page=0", "page=-1", "page=x"),
        *("page=%C2%B2", "page=9999999999", "sort=NAME"),
    ],
)
def test_what_makes_no_sense_is_the_clients_mistake(share: Site, query: str) -> None:
    answer = share.get(f"/?{query}", Accept=BROWSER)
    assert answer.status == 400
    assert b"This address is wrong" in answer.body


def test_people_get_a_long_folder_in_parts_and_programs_as_a_whole(share: Site, tree: Path) -> None:
    count = 2 * ENTRIES_OF_A_PART + 3
    long = tree / "long"
    (long / "folder").mkdir(parents=True)
    for number in range(count):
        (long / f"{number}.txt").touch()
    everything = ["folder", *(f"{number}.txt" for number in range(count))]
    assert names(share.get("/long/", Accept="*/*").body.decode()) == everything
    assert names(share.get("/long/").body.decode()) == everything
    found, target, parts = [], "/long/", 0
    while target:
        text = page(share, target)
        found += names(text)
        after = re.search(r'rel="next" href="([^"]*)"', text)
        target = urllib.parse.urljoin("/long/", html.unescape(after[1])) if after else ""
        parts += 1
    assert (found, parts) == (everything, 3)
    assert 'rel="prev" href="./?page=2"' in page(share, "/long/?page=3")
    # A folder may have shrunk since.
    assert page(share, "/long/?page=99") == page(share, "/long/?page=3").replace(
        "page=3", "page=99"
    )
    assert names(page(share, "/?page=2")) == names(page(share, "/"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(
            'a "b" & c.txt',
            "a%20%22b%22%20%26%20c.txt",
            marks=pytest.mark.needs("names that Windows forbids"),
        ),
        ("a & c.txt", "a%20%26%20c.txt"),
    ],
)
def test_entries_are_selected_in_a_form(share: Site, tree: Path, name: str, value: str) -> None:
    (tree / "sub" / name).touch()
    text = page(share, "/sub/?select")
    assert '<form method="post" action="./?zip">' in text
    values = re.findall(r'<input type="checkbox" name="href" value="([^"]*)">', text)
    assert values == [value, "inner.txt"]


def test_a_page_for_programs_has_nothing_but_links_to_the_entries(share: Site) -> None:
    text = share.get("/sub/", Accept="*/*").body.decode()
    links = re.findall(r'<a [^>]*href="([^"]*)"', text)
    assert links == ["/", "../", "./inner.txt"]
    assert "<form" not in text
    assert "<img" not in text


def test_pages_for_people_and_for_programs_are_told_apart(share: Site) -> None:
    for accept in (BROWSER, "*/*", BROWSER, "text/html;q=0"):
        answer = share.get("/", Accept=accept)
        assert (b'role="search"' in answer.body) == (accept == BROWSER)
        assert answer["Vary"] == "Accept, Accept-Language"


arrangements = st.builds(
    Arrangement,
    order=st.builds(Order, st.sampled_from(SortKey), st.booleans()),
    layout=st.sampled_from(Layout),
    page=st.integers(1, 10**9 - 1),
    is_selecting=st.booleans(),
)


@given(arrangements)
def test_an_address_says_the_whole_arrangement(arrangement: Arrangement) -> None:
    assert Arrangement.of(query_of(f"/{arrangement.query}")) == arrangement


def test_the_code_of_a_folder_is_a_picture(share: Site) -> None:
    answer = share.get("/sub/?qr")
    assert (answer.status, answer["Content-Type"]) == (200, "image/svg+xml")
    assert answer.body.startswith(b"<svg ")
    assert share.get("/sub/?qr").body == answer.body
    assert share.get("/?qr").body != answer.body


def test_an_address_that_no_code_can_hold_has_none(share: Site, tree: Path) -> None:
    below = tree
    segments = []
    for _ in range(16):
        segments.append("é" * 100)
        below /= segments[-1]
        below.mkdir()
    target = "".join(f"/{urllib.parse.quote(segment)}" for segment in segments)
    assert share.get(f"{target}/?qr").status == 404
