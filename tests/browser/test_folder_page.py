"""The page that a phone shows: real Chromium on the address in the code, links followed by hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

# The offscreen platform says so of every window with a smallest size.
SECONDS = 20
FINGER = 44
"""CSS pixels: the smallest height of what a finger is to hit."""
READABLE = 4.5
"""Contrast of text with its background (WCAG 2.2, 1.4.3)."""

NAMES = (
    "a b",
    "100 %",
    "100%41",
    "#1",
    "what?",
    'the "best" one',
    "it's",
    "<b>bold<i> & brash",
    "{{ 7 * 7 }}",
    "back\\slash",
    "-semi;colon:colon@+~",
    "ümläut ñ",
    "e\u0301 apart",
    "😀🏖️",
    "写真",
    "صور العطلة 2026",
    "\u202eright to left",
    "line\nbreak",
    "n" * 200,
)

BACKGROUND = "return getComputedStyle(document.body).backgroundColor"
BACKGROUNDS = {"light": "rgb(244, 245, 248)", "dark": "rgb(20, 22, 27)"}
LINKS_NAMED = """
return [...document.querySelectorAll("li > a:first-child")]
  .filter(link => link.querySelector(".name")?.textContent === arguments[0]);
"""
CONTRASTS = """
const channel = value => (value /= 255) <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
const light = colour => {
  const [red, green, blue] = numbers(colour).map(channel);
  return .2126 * red + .7152 * green + .0722 * blue;
};
const behind = element => {
  const colour = getComputedStyle(element).backgroundColor;
  return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour;
};
const shows = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
return [...document.body.querySelectorAll("*")]
  .filter(element => [...element.childNodes].some(shows))
  .map(element => {
    const pair = [light(getComputedStyle(element).color), light(behind(element))];
    return [element.textContent, (Math.max(...pair) + .05) / (Math.min(...pair) + .05)];
  });
"""


def link(browser: Chrome, name: str) -> WebElement:
    """Return the one link that shows `name`."""
    [found] = browser.execute_script(LINKS_NAMED, name)
    return found


def wait_until(browser: Chrome, condition: Callable[[], object]) -> None:
    WebDriverWait(browser, SECONDS, poll_frequency=0.02).until(lambda _: condition())


def follow(browser: Chrome, name: str) -> None:
    """Tap on a link, and wait for where it leads."""
    before = browser.current_url
    link(browser, name).click()
    wait_until(browser, lambda: browser.current_url != before)


def heading(browser: Chrome) -> str:
    return str(browser.find_element(By.TAG_NAME, "h1").get_property("textContent"))


def content(browser: Chrome) -> str:
    """Return what the page around a text shows of it."""
    lines = browser.find_elements(By.CSS_SELECTOR, "pre .line")
    return "".join(str(line.get_property("textContent")) for line in lines)


def complaints(browser: Chrome) -> list[str]:
    """Return what stands in the console; an icon for a bare file is Chromium's own idea."""
    messages = (str(entry["message"]) for entry in browser.get_log("browser"))
    return [message for message in messages if "/favicon.ico " not in message]


def assert_fits(browser: Chrome, width: int) -> None:
    measured = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert measured[0] == measured[1] <= width


def test_a_phone_opens_the_code_and_reads_a_file(
    browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    (shared / "letter.txt").write_text("Greetings from the sea.\n")
    phone = browse()
    phone.get(address)
    assert phone.title == "Shared folder · Folderport"
    assert [found.text for found in phone.find_elements(By.CLASS_NAME, "name")] == ["letter.txt"]
    follow(phone, "letter.txt")
    assert content(phone) == "Greetings from the sea.\n"
    assert complaints(phone) == []


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_of_any_kind_can_be_tapped(
    name: str, browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    inside = shared / name / name
    inside.mkdir(parents=True)
    (inside / f"{name}.txt").write_text(f"This is {name}.", newline="")
    (shared / f"{name}.txt").write_text("This is another one.")
    phone = browse()
    phone.get(address)
    follow(phone, name)
    assert heading(phone) == name
    above = phone.current_url
    follow(phone, name)
    assert_fits(phone, 390)
    follow(phone, f"{name}.txt")
    assert content(phone) == f"This is {name}.\n"
    phone.back()
    phone.find_elements(By.CSS_SELECTOR, "main > nav a")[1].click()
    wait_until(phone, lambda: phone.current_url == above)
    assert heading(phone) == name
    phone.find_elements(By.CSS_SELECTOR, "main > nav a")[0].click()
    wait_until(phone, lambda: phone.current_url == address)
    assert complaints(phone) == []


def test_a_name_that_is_no_unicode_can_be_tapped(
    browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    folder = os.fsencode(shared) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/\xff\xfe.txt", "wb") as file:
        file.write(b"This is Latin-1.")
    phone = browse()
    phone.get(address)
    follow(phone, "caf\ufffd")
    follow(phone, "\ufffd\ufffd.txt")
    assert content(phone) == "This is Latin-1.\n"
    assert complaints(phone) == []


def test_a_file_that_is_not_shown_is_downloaded_under_its_name(
    browse: Callable[..., Chrome], address: str, shared: Path, downloads: Path
) -> None:
    archive = os.urandom(3_000_000)
    (shared / "Urlaub & Meer.zip").write_bytes(archive)
    phone = browse()
    phone.get(address)
    link(phone, "Urlaub & Meer.zip").click()
    arrived = downloads / "Urlaub & Meer.zip"
    wait_until(phone, arrived.exists)
    assert arrived.read_bytes() == archive


def test_a_picture_is_shown(browse: Callable[..., Chrome], address: str, shared: Path) -> None:
    (shared / "dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"><path d="M0 0h7v5z"/></svg>'
    )
    phone = browse()
    phone.get(address)
    follow(phone, "dot.svg")
    picture = phone.find_element(By.CSS_SELECTOR, "main img")
    wait_until(phone, lambda: picture.get_property("complete"))
    assert (picture.get_property("naturalWidth"), picture.get_property("naturalHeight")) == (7, 5)
    assert complaints(phone) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["", "Empty/", "Deep/er/and/deeper/", "missing"])
def test_the_page_fits_and_can_be_read_and_hit_on_every_screen(
    page: str, scheme: str, browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    for folder in ("Empty", "Deep/er/and/deeper/with a name of several words"):
        (shared / folder).mkdir(parents=True)
    for name in ("a.jpg", "b.mp4", "c.flac", "d.zip", "e.pdf", "f.unknown", "without" * 30):
        (shared / name).touch()
    for width in (320, 390, 768, 1440):
        browser = browse(width, scheme=scheme)
        browser.get(address + page)
        assert_fits(browser, width)
        links = browser.find_elements(By.TAG_NAME, "a")
        assert [found.text for found in links if found.rect["height"] < FINGER] == []
    assert browser.execute_script(BACKGROUND) == BACKGROUNDS[scheme]
    faint = [pair for pair in browser.execute_script(CONTRASTS) if pair[1] < READABLE]
    assert faint == []


def test_an_error_leads_back_to_the_folder(
    browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    (shared / "letter.txt").touch()
    phone = browse()
    phone.get(address + "Day%201/<script>alert(1)</script>")
    assert heading(phone) == "This is not here"
    phone.find_element(By.CLASS_NAME, "button").click()
    wait_until(phone, lambda: phone.current_url == address)
    assert link(phone, "letter.txt").is_displayed()


def test_an_empty_folder_says_that_it_is_empty(browse: Callable[..., Chrome], address: str) -> None:
    phone = browse()
    phone.get(address)
    assert "This folder is empty." in phone.find_element(By.TAG_NAME, "main").text
    assert complaints(phone) == []


def test_counts_are_in_words(
    browse: Callable[..., Chrome],
    address: str,
    shared: Path,
    put_names: Callable[[Path, Iterable[str]], None],
) -> None:
    (shared / "folder" / "only folders").mkdir(parents=True)
    put_names(shared, (f"{number}.jpg" for number in range(1200)))
    phone = browse()
    phone.get(address)
    count = phone.find_element(By.CLASS_NAME, "count")
    assert count.text == "1 folder, 1,200 files · page 1 of 2"
    follow(phone, "folder")
    assert phone.find_element(By.CLASS_NAME, "count").text == "1 folder"


def test_the_keyboard_reaches_every_link_in_order(
    browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    (shared / "sub" / "folder").mkdir(parents=True)
    (shared / "sub" / "a.txt").touch()
    desktop = browse(1200, 900)
    desktop.get(address + "sub/")
    reached = []
    for _ in range(12):
        desktop.switch_to.active_element.send_keys("\ue004")
        element = desktop.switch_to.active_element
        reached.append(element.accessible_name.partition("\n")[0])
    assert reached == [
        *("Folderport", "Show this folder on another device", "Shared folder"),
        *("Search this folder and those in it", "Sorted by Name", "Grid", "Select", "Download all"),
        *(reached[8], "Download folder", reached[10], "Download a.txt"),
    ]
    assert reached[8].startswith("folder folder ")
    assert reached[10].startswith("a.txt file ")
