"""Searching below a folder: typed, entered, looked at and followed in real Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

SECONDS = 20


@pytest.fixture
def full(shared: Path) -> Path:
    """A folder with gulls on several levels."""
    (shared / "Trips" / "Café & sea").mkdir(parents=True)
    (shared / "Trips" / "Café & sea" / "gull #1.txt").write_text("It flew.")
    (shared / "Gulls").mkdir()
    (shared / "Gulls" / "tern.txt").touch()
    (shared / "gull.txt").touch()
    (shared / "tern.txt").touch()
    return shared


@pytest.fixture(params=[False, True], ids=["script", "no-script"])
def browser(
    request: pytest.FixtureRequest, full: Path, address: str, browse: Callable[..., Chrome]
) -> Iterator[Chrome]:
    """Chromium on the folder, with JavaScript and without."""
    assert full.is_dir()
    chromium = browse()
    disabled = {"value": request.param}
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", disabled)
    chromium.get(address)
    yield chromium
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def enter(browser: Chrome, term: str) -> None:
    field = browser.find_element(By.NAME, "search")
    field.clear()
    field.send_keys(term, Keys.ENTER)
    WebDriverWait(browser, SECONDS).until(lambda _: "Search for" in browser.title)
    WebDriverWait(browser, SECONDS).until(
        lambda _: browser.find_elements(By.CSS_SELECTOR, "main [role=status]")
    )


def shown(browser: Chrome) -> list[str]:
    return [name.text for name in browser.find_elements(By.CSS_SELECTOR, "main li .name")]


def test_what_is_typed_and_entered_is_found_below(browser: Chrome) -> None:
    enter(browser, "GULL")
    assert shown(browser) == ["Gulls", "gull.txt", "gull #1.txt"]
    headings = [heading.text for heading in browser.find_elements(By.TAG_NAME, "h2")]
    assert headings == ["In this folder", "Trips/Café & sea"]
    assert browser.find_element(By.CSS_SELECTOR, "main [role=status]").text == "3 found"
    field = browser.find_element(By.NAME, "search")
    assert field.get_attribute("value") == "GULL"
    field.send_keys("x")
    assert len(shown(browser)) == 3


def test_a_result_leads_to_the_file(browser: Chrome) -> None:
    enter(browser, "gull 1")
    browser.find_element(By.CSS_SELECTOR, "main li a").click()
    WebDriverWait(browser, SECONDS).until(lambda _: "gull%20%231.txt" in browser.current_url)
    assert browser.find_element(By.CSS_SELECTOR, "pre").text == "It flew."


def test_results_lead_to_folders(browser: Chrome, address: str) -> None:
    enter(browser, "gull 1")
    browser.find_element(By.CSS_SELECTOR, "main h2 a").click()
    WebDriverWait(browser, SECONDS).until(lambda _: shown(browser) == ["gull #1.txt"])
    assert "search" not in browser.current_url
    browser.get(f"{address}?search=gulls")
    browser.find_element(By.CSS_SELECTOR, "main li a").click()
    WebDriverWait(browser, SECONDS).until(lambda _: shown(browser) == ["tern.txt"])


def test_nothing_found_is_said(browser: Chrome, address: str) -> None:
    enter(browser, "albatross")
    said = browser.find_element(By.CSS_SELECTOR, "main [role=status]").text
    assert said == "No name has this in it. Try fewer or shorter words: only names are searched."
    browser.find_element(By.CSS_SELECTOR, "main nav a").click()
    WebDriverWait(browser, SECONDS).until(lambda _: browser.current_url == address)
