"""Searching the names below a folder: what is found, in which order, and where it ends."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.files.directory import DirectoryListing
from server_core.files.resource import open_beneath
from server_core.files.search import Bounds, Search, SearchEnd, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conftest import Lay

ROUNDS = Bounds(silence=60.0)


def searching(root: Path, term: str, bounds: Bounds = ROUNDS) -> Search:
    def open_folder(below: Sequence[str]) -> DirectoryListing:
        return DirectoryListing(open_beneath(str(root), below), str(root), hidden=False)

    return Search(open_folder, words_of(term), bounds)


def found(search: Search) -> list[str]:
    return [
        "/".join((*results.folder, entry.name))
        for results in search.results()
        for entry in results.entries
    ]


def test_near_things_come_first_and_in_each_folder_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "gulls").mkdir()
    for name in ("a/b/gull", "a/gull 10", "a/gull 9", "gull"):
        (tmp_path / name).touch()
    search = searching(tmp_path, "gull")
    assert found(search) == ["gulls", "gull", "a/gull 9", "a/gull 10", "a/b/gull"]
    assert (search.count, search.end) == (5, SearchEnd.COMPLETE)


@pytest.mark.parametrize("term", ["cafe", "CAFÉ", "noir café", "caf  no"])
def test_all_words_are_matched_without_capitals_and_accents(tmp_path: Path, term: str) -> None:
    (tmp_path / "Café Noir").mkdir()
    (tmp_path / "Café Noir" / "inner").touch()
    assert found(searching(tmp_path, term)) == ["Café Noir"]


def test_hidden_files_and_what_is_in_hidden_folders_are_not_found(tmp_path: Path) -> None:
    (tmp_path / ".gulls").mkdir()
    (tmp_path / ".gulls" / "gull").touch()
    (tmp_path / ".gull").touch()
    assert found(searching(tmp_path, "gull")) == []


@pytest.mark.needs("symbolic links")
def test_a_loop_of_links_ends_and_links_out_are_not_found(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "inner").mkdir(parents=True)
    (root / "inner" / "gull").touch()
    (root / "inner" / "up").symlink_to(root)
    (root / "gulls").symlink_to(root / "inner")
    (tmp_path / "gull outside").touch()
    (root / "gull outside").symlink_to(tmp_path / "gull outside")
    search = searching(root, "gull")
    assert found(search) == ["gulls", "inner/gull"]
    assert search.end is SearchEnd.COMPLETE


def test_a_folder_that_vanished_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a gull").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "gull").touch()
    results = searching(tmp_path, "gull").results()
    assert next(results).folder == ()
    (tmp_path / "a gull").rmdir()
    assert [result.folder for result in results] == [("b",)]


def test_no_more_results_come_than_are_wanted(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"gull {number}").touch()
    search = searching(tmp_path, "gull", ROUNDS._replace(results=5))
    assert len(found(search)) == 5
    assert (search.count, search.end) == (5, SearchEnd.MANY_RESULTS)
    assert searching(tmp_path, "gull", ROUNDS._replace(results=7)).end is SearchEnd.COMPLETE


@pytest.mark.parametrize("bounds", [{"entries": 2}, {"depth": 1}, {"seconds": 0.0}])
def test_a_search_without_an_end_is_cut_short(tmp_path: Path, bounds: dict[str, float]) -> None:
    (tmp_path / "1" / "2" / "3" / "gull").mkdir(parents=True)
    search = searching(tmp_path, "gull", ROUNDS._replace(**bounds))
    assert found(search) == []
    assert search.end is SearchEnd.CUT_SHORT


def test_where_nothing_is_found_it_is_told_that_the_search_goes_on(tmp_path: Path) -> None:
    (tmp_path / "1" / "2").mkdir(parents=True)
    results = list(searching(tmp_path, "gull", Bounds(silence=0.0)).results())
    assert [result.folder for result in results] == [(), ("1",), ("1", "2")]


def test_every_folder_is_closed_when_the_search_is_left(
    tmp_path: Path, descriptors: Callable[[], int]
) -> None:
    (tmp_path / "gull" / "gull").mkdir(parents=True)
    before = descriptors()
    results = searching(tmp_path, "gull").results()
    next(results)
    results.close()
    assert descriptors() == before


NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=40
)


@given(name=NAMES.filter(lambda name: not name.startswith(".")))
def test_every_name_is_found_by_itself(lay: Lay, name: str) -> None:
    with TemporaryDirectory() as folder:
        laid = list(lay(Path(folder), {name: b""}))
        assert found(searching(Path(folder), name)) == laid
