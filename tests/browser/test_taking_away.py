"""Taking files away by a browser: one, several as a ZIP, all of them; with and without scripts."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

SECONDS = 20
NAMES = ('the "best" <one> & 100 %41.txt', "#1? ümläut 😀.txt", "صور.txt", "line\nbreak.txt")
UNDECODABLE = b"no \xff unicode.txt"


@pytest.fixture
def tree(shared: Path) -> Path:
    """Files with names of every kind, and one that nobody selects."""
    for name in NAMES:
        (shared / name).write_text(name)
    (shared / os.fsdecode(UNDECODABLE)).write_bytes(UNDECODABLE)
    (shared / "Folder").mkdir()
    (shared / "Folder" / "below.txt").write_text("below")
    (shared / "left.txt").write_text("left")
    return shared


@pytest.fixture(params=["with scripts", "without"])
def phone(request: pytest.FixtureRequest, browse: Callable[..., Chrome]) -> Iterator[Chrome]:
    chromium = browse()
    is_off = request.param == "without"
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": is_off})
    yield chromium
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.fixture
def downloaded(phone: Chrome, downloads: Path) -> Iterator[Callable[[str], Path]]:
    """Wait until a file has come, which goes with the test."""
    before = set(downloads.iterdir())

    def wait(name: str) -> Path:
        path = downloads / name
        WebDriverWait(phone, SECONDS, poll_frequency=0.02).until(lambda _: path.exists())
        return path

    yield wait
    for path in set(downloads.iterdir()) - before:
        path.unlink()


def contents(archive: Path) -> dict[str, bytes]:
    """Return what is in a ZIP, which is whole."""
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


@pytest.mark.usefixtures("tree")
def test_what_is_selected_comes_as_one_zip(
    phone: Chrome, address: str, downloaded: Callable[[str], Path]
) -> None:
    phone.get(address)
    phone.get(phone.find_element(By.CSS_SELECTOR, "a[href*=select]").get_property("href"))
    for label in phone.find_elements(By.CSS_SELECTOR, "main li label"):
        if "left.txt" not in label.text:
            label.click()
    phone.find_element(By.CSS_SELECTOR, "form[method=post] button").click()
    found = contents(downloaded("Holiday pictures.zip"))
    files = [content for name, content in found.items() if not name.endswith("/")]
    assert sorted(files) == sorted([b"below", UNDECODABLE, *(name.encode() for name in NAMES)])
    assert "Holiday pictures/Folder/below.txt" in found
    assert "Holiday pictures/صور.txt" in found


@pytest.mark.usefixtures("tree")
def test_a_folder_comes_whole(
    phone: Chrome, address: str, downloaded: Callable[[str], Path]
) -> None:
    phone.get(address)
    phone.find_element(By.CSS_SELECTOR, ".tools a[href='./?zip']").click()
    assert b"left" in contents(downloaded("Holiday pictures.zip")).values()


@pytest.mark.usefixtures("tree")
def test_a_row_has_its_own_download(
    phone: Chrome, address: str, downloaded: Callable[[str], Path]
) -> None:
    phone.get(address)
    phone.find_element(By.CSS_SELECTOR, "a.get[href='./left.txt?download']").click()
    assert downloaded("left.txt").read_text() == "left"
    phone.find_element(By.CSS_SELECTOR, "a.get[href='./Folder/?zip']").click()
    assert contents(downloaded("Folder.zip"))["Folder/below.txt"] == b"below"
