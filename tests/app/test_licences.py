"""What Folderport consists of: every part by name, with the licence that it is under."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from app import licences

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ASKED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["heic"]]
NEEDED = [
    re.split(r"[<>=!~; ]", line)[0]
    for line in ASKED
    # What another system needs is not here.
    if "sys_platform" not in line or f"sys_platform == '{sys.platform}'" in line
]
FOUND = {licences._same(part.name): part for part in licences.components()}


@pytest.mark.parametrize("name", [*NEEDED, "folderport", "Python", "shiboken6", "mdurl"])
def test_every_part_is_named_with_its_licence(name: str) -> None:
    part = FOUND[licences._same(name)]
    assert 2 < len(part.licence) < 80
    assert re.search(r"[0-9]", part.version)
    assert len(part.text) > 500
    assert "does not hold" not in part.text


def test_what_only_a_developer_needs_is_no_part() -> None:
    developers = {"pytest", "mypy", "ruff", "selenium", "pillow-heif"}
    assert developers & set(FOUND) == set()


def test_the_licences_of_qt_come_along() -> None:
    text = FOUND["pyside6-essentials"].text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text


def test_what_qt_is_made_of_is_told_with_it() -> None:
    text = FOUND["pyside6-essentials"].text
    for part in ("HarfBuzz", "FreeType", "libpng", "International Components for Unicode"):
        assert part in text


def test_folderport_comes_first_and_the_rest_by_name() -> None:
    names = [part.name.lower() for part in licences.components()]
    assert names[0] == "folderport"
    assert names[1:] == sorted(names[1:])


def test_a_text_that_is_missing_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(licences.sysconfig, "get_path", lambda _name: str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert licences.python().text == (
        "This copy of Folderport does not hold the text of this licence."
    )


def test_a_bundles_libraries_are_parts_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "app" / "_resources" / "licences" / "libraries"
    place.mkdir(parents=True)
    (place / "openssl 3.0.19.txt").write_text("Apache License")
    assert "openssl" not in {part.name for part in licences.components()}
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    [part] = [part for part in licences.components() if part.name == "openssl"]
    assert (part.version, part.text) == ("3.0.19", "Apache License")
