"""The pages around files in real Chromium: looked at, played, turned by key, link and finger."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPdfWriter
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

SECONDS = 20
SCALE = "return new DOMMatrix(getComputedStyle(document.querySelector('main img')).transform).a"
# What the picture is, at its middle.
COLOUR = """
const picture = document.querySelector("main img");
if (!picture?.complete || !picture.naturalWidth) { return null; }
const canvas = document.createElement("canvas");
const paper = canvas.getContext("2d");
paper.drawImage(picture, 0, 0, 1, 1);
return [...paper.getImageData(0, 0, 1, 1).data];
"""
SENT = """
const [from, to, done] = arguments;
fetch(document.querySelector("video").src, { headers: { Range: `bytes=${from}-${to}` } })
  .then(answer => done([answer.status, answer.headers.get("Content-Range")]));
"""
HOSTILE = """<script>top.document.title = "ran"; document.title = "ran"</script>
<img src="x" onerror="top.document.title = 'ran'"><svg onload="top.document.title = 'ran'">
<iframe srcdoc="<script>top.document.title = 'ran'</script>"></iframe>
"""
CLASSES = "return document.body.className"
PICTURES = {"1.png": "#ff0000", "2.png": "#00ff00", "10.png": "#0000ff"}


def wait_until(browser: Chrome, condition: Callable[[], object]) -> None:
    WebDriverWait(browser, SECONDS, poll_frequency=0.02).until(lambda _: condition())


def title(browser: Chrome) -> str:
    """Return the name that the page shows."""
    return str(browser.execute_script("return document.querySelector('h1')?.textContent ?? ''"))


def open_row(browser: Chrome, name: str) -> None:
    """Tap on a file in the folder's page, and wait for the page around it."""
    for row in browser.find_elements(By.CSS_SELECTOR, "li > a:first-child:has(.name)"):
        if row.find_element(By.CLASS_NAME, "name").get_property("textContent") == name:
            row.click()
            break
    wait_until(browser, lambda: title(browser) == name)


def press(browser: Chrome, key: str) -> None:
    browser.switch_to.active_element.send_keys(key)


def drag(browser: Chrome, *points: tuple[int, int]) -> None:
    """Let one finger go from point to point."""
    touch(browser, "touchStart", points[0])
    for point in points[1:]:
        touch(browser, "touchMove", point)
    touch(browser, "touchEnd")


def touch(browser: Chrome, kind: str, *points: tuple[int, int]) -> None:
    where = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})


def complaints(browser: Chrome) -> list[str]:
    messages = (str(entry["message"]) for entry in browser.get_log("browser"))
    return [message for message in messages if "/favicon.ico " not in message]


@pytest.fixture
def pictures(shared: Path) -> Path:
    """Three pictures, each of another colour."""
    for name, colour in PICTURES.items():
        picture = QImage(1200, 900, QImage.Format.Format_RGB32)
        picture.fill(QColor(colour))
        picture.save(str(shared / name))
    return shared


@pytest.fixture
def without_scripts(browse: Callable[..., Chrome]) -> Iterator[Chrome]:
    """A phone whose owner has turned JavaScript off."""
    phone = browse()
    phone.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield phone
    phone.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_are_turned_by_key_and_by_link(
    width: int, browse: Callable[..., Chrome], address: str, pictures: Path
) -> None:
    browser = browse(width, 844)
    browser.get(address + "?sort=name&order=desc")
    open_row(browser, "10.png")
    wait_until(browser, lambda: browser.execute_script(COLOUR) == [0, 0, 255, 255])
    press(browser, Keys.ARROW_RIGHT)
    wait_until(browser, lambda: browser.execute_script(COLOUR) == [0, 255, 0, 255])
    assert title(browser) == "2.png"
    assert browser.title == "2.png · Folderport"
    assert browser.find_element(By.CSS_SELECTOR, "[role=status]").text == "2.png, 2 of 3"
    browser.find_element(By.CSS_SELECTOR, "a[rel=next]").click()
    wait_until(browser, lambda: browser.execute_script(COLOUR) == [255, 0, 0, 255])
    assert browser.switch_to.active_element.get_attribute("rel") == "prev"
    press(browser, Keys.ARROW_RIGHT)
    press(browser, Keys.ARROW_LEFT)
    wait_until(browser, lambda: title(browser) == "2.png")
    browser.refresh()
    assert title(browser) == "2.png"
    assert complaints(browser) == []
    browser.back()
    wait_until(browser, lambda: browser.current_url == address + "?sort=name&order=desc")
    open_row(browser, "1.png")
    press(browser, Keys.ESCAPE)
    wait_until(browser, lambda: browser.current_url.endswith("/?sort=name&order=desc"))
    assert pictures.is_dir()


def test_without_scripts_links_lead_from_picture_to_picture_and_back(
    without_scripts: Chrome, address: str, pictures: Path
) -> None:
    phone = without_scripts
    phone.get(address)
    open_row(phone, "1.png")
    wait_until(phone, lambda: phone.execute_script(COLOUR) == [255, 0, 0, 255])
    phone.find_element(By.CSS_SELECTOR, "a[rel=next]").click()
    wait_until(phone, lambda: title(phone) == "2.png")
    phone.find_element(By.CSS_SELECTOR, "a[rel=prev]").click()
    wait_until(phone, lambda: title(phone) == "1.png")
    phone.find_element(By.CSS_SELECTOR, "a[rel=up]").click()
    wait_until(phone, lambda: phone.current_url == address)
    assert pictures.is_dir()


def test_pictures_are_turned_by_a_finger(
    browse: Callable[..., Chrome], address: str, pictures: Path
) -> None:
    phone = browse()
    phone.get(address + "1.png?view")
    wait_until(phone, lambda: phone.execute_script(COLOUR) == [255, 0, 0, 255])
    drag(phone, (300, 400), (290, 402), (270, 402))
    drag(phone, (100, 400), (200, 400), (300, 400))  # before the first there is none
    drag(phone, (200, 300), (190, 400), (180, 600))
    assert title(phone) == "1.png"
    touch(phone, "touchStart", (300, 400))
    touch(phone, "touchMove", (250, 400))
    touch(phone, "touchMove", (200, 400))
    moved = "return document.querySelector('main img').style.transform"
    wait_until(phone, lambda: "-100px" in phone.execute_script(moved))
    touch(phone, "touchEnd")
    wait_until(phone, lambda: phone.execute_script(COLOUR) == [0, 255, 0, 255])
    drag(phone, (100, 400), (200, 400), (300, 400))
    wait_until(phone, lambda: phone.execute_script(COLOUR) == [255, 0, 0, 255])
    assert pictures.is_dir()


def test_a_picture_is_enlarged_by_key_by_two_taps_and_by_two_fingers(
    browse: Callable[..., Chrome], address: str, pictures: Path
) -> None:
    phone = browse()
    phone.get(address + "1.png?view")
    wait_until(phone, lambda: phone.execute_script(COLOUR))
    press(phone, "+")
    wait_until(phone, lambda: phone.execute_script(SCALE) == 1.5)
    press(phone, Keys.ARROW_RIGHT)
    drag(phone, (300, 400), (200, 400), (100, 400))
    assert title(phone) == "1.png"
    press(phone, "-")
    wait_until(phone, lambda: phone.execute_script(SCALE) == 1)
    drag(phone, (200, 400))
    drag(phone, (201, 401))
    wait_until(phone, lambda: phone.execute_script(SCALE) == 2.5)
    press(phone, Keys.ESCAPE)
    wait_until(phone, lambda: phone.execute_script(SCALE) == 1)
    touch(phone, "touchStart", (180, 400))
    touch(phone, "touchStart", (180, 400), (220, 400))
    touch(phone, "touchMove", (140, 400), (260, 400))
    touch(phone, "touchEnd")
    wait_until(phone, lambda: phone.execute_script(SCALE) == pytest.approx(3, abs=0.1))
    assert title(phone) == "1.png"
    for _ in range(9):
        press(phone, "+")
    wait_until(phone, lambda: phone.execute_script(SCALE) == 8)
    assert pictures.is_dir()


def test_a_film_plays_and_is_wound_on(
    browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    source = ("-f", "lavfi", "-i", "testsrc=size=320x240:duration=20:rate=10")
    coded = ("-c:v", "libvpx", "-b:v", "400k", "-g", "10", str(shared / "film.webm"))
    subprocess.run(["ffmpeg", "-v", "error", *source, *coded], check=True)
    browser = browse()
    browser.get(address)
    open_row(browser, "film.webm")
    film = browser.find_element(By.TAG_NAME, "video")
    wait_until(browser, lambda: film.get_property("readyState") >= 1)
    assert film.get_property("duration") == pytest.approx(20, abs=0.5)
    browser.execute_script("arguments[0].currentTime = 15", film)
    wait_until(browser, lambda: not film.get_property("seeking"))
    assert film.get_property("currentTime") == pytest.approx(15, abs=0.5)
    assert film.get_property("error") is None
    assert film.get_property("src").startswith("http")
    size = (shared / "film.webm").stat().st_size
    assert browser.execute_async_script(SENT, 0, 1) == [206, f"bytes 0-1/{size}"]
    browser.execute_script("arguments[0].muted = true; arguments[0].play()", film)
    wait_until(browser, lambda: film.get_property("currentTime") > 15.2)
    assert complaints(browser) == []


def test_a_sound_plays(browse: Callable[..., Chrome], address: str, shared: Path) -> None:
    source = ("-f", "lavfi", "-i", "sine=duration=5", str(shared / "song.ogg"))
    subprocess.run(["ffmpeg", "-v", "error", *source], check=True)
    phone = browse()
    phone.get(address)
    open_row(phone, "song.ogg")
    song = phone.find_element(By.TAG_NAME, "audio")
    phone.execute_script("arguments[0].muted = true; arguments[0].play()", song)
    wait_until(phone, lambda: song.get_property("currentTime") > 0.2)
    assert complaints(phone) == []


@pytest.mark.parametrize("name", ["broken.mp4", "broken.mp3"])
def test_what_does_not_play_gives_way_to_a_sentence(
    name: str, browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    (shared / name).write_bytes(b"this is no film")
    phone = browse()
    phone.get(address)
    open_row(phone, name)
    wait_until(phone, lambda: "unplayable" in phone.execute_script(CLASSES))
    assert not phone.find_element(By.CSS_SELECTOR, "video, audio").is_displayed()
    assert "download it" in phone.find_element(By.CLASS_NAME, "otherwise").text


@pytest.mark.parametrize("way", ["opened", "turned to"])
@pytest.mark.usefixtures("pictures")
def test_a_picture_that_is_none_gives_way_to_a_sentence(
    way: str, browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    (shared / "99.jpg").write_bytes(b"this is no picture")
    phone = browse()
    phone.get(address)
    open_row(phone, "99.jpg" if way == "opened" else "10.png")
    if way == "turned to":
        press(phone, Keys.ARROW_RIGHT)
    wait_until(phone, lambda: "unplayable" in phone.execute_script(CLASSES))
    sentence = phone.find_element(By.CSS_SELECTOR, ".otherwise a")
    assert sentence.is_displayed()
    assert sentence.text.startswith("This picture is damaged")
    assert str(sentence.get_attribute("href")).endswith("/99.jpg?download")
    assert not phone.find_element(By.CSS_SELECTOR, "main img").is_displayed()


@pytest.mark.usefixtures("pictures")
def test_a_picture_that_breaks_takes_nothing_from_what_comes_after_it(
    browse: Callable[..., Chrome], address: str
) -> None:
    browser = browse(1280, 844)
    browser.get(address)
    open_row(browser, "1.png")
    browser.execute_script("window.old = document.querySelector('main img')")
    press(browser, Keys.ARROW_RIGHT)
    wait_until(browser, lambda: title(browser) == "2.png")
    press(browser, "+")
    browser.execute_script("window.old.dispatchEvent(new Event('error'))")
    assert browser.execute_script(CLASSES).split() == ["view", "image", "stage", "zoomed"]
    # Enlarged, it would keep the arrow keys for itself.
    browser.execute_script("document.querySelector('main img').dispatchEvent(new Event('error'))")
    assert browser.execute_script(CLASSES).split() == ["view", "image", "stage", "unplayable"]
    press(browser, Keys.ARROW_RIGHT)
    wait_until(browser, lambda: title(browser) == "10.png")
    assert complaints(browser) == []


def test_a_pdf_is_in_the_page(browse: Callable[..., Chrome], address: str, shared: Path) -> None:
    writer = QPdfWriter(str(shared / "paper.pdf"))
    painter = QPainter(writer)
    painter.drawText(800, 1000, "gulls")
    painter.end()
    desktop = browse(1280, 800)
    desktop.get(address)
    open_row(desktop, "paper.pdf")
    desktop.switch_to.frame(desktop.find_element(By.TAG_NAME, "iframe"))
    kind = "return document.contentType"
    wait_until(desktop, lambda: desktop.execute_script(kind) == "application/pdf")
    desktop.switch_to.default_content()
    assert complaints(desktop) == []


def test_code_has_colours_and_is_scrolled_by_the_keyboard(
    browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    (shared / "a.py").write_text("def gull() -> None:\n    return None  # why\n" * 200)
    (shared / "b.py").touch()
    desktop = browse(1280, 800)
    desktop.get(address)
    open_row(desktop, "a.py")
    colour = "return getComputedStyle(document.querySelector(arguments[0])).color"
    assert desktop.execute_script(colour, ".k") == "rgb(168, 32, 107)"
    sheet = desktop.find_element(By.CLASS_NAME, "sheet")
    sheet.send_keys(Keys.END)
    wait_until(desktop, lambda: sheet.get_property("scrollTop") > 0)
    sheet.send_keys(Keys.ARROW_RIGHT)
    assert title(desktop) == "a.py"
    assert complaints(desktop) == []


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.md", "a.txt", "a.js", "a.xhtml", "README"])
def test_nothing_that_is_looked_at_runs(
    name: str, browse: Callable[..., Chrome], address: str, shared: Path
) -> None:
    (shared / name).write_text(HOSTILE)
    phone = browse()
    phone.get(f"{address}{name}?view")
    wait_until(phone, lambda: phone.execute_script("return document.readyState") == "complete")
    assert phone.title == f"{name} · Folderport"
    phone.get(f"{address}{name}?view&source")
    assert phone.title == f"{name} · Folderport"


def test_markdown_leads_to_other_files(
    browse: Callable[..., Chrome], address: str, pictures: Path
) -> None:
    (pictures / "a.md").write_text("# Sea\n\n![red](1.png)\n\n[more](b.txt)")
    (pictures / "b.txt").write_text("more")
    phone = browse()
    phone.get(address)
    open_row(phone, "a.md")
    picture = phone.find_element(By.CSS_SELECTOR, "article img")
    wait_until(phone, lambda: picture.get_property("naturalWidth") == 1200)
    phone.find_element(By.LINK_TEXT, "more").click()
    wait_until(phone, lambda: title(phone) == "b.txt")
    assert complaints(phone) == []
