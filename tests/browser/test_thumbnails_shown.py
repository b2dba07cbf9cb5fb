"""Thumbnails as people see them: real Chromium, in the grid and in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from selenium.webdriver import Chrome

SECONDS = 20
SIZES = """
return [...document.querySelectorAll("li img")].map(image =>
  [image.getAttribute("src"), image.complete, image.naturalWidth, image.naturalHeight]);
"""
# A picture that did not come must leave the sign of its kind to be seen: nothing is painted there.
PAINTED = """
const image = [...document.querySelectorAll("li img")].find(image => image.src.includes("broken"));
return [getComputedStyle(image).backgroundColor, image.alt];
"""


@pytest.fixture
def pictures(shared: Path) -> Path:
    for number, colour in enumerate(("tomato", "gold", "teal", "navy", "plum", "olive")):
        size = (1600, 1000) if number % 2 else (900, 1400)
        Image.new("RGB", size, colour).save(shared / f"{colour}.jpg")
    Image.new("RGBA", (900, 900), (255, 0, 0, 128)).save(shared / "glass.png")
    (shared / "drawn.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><path d="M0 0h9z"/></svg>'
    )
    (shared / "broken.jpg").write_bytes(b"no picture")
    return shared


@pytest.mark.parametrize("layout", ["", "?layout=grid"])
@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.usefixtures("pictures")
def test_each_picture_has_a_small_one_and_a_broken_one_its_sign(
    browse: Callable[..., Chrome], address: str, layout: str, width: int
) -> None:
    browser = browse(width, 1600)
    browser.get(address + layout)

    def loaded() -> bool:
        return all(complete for _, complete, _, _ in browser.execute_script(SIZES))

    WebDriverWait(browser, SECONDS, poll_frequency=0.05).until(lambda _: loaded())
    sizes = {
        source.partition("?thumbnail=")[0]: (wide, high)
        for source, _, wide, high in browser.execute_script(SIZES)
    }
    assert len(sizes) == 9
    assert sizes.pop("./broken.jpg") == (1, 1)  # nothing is to be seen in it
    assert all(0 < wide <= 512 and 0 < high <= 512 for wide, high in sizes.values()), sizes
    assert browser.execute_script(PAINTED) == ["rgba(0, 0, 0, 0)", ""]
