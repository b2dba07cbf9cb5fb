"""Every page, as axe-core sees it: nothing against WCAG 2.2 AA, in both themes, large and small."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from selenium.webdriver import Chrome

AXE = files("selenium_axe_python").joinpath("axe-core", "axe.min.js")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """
const [standards, done] = arguments;
axe.run(document, { runOnly: { type: "tag", values: standards } }).then(
  found => done({ passed: found.passes.length, broken: found.violations.map(
    rule => [rule.id, rule.nodes.map(node => node.html)]) }),
  error => done({ passed: 0, broken: [String(error)] }),
);
"""
PAGES = {
    "list": "",
    "grid": "?layout=grid",
    "selection": "?select",
    "subfolder": "Some%20folder/and%20below/",
    "empty": "Empty/",
    "missing": "nothing",
    "part": "Long/?page=2",
    "found": "?search=e",
    "found nothing": "?search=albatross",
    "found too much": "?search=t",
    "picture": "a.jpg?view",
    "film": "b.mp4?view",
    "sound": "c.mp3?view",
    "text": "f.txt?view",
    "code": "code.py?view",
    "markdown": "g.md?view",
    "source": "g.md?view&source",
    "frame": "i.html?view",
    "unseen": "e.zip?view",
}

CODE = """@a
class Gull(int):
    '''Of the sea.'''
    def f() -> None:
        return len(1)  # b
"""
MARKDOWN = """# a
## b
> c

- d `e`

| f | g |
|---|--:|
| 1 | 2 |

[h](i.html)

```
i
```
"""


def broken(browser: Chrome) -> list[Any]:
    """Return what axe-core finds to be against a standard."""
    browser.execute_script(AXE.read_text("utf-8"))
    found = browser.execute_async_script(CHECK, STANDARDS)
    assert found["passed"] > 10, found
    return list(found["broken"])


@pytest.fixture
def full(shared: Path) -> Path:
    """A folder with something of every kind."""
    (shared / "Some folder" / "and below").mkdir(parents=True)
    (shared / "Some folder" / "and below" / "deep.txt").touch()
    (shared / "Empty").mkdir()
    (shared / "Long").mkdir()
    for number in range(1001):
        (shared / "Long" / f"{number}.txt").touch()
    for name in ("a.jpg", "b.mp4", "c.mp3", "d.pdf", "e.zip", "f.txt", "g.md", "<h>", "صور"):
        (shared / name).touch()
    (shared / "code.py").write_text(CODE)
    (shared / "g.md").write_text(MARKDOWN)
    (shared / "i.html").write_text("<!DOCTYPE html><html lang=en><title>a</title><main><h1>a</h1>")
    return shared


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1200, "light")])
def test_a_page_keeps_to_the_guidelines(
    page: str,
    width: int,
    scheme: str,
    full: Path,
    address: str,
    browse: Callable[..., Chrome],
) -> None:
    browser = browse(width, scheme=scheme)
    browser.get(address + PAGES[page])
    assert broken(browser) == []
    assert full.is_dir()


@pytest.mark.parametrize("menu", ["header summary", ".tools summary"])
def test_an_open_menu_keeps_to_the_guidelines(
    menu: str, full: Path, address: str, browse: Callable[..., Chrome]
) -> None:
    browser = browse()
    browser.get(address)
    browser.find_element("css selector", menu).click()
    assert broken(browser) == []
    assert full.is_dir()


def test_what_is_against_the_guidelines_is_found(
    address: str, browse: Callable[..., Chrome]
) -> None:
    browser = browse()
    browser.get(address)
    browser.execute_script("document.documentElement.removeAttribute('lang')")
    assert [rule for rule, _ in broken(browser)] == ["html-has-lang"]
