"""The order of a folder is made once for many pages of it, and never one of other names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from server_core.files.directory import DirectoryListing
from server_core.files.order import BY_NAME, Order, SortKey
from server_core.files.resource import open_anywhere
from server_core.share.kept_orders import KeptOrders

if TYPE_CHECKING:
    from pathlib import Path

BY_SIZE = Order(SortKey.SIZE)


@pytest.fixture
def orders() -> KeptOrders:
    """Orders of folders that may have changed just now."""
    kept = KeptOrders()
    kept.step_of_time = -1.0
    return kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, size in (("9", 3), ("10", 2), ("a", 1)):
        (tmp_path / name).write_bytes(b"x" * size)
    for name in ("sub 2", "sub 10"):
        (tmp_path / name).mkdir()
    return tmp_path


def listed(folder: Path, *, confined: bool = True, hidden: bool = False) -> DirectoryListing:
    root = str(folder) if confined else None
    return DirectoryListing(open_anywhere(str(folder)), root, hidden=hidden)


def divided(
    orders: KeptOrders, folder: Path, order: Order = BY_NAME, **scope: bool
) -> tuple[list[str], list[str]]:
    with listed(folder, **scope) as listing:
        return orders.divided(listing, order)


@pytest.mark.needs("folders that are opened")
def test_an_order_is_made_once(
    orders: KeptOrders, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {order: divided(orders, folder, order) for order in (BY_NAME, BY_SIZE)}
    assert first[BY_NAME] == (["sub 2", "sub 10"], ["9", "10", "a"])
    assert first[BY_SIZE] == (["sub 2", "sub 10"], ["a", "10", "9"])
    monkeypatch.setattr(DirectoryListing, "divided", None)
    assert {order: divided(orders, folder, order) for order in first} == first


def test_another_name_is_seen_at_once(orders: KeptOrders, folder: Path) -> None:
    divided(orders, folder)
    (folder / "8").touch()
    assert divided(orders, folder)[1] == ["8", "9", "10", "a"]
    (folder / "sub 2").rmdir()
    assert divided(orders, folder)[0] == ["sub 10"]


@pytest.mark.needs("folders that are opened")
def test_another_size_is_seen_after_a_while(orders: KeptOrders, folder: Path) -> None:
    divided(orders, folder, BY_SIZE)
    (folder / "a").write_bytes(b"x" * 9)
    assert divided(orders, folder, BY_SIZE)[1] == ["a", "10", "9"]
    orders.lifetime = 0.0
    assert divided(orders, folder, BY_SIZE)[1] == ["10", "9", "a"]


def test_a_folder_that_was_changed_lately_has_no_order_kept(folder: Path) -> None:
    orders = KeptOrders()
    divided(orders, folder, BY_SIZE)
    (folder / "a").write_bytes(b"x" * 9)
    assert divided(orders, folder, BY_SIZE)[1] == ["10", "9", "a"]


@pytest.mark.needs("symbolic links")
def test_what_is_hidden_or_outside_comes_by_no_other_order(
    orders: KeptOrders, folder: Path
) -> None:
    (folder / ".hidden").touch()
    (folder / "link").symlink_to("..")
    plain = (["sub 2", "sub 10"], ["9", "10", "a"])
    everything = (["link", "sub 2", "sub 10"], [".hidden", "9", "10", "a"])
    for _ in range(2):
        assert divided(orders, folder) == plain
        assert divided(orders, folder, confined=False, hidden=True) == everything


@pytest.mark.parametrize("count", [0, 1, 2])
def test_any_number_of_folders_and_files_is_kept(
    orders: KeptOrders, tmp_path: Path, count: int
) -> None:
    for number in range(count):
        (tmp_path / f"a{number}").mkdir()
    for folder in (tmp_path, tmp_path / "none"):
        folder.mkdir(exist_ok=True)
        expected = divided(KeptOrders(), folder)
        for _ in range(2):
            assert divided(orders, folder) == expected


@pytest.mark.needs("names that are no text")
def test_names_that_are_not_utf_8_are_kept_as_they_are(orders: KeptOrders, folder: Path) -> None:
    with open(os.path.join(os.fsencode(folder), b"caf\xe9"), "wb"):
        pass
    for _ in range(2):
        assert "caf\udce9" in divided(orders, folder)[1]


def test_a_longer_order_than_may_be_kept_is_made_each_time(
    orders: KeptOrders, folder: Path
) -> None:
    orders.max_page = 5
    divided(orders, folder, BY_SIZE)
    (folder / "a").write_bytes(b"x" * 9)
    assert divided(orders, folder, BY_SIZE)[1] == ["10", "9", "a"]
