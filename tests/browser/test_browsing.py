"""Going through a shared folder, with and without scripts, on a phone and on a desktop computer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PySide6.QtGui import QImage
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

SECONDS = 20
LONG = 2_500
"""Files of a folder that takes three pages."""
SCREENS = {"phone": (390, 844), "desktop": (1280, 800)}
HUGE_TEXT = "document.documentElement.style.fontSize = '200%'"


@pytest.fixture
def full(shared: Path) -> Path:
    """Folders in folders, and files of different ages, sizes and kinds."""
    (shared / "One" / "Two" / "Three").mkdir(parents=True)
    (shared / "One" / "Two" / "Three" / "deep.txt").write_text("at the bottom")
    for age, (name, size) in enumerate([("b 10.txt", 20), ("b 2.jpg", 3000), ("é a.zip", 100)]):
        (shared / name).write_bytes(bytes(size))
        os.utime(shared / name, (1_700_000_000 - age * 86400,) * 2)
    return shared


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The size of a device's screen."""
    return SCREENS[request.param]


@pytest.fixture(params=["with scripts", "without"])
def browser(
    request: pytest.FixtureRequest, browse: Callable[..., Chrome], screen: tuple[int, int]
) -> Iterator[Chrome]:
    """A browser that runs the page's scripts, or none at all."""
    chromium = browse(*screen)
    is_off = request.param == "without"
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": is_off})
    yield chromium
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def wait_until(browser: Chrome, condition: Callable[[], object]) -> None:
    WebDriverWait(browser, SECONDS, poll_frequency=0.02).until(lambda _: condition())


def names(browser: Chrome) -> list[str]:
    """Return the names that are to be seen."""
    rows = browser.find_elements(By.CSS_SELECTOR, "main li .name")
    return [row.get_property("textContent") for row in rows if row.is_displayed()]


def tap(browser: Chrome, selector: str, text: str = "") -> None:
    """Tap on what a selector finds, the one with this text, and wait for another page."""
    before = browser.find_element(By.TAG_NAME, "html")
    [found] = [
        element
        for element in browser.find_elements(By.CSS_SELECTOR, selector)
        if text in element.get_property("textContent") and element.is_displayed()
    ]
    found.click()
    wait_until(browser, lambda: browser.find_element(By.TAG_NAME, "html") != before)
    wait_until(browser, lambda: browser.execute_script("return document.readyState") == "complete")


def sort_by(browser: Chrome, key: str) -> None:
    browser.find_element(By.CSS_SELECTOR, ".tools summary").click()
    tap(browser, ".choices a", key)


@pytest.mark.usefixtures("full")
def test_three_folders_down_and_back(browser: Chrome, address: str) -> None:
    browser.get(address)
    for folder in ("One", "Two", "Three"):
        tap(browser, "main li > a", folder)
        assert browser.find_element(By.TAG_NAME, "h1").text == folder
    assert names(browser) == ["deep.txt"]
    tap(browser, "nav a", "One")
    assert names(browser) == ["Two"]
    tap(browser, "nav a", "Shared folder")
    assert browser.current_url == address


@pytest.mark.usefixtures("full")
def test_entries_are_put_in_order_and_stay_in_it_below(browser: Chrome, address: str) -> None:
    browser.get(address)
    assert names(browser) == ["One", "b 2.jpg", "b 10.txt", "é a.zip"]
    sort_by(browser, "Size")
    assert names(browser) == ["One", "b 2.jpg", "é a.zip", "b 10.txt"]
    sort_by(browser, "Size")
    assert names(browser) == ["One", "b 10.txt", "é a.zip", "b 2.jpg"]
    sort_by(browser, "Date")
    assert names(browser) == ["One", "b 10.txt", "b 2.jpg", "é a.zip"]
    sort_by(browser, "Kind")
    assert names(browser) == ["One", "é a.zip", "b 10.txt", "b 2.jpg"]
    tap(browser, "main li > a", "One")
    assert "sort=kind" in browser.current_url


@pytest.mark.usefixtures("full")
def test_a_grid_has_columns_and_stays_one_below(browser: Chrome, address: str) -> None:
    browser.get(address)
    places = [row.rect["x"] for row in browser.find_elements(By.CSS_SELECTOR, "main ul.list > li")]
    assert len(set(places)) == 1
    tap(browser, "a.tool", "Grid")
    places = [row.rect["x"] for row in browser.find_elements(By.CSS_SELECTOR, "main ul.grid > li")]
    assert len(set(places)) > 1
    tap(browser, "main li > a", "One")
    assert browser.find_elements(By.CSS_SELECTOR, "main ul.grid")


@pytest.mark.usefixtures("full")
def test_the_code_on_the_page_leads_to_the_page(browser: Chrome, address: str) -> None:
    browser.get(address + "One/Two/")
    browser.find_element(By.CSS_SELECTOR, "header summary").click()
    picture = browser.find_element(By.CSS_SELECTOR, "header img")
    wait_until(browser, lambda: picture.get_property("complete"))
    image = QImage()
    assert image.loadFromData(picture.screenshot_as_png)
    [code] = zxingcpp.read_barcodes(image.convertToFormat(QImage.Format.Format_Grayscale8))
    assert code.text == address + "One/Two/"


@pytest.mark.usefixtures("full")
def test_text_of_twice_the_size_fits(browser: Chrome, address: str) -> None:
    for page in ("", "?layout=grid", "?select", "One/Two/Three/"):
        browser.get(address + page)
        browser.execute_script(HUGE_TEXT)
        widths = "const { scrollWidth, clientWidth } = document.documentElement;"
        assert browser.execute_script(f"{widths} return scrollWidth <= clientWidth"), page


def test_a_long_folder_has_pages_that_follow_each_other(
    browser: Chrome, address: str, shared: Path, request: pytest.FixtureRequest
) -> None:
    for number in range(1, LONG + 1):
        (shared / f"{number}.txt").touch()
    browser.get(address)
    count = "return document.querySelectorAll('main li .name').length"
    last = "return [...document.querySelectorAll('main li .name')].at(-1).textContent"
    assert browser.execute_script(last) == "1000.txt"
    if "without" in request.node.name:
        for rows in (1000, LONG - 2000):
            tap(browser, "a[rel=next]")
            wait_until(browser, lambda rows=rows: browser.execute_script(count) == rows)
        assert not browser.find_elements(By.CSS_SELECTOR, "a[rel=next]")
    else:
        end = "document.querySelector('main').scrollIntoView({ block: 'end', behavior: 'instant' })"
        for rows in (2000, LONG):
            browser.execute_script(end)
            wait_until(browser, lambda rows=rows: browser.execute_script(count) >= rows)
    assert browser.execute_script(last) == f"{LONG}.txt"


@pytest.mark.usefixtures("full")
def test_what_is_typed_is_looked_for_on_the_page(
    browse: Callable[..., Chrome], screen: tuple[int, int], address: str
) -> None:
    browser = browse(*screen)
    browser.get(address)
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    field = browser.switch_to.active_element
    assert field.get_attribute("type") == "search"
    field.send_keys("E A")
    assert names(browser) == ["é a.zip"]
    field.send_keys(Keys.BACKSPACE * 3, "b")
    assert names(browser) == ["b 2.jpg", "b 10.txt"]
    field.send_keys(Keys.BACKSPACE)
    assert len(names(browser)) == 4


@pytest.mark.usefixtures("full")
def test_a_menu_closes_by_escape_and_by_a_tap_beside_it(
    browse: Callable[..., Chrome], address: str
) -> None:
    phone = browse()
    phone.get(address)
    summary = phone.find_element(By.CSS_SELECTOR, ".tools summary")
    summary.click()
    assert phone.find_element(By.CSS_SELECTOR, ".choices").is_displayed()
    phone.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not phone.find_element(By.CSS_SELECTOR, ".choices").is_displayed()
    assert phone.switch_to.active_element == summary
    summary.click()
    phone.find_element(By.TAG_NAME, "h1").click()
    assert not phone.find_element(By.CSS_SELECTOR, ".choices").is_displayed()


@pytest.mark.usefixtures("full")
def test_what_is_selected_is_counted(browse: Callable[..., Chrome], address: str) -> None:
    phone = browse()
    phone.get(address + "?select")
    button = phone.find_element(By.CSS_SELECTOR, "form[method=post] button")
    assert not button.is_enabled()
    first, *_ = phone.find_elements(By.CSS_SELECTOR, "main li label")
    first.click()
    output = phone.find_element(By.TAG_NAME, "output")
    assert output.get_property("textContent") == "Selected: 1"
    phone.find_element(By.CSS_SELECTOR, "label.every").click()
    assert output.get_property("textContent") == "Selected: 4"
    assert button.is_enabled()
    phone.find_element(By.CSS_SELECTOR, "label.every").click()
    assert not button.is_enabled()
