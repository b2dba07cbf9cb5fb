"""Files of resources/ are found in a checkout, in an installed wheel and in a frozen program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from app import resources
from app.resources import MissingResourceError, resource_path

if TYPE_CHECKING:
    from pathlib import Path


def holding_a_page(folder: Path) -> Path:
    (folder / "web").mkdir(parents=True)
    page = folder / "web" / "page.html"
    page.write_text("<p>", encoding="ascii")
    return page


def test_in_a_checkout_they_lie_beside_the_package() -> None:
    path = resource_path("web")
    assert path.is_dir()
    assert path.parent.name in ("resources", "_resources")


def test_in_a_wheel_they_lie_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = holding_a_page(tmp_path / "app" / "_resources")
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "app")
    assert resource_path("web", "page.html") == page


@pytest.mark.parametrize("place", ["app/_resources", "resources"])
def test_in_a_frozen_program_they_lie_where_it_was_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    page = holding_a_page(tmp_path / place)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_path("web", "page.html") == page


def test_a_missing_one_is_named_with_what_repairs_it() -> None:
    with pytest.raises(MissingResourceError, match=r"^web/none\.html is missing .* installing"):
        resource_path("web", "none.html")
