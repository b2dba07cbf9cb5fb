"""A folder's entries by name, date, size and kind: folders first, nothing lost."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import pytest

from server_core.files.directory import DirectoryListing
from server_core.files.order import BY_NAME, Order, SortKey
from server_core.files.resource import open_anywhere

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = [Order(*choice) for choice in itertools.product(SortKey, [False, True])]


def opened(folder: Path) -> DirectoryListing:
    return DirectoryListing(open_anywhere(str(folder)), str(folder), hidden=False)


def divided(folder: Path, order: Order = BY_NAME) -> tuple[list[str], list[str]]:
    with opened(folder) as listing:
        return listing.divided(order)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which every order is another one."""
    for name, size, modified in (
        ("note 10.txt", 30, 400),
        ("note 9.txt", 30, 100),
        ("éclair.jpg", 10, 300),
        ("Eclair.zip", 2000, 200),
        ("empty", 0, 300),
    ):
        (tmp_path / name).write_bytes(b"x" * size)
        os.utime(tmp_path / name, (0, modified))
    for name, modified in (("z 2", 700), ("z 10", 600), ("A", 800)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, modified))
    return tmp_path


@pytest.mark.parametrize(
    ("order", "folders", "files"),
    [
        (
            BY_NAME,
            ["A", "z 2", "z 10"],
            ["éclair.jpg", "Eclair.zip", "empty", "note 9.txt", "note 10.txt"],
        ),
        (
            Order(SortKey.NAME, is_descending=True),
            ["z 10", "z 2", "A"],
            ["note 10.txt", "note 9.txt", "empty", "Eclair.zip", "éclair.jpg"],
        ),
        (
            Order(SortKey.DATE),
            ["z 10", "z 2", "A"],
            ["note 9.txt", "Eclair.zip", "éclair.jpg", "empty", "note 10.txt"],
        ),
        (
            Order(SortKey.DATE, is_descending=True),
            ["A", "z 2", "z 10"],
            ["note 10.txt", "éclair.jpg", "empty", "Eclair.zip", "note 9.txt"],
        ),
        (
            Order(SortKey.SIZE),
            ["A", "z 2", "z 10"],
            ["empty", "éclair.jpg", "note 9.txt", "note 10.txt", "Eclair.zip"],
        ),
        (
            Order(SortKey.SIZE, is_descending=True),
            ["A", "z 2", "z 10"],
            ["Eclair.zip", "note 9.txt", "note 10.txt", "éclair.jpg", "empty"],
        ),
        (
            Order(SortKey.KIND),
            ["A", "z 2", "z 10"],
            ["Eclair.zip", "note 9.txt", "note 10.txt", "empty", "éclair.jpg"],
        ),
        (
            Order(SortKey.KIND, is_descending=True),
            ["A", "z 2", "z 10"],
            ["éclair.jpg", "empty", "note 9.txt", "note 10.txt", "Eclair.zip"],
        ),
    ],
)
def test_entries_are_in_the_order_that_is_asked_for(
    folder: Path, order: Order, folders: list[str], files: list[str]
) -> None:
    assert divided(folder, order) == (folders, files)


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_has_the_same_entries(folder: Path, order: Order) -> None:
    (folder / ".hidden").write_bytes(b"x")
    (folder / "link to a file").symlink_to("empty")
    (folder / "link to a folder").symlink_to("A")
    (folder / "link out").symlink_to("..")
    (folder / "dangling").symlink_to("missing")
    with open(os.path.join(os.fsencode(folder), b"caf\xe9"), "wb"):
        pass
    folders, files = divided(folder, order)
    assert set(folders) == {"A", "z 2", "z 10", "link to a folder"}
    assert set(files) == {
        *("éclair.jpg", "Eclair.zip", "empty", "note 9.txt", "note 10.txt"),
        *("link to a file", "caf\udce9"),
    }
    assert len(folders) + len(files) == 11


@pytest.mark.parametrize("order", ORDERS)
def test_an_empty_folder_has_every_order(tmp_path: Path, order: Order) -> None:
    assert divided(tmp_path, order) == ([], [])


def test_a_link_has_the_size_and_the_date_of_what_it_leads_to(folder: Path) -> None:
    (folder / "link").symlink_to("Eclair.zip")
    by_size = divided(folder, Order(SortKey.SIZE))[1]
    assert by_size[-2:] == ["Eclair.zip", "link"]
    assert divided(folder, Order(SortKey.DATE))[1][1:3] == ["Eclair.zip", "link"]


@pytest.mark.parametrize("key", [SortKey.DATE, SortKey.SIZE])
def test_what_vanishes_while_it_is_looked_at_is_left_out(folder: Path, key: SortKey) -> None:
    with opened(folder) as listing:
        listing.names()
        (folder / "empty").unlink()
        _, files = listing.divided(Order(key))
    assert "empty" not in files
    assert len(files) == 4


def test_for_the_order_of_names_and_kinds_nothing_is_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(folder) as listing:
        monkeypatch.setattr(os, "stat", None)
        for key in (SortKey.NAME, SortKey.KIND):
            assert len(listing.divided(Order(key))[1]) == 5
