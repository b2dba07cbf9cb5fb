"""Every page, as axe-core sees it: nothing against WCAG 2.2 AA, in both themes, large and small."""

from __future__ import annotations

import threading
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from app.resources import resource_path
from server_core.share import create_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

AXE = files("selenium_axe_python").joinpath("axe-core", "axe.min.js")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A thousand rows are like the first ones, and there is nothing in the films.
CHECK = """
const [standards, done] = arguments;
const context = { include: document, exclude: "main li:nth-child(n + 9)" };
axe.run(context, { runOnly: { type: "tag", values: standards }, preload: false }).then(
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
SHOWN = [
    (width, scheme, page)
    for width, scheme in ((390, "light"), (390, "dark"), (1200, "light"))
    for page in PAGES
    # The longest takes as long as all others, and differs from them by one line.
    if page != "found too much" or (width, scheme) == (390, "dark")
]

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


@pytest.fixture(scope="module")
def everything(
    tmp_path_factory: pytest.TempPathFactory, put_names: Callable[[Path, Iterable[str]], None]
) -> Iterator[str]:
    """The address of a share with something of every kind, once for all pages."""
    shared = tmp_path_factory.mktemp("everything")
    (shared / "Some folder" / "and below").mkdir(parents=True)
    (shared / "Some folder" / "and below" / "deep.txt").touch()
    (shared / "Empty").mkdir()
    (shared / "Long").mkdir()
    put_names(shared / "Long", (f"{number}.txt" for number in range(1001)))
    for name in ("a.jpg", "b.mp4", "c.mp3", "d.pdf", "e.zip", "f.txt", "g.md", "<h>", "صور"):
        (shared / name).touch()
    (shared / "code.py").write_text(CODE)
    (shared / "g.md").write_text(MARKDOWN)
    (shared / "i.html").write_text("<!DOCTYPE html><html lang=en><title>a</title><main><h1>a</h1>")
    server = create_server(("127.0.0.1", 0), str(shared), templates=resource_path("web"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.stop()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("width", "scheme", "page"), SHOWN)
def test_a_page_keeps_to_the_guidelines(
    width: int,
    scheme: str,
    page: str,
    everything: str,
    browse: Callable[..., Chrome],
) -> None:
    browser = browse(width, scheme=scheme)
    browser.get(everything + PAGES[page])
    assert broken(browser) == []


@pytest.mark.parametrize("menu", ["header summary", ".tools summary"])
def test_an_open_menu_keeps_to_the_guidelines(
    menu: str, everything: str, browse: Callable[..., Chrome]
) -> None:
    browser = browse()
    browser.get(everything)
    browser.find_element("css selector", menu).click()
    assert broken(browser) == []


def test_what_is_against_the_guidelines_is_found(
    everything: str, browse: Callable[..., Chrome]
) -> None:
    browser = browse()
    browser.get(everything)
    browser.execute_script("document.documentElement.removeAttribute('lang')")
    assert [rule for rule, _ in broken(browser)] == ["html-has-lang"]
