"""A folder's listing for programs: JSON, and a line for each entry."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.files.directory import DirectoryEntry
from server_core.share.listings import ListingFormat, ProgramRows, listing_for_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Site

HOSTILE = ['"quoted"', "<b>", "a\nb", "a:b", "50%", "#1?", "back\\slash", "é 😀", "صور", "\x01"]


def listed(share: Site, target: str) -> list[dict[str, Any]]:
    answer = share.get(target)
    assert answer.status == 200
    if "jsonl" in target:
        return [json.loads(line) for line in answer.body.decode().splitlines()]
    entries: list[dict[str, Any]] = json.loads(answer.body)["entries"]
    return entries


def test_the_listing_has_what_is_known_of_every_entry(share: Site, tree: Path) -> None:
    for name in ("sub", "plain.txt"):
        os.utime(tree / name, (0, 86399.5))
    answer = share.get("/?format=json")
    assert answer["Content-Type"] == "application/json"
    listing = json.loads(answer.body)
    assert listing["path"] == "/"
    assert [entry["name"] for entry in listing["entries"]] == [
        "sub",
        "big.bin",
        "empty",
        "plain.txt",
    ]
    modified = "1970-01-01T23:59:59Z"
    assert listing["entries"][0] == {
        "name": "sub",
        "href": "sub/",
        "type": "directory",
        "modified": modified,
    }
    assert listing["entries"][-1] == {
        "name": "plain.txt",
        "href": "plain.txt",
        "type": "file",
        "size": 13,
        "modified": modified,
        "kind": "document",
    }


def test_lines_have_the_same_entries(share: Site) -> None:
    assert share.get("/?format=jsonl")["Content-Type"] == "application/x-ndjson"
    assert listed(share, "/?format=jsonl") == listed(share, "/?format=json")


def test_an_order_is_kept_to(share: Site) -> None:
    entries = listed(share, "/?format=jsonl&sort=size&order=desc")
    assert [entry["name"] for entry in entries] == ["sub", "big.bin", "plain.txt", "empty"]


@pytest.mark.parametrize("name", [*map(os.fsencode, HOSTILE), b"caf\xe9"])
def test_every_name_is_readable_and_its_link_leads_to_it(
    share: Site, tree: Path, name: bytes
) -> None:
    folder = tree / "named"
    folder.mkdir()
    (folder / os.fsdecode(name)).write_bytes(b"it")
    [entry] = listed(share, "/named/?format=json")
    assert entry["name"] == name.decode(errors="replace")
    assert share.get(urljoin("/named/", entry["href"])).body == b"it"


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_an_empty_folder_has_no_entries(share: Site, tree: Path, form: str) -> None:
    (tree / "none").mkdir()
    (tree / "none" / ".hidden").touch()
    assert listed(share, f"/none/?format={form}") == []


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_long_listing_is_streamed_whole(
    share: Site, tree: Path, form: str, put_names: Callable[[Path, Iterable[str]], None]
) -> None:
    folder = tree / "many"
    folder.mkdir()
    put_names(folder, map(str, range(10_100)))
    target = f"/many/?format={form}"
    assert share.get(target)["Transfer-Encoding"] == "chunked"
    assert [entry["name"] for entry in listed(share, target)] == [str(n) for n in range(10_100)]


@pytest.mark.parametrize("query", ["format=xml", "format=", "format=JSON", "format=json&sort=x"])
def test_what_is_unknown_is_refused(share: Site, query: str) -> None:
    assert share.get(f"/?{query}").status == 400


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_head_says_what_get_says(share: Site, form: str) -> None:
    target = f"/?format={form}"
    got, head = (dict(share.get(target, method).headers.items()) for method in ("GET", "HEAD"))
    assert {**got, "Date": ""} == {**head, "Date": ""}


def test_a_folder_that_is_missing_has_no_listing(share: Site) -> None:
    assert share.get("/nothing/?format=json").status == 404


@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), max_size=20))
def test_any_names_make_json(names: list[str]) -> None:
    names = [os.fsdecode(name.encode("utf-8", "replace")) for name in names]
    entries = [DirectoryEntry(name, is_directory=False, is_link=False) for name in names]
    rows = ProgramRows().of(entries)
    text = b"".join(listing_for_programs(ListingFormat.JSON, "/", [rows[:3], [], rows[3:]]))
    assert [entry["name"] for entry in json.loads(text)["entries"]] == names
    lines = b"".join(listing_for_programs(ListingFormat.LINES, "/", [rows])).split(b"\n")
    assert [json.loads(line)["name"] for line in lines[:-1]] == names
