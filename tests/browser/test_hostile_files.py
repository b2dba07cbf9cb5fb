"""Files that would run, send or fetch something, opened by real Chromium from a share."""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPdfWriter
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

SECONDS = 20
RED = QColor("#ff0000")
TITLE = "as it was"

PAGE = """
<title>as it was</title>
<link rel="stylesheet" href="style.css">
<style>p { color: rgb(1, 2, 3) } @import "HOME/import.css";</style>
<link rel="preconnect" href="HOME/"><link rel="prefetch" href="HOME/"><link rel="icon" href="HOME/">
<script>document.title = "inline"</script>
<script src="run.js"></script>
<script src="HOME/run.js"></script>
<body onload="document.title = 'onload'" style="background-image: url(HOME/)">
<p style="margin-left: 33px">Text</p>
<img id="own" src="dot.png"><img src="HOME/dot.png"><img src="x" onerror="document.title = 'err'">
<svg><script>document.title = "svg"</script><animate onbegin="document.title = 'begin'"/></svg>
<iframe src="inner.html"></iframe><iframe src="HOME/"></iframe>
<iframe srcdoc="<script>top.document.title = 'srcdoc'</script>"></iframe>
<iframe src="javascript:top.document.title = 'frame'"></iframe>
<object data="HOME/"></object><embed src="HOME/"><video src="HOME/" autoplay></video>
<form id="form" action="HOME/" method="post"><button id="send">Send</button></form>
<a id="script" href="javascript:document.title = 'link'">Link</a>
<button id="press" onclick="document.title = 'click'">Press</button>
""".replace("\n", "\n  ")
REFRESH = '<meta http-equiv="refresh" content="0; url=HOME/refresh"><title>as it was</title>'
XHTML = """<?xml version="1.0"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>as it was</title></head><body>
<script>document.title = "ran"; new Image().src = "HOME/"</script><img src="HOME/" alt=""/>
</body></html>"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="70" height="50"
  onload="document.title = 'onload'"><title>as it was</title>
  <script>document.querySelector("title").textContent = "ran"; fetch("HOME/")</script>
  <image href="HOME/" width="9" height="9"/><use href="HOME/#x"/>
  <foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="HOME/"/></foreignObject>
  <rect width="70" height="50" style="fill: #f00"/></svg>"""
XML = """<?xml version="1.0"?>
<a><title xmlns="http://www.w3.org/1999/xhtml">as it was</title>
<script xmlns="http://www.w3.org/1999/xhtml">document.title = "ran"; fetch("HOME/")</script></a>"""
HOSTILE = {
    "page.html": PAGE,
    "refresh.html": REFRESH,
    "page.xhtml": XHTML,
    "drawing.svg": SVG,
    "data.xml": XML,
}


class Listener(socketserver.BaseRequestHandler):
    """Takes note of whoever says something: Chromium connects before it looks at the rules."""

    server: Home

    def handle(self) -> None:
        if self.request.recv(1):
            self.server.calls += 1


class Home(socketserver.ThreadingTCPServer):
    """Another computer, to which a hostile page would like to speak; it hangs up on everyone."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.calls = 0
        self.callers: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, object]:
        caller, address = super().get_request()
        self.callers.append(caller)
        return caller, address

    def server_close(self) -> None:
        for caller in self.callers:
            with contextlib.suppress(OSError):  # it has left
                caller.shutdown(socket.SHUT_RDWR)
        super().server_close()


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Let a server serve in a thread."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def home() -> Iterator[Home]:
    there = Home()
    with serving(there):
        yield there


@pytest.fixture
def files(shared: Path, home: Home) -> Path:
    """A shared folder of hostile files, and of what a page may well show."""
    for name, text in HOSTILE.items():
        (shared / name).write_text(text.replace("HOME", home.url))
    (shared / "inner.html").write_text(
        "as it is here <script>top.document.title = 'inner'</script>"
    )
    (shared / "run.js").write_text("document.title = 'file'")
    (shared / "style.css").write_text("body { background-color: rgb(9, 8, 7) }")
    dot = QImage(7, 5, QImage.Format.Format_RGB32)
    dot.fill(RED)
    dot.save(str(shared / "dot.png"))
    return shared


@pytest.fixture
def elsewhere(files: Path) -> Iterator[str]:
    """The same files from a server that says nothing about what they may do."""

    class Plain(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Plain, directory=str(files))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}/"


def wait_until(browser: Chrome, condition: Callable[[], object]) -> None:
    WebDriverWait(browser, SECONDS, poll_frequency=0.02).until(lambda _: condition())


def title(browser: Chrome) -> object:
    return browser.execute_script(
        "const found = document.querySelector('title'); return found && found.textContent"
    )


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_runs_sends_and_fetches_nothing(
    name: str, browse: Callable[..., Chrome], address: str, home: Home
) -> None:
    phone = browse()
    phone.get(address + name)
    for button in ("script", "press", "send"):
        for found in phone.find_elements("id", button):
            found.click()
    assert not picture(phone).isNull()  # all that was due by then has been done
    assert title(phone) == TITLE
    assert phone.current_url == address + name
    phone.get(address + "dot.png")
    assert home.calls == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_elsewhere_it_would(
    name: str, browse: Callable[..., Chrome], elsewhere: str, home: Home
) -> None:
    phone = browse()
    phone.get(elsewhere + name)
    wait_until(phone, lambda: home.calls)


@pytest.mark.usefixtures("files")
def test_a_page_has_its_pictures_and_styles(browse: Callable[..., Chrome], address: str) -> None:
    phone = browse()
    phone.get(address + "page.html")
    width, behind, colour, margin = phone.execute_script("""
        const style = selector => getComputedStyle(document.querySelector(selector));
        return [document.getElementById("own").naturalWidth, style("body").backgroundColor,
                style("p").color, style("p").marginLeft];
    """)
    assert (width, behind, colour, margin) == (7, "rgb(9, 8, 7)", "rgb(1, 2, 3)", "33px")


def test_a_page_of_another_site_shows_nothing_of_a_share(
    browse: Callable[..., Chrome], address: str, elsewhere: str, files: Path
) -> None:
    (files / "borrow.html").write_text(
        f'<img src="{address}dot.png"><iframe src="{address}inner.html"></iframe>'
    )
    phone = browse()
    phone.get(elsewhere + "borrow.html")
    assert phone.execute_script("return document.querySelector('img').naturalWidth") == 0
    phone.switch_to.frame(0)
    assert "as it is here" not in phone.page_source
    phone.switch_to.default_content()


def picture(browser: Chrome) -> QImage:
    """Return what is on the screen."""
    image = QImage()
    assert image.loadFromData(browser.get_screenshot_as_png())
    return image


def is_red_somewhere(image: QImage) -> bool:
    rows = range(0, image.height(), 7)
    columns = range(0, image.width(), 7)
    return any(image.pixelColor(x, y) == RED for y in rows for x in columns)


def write_red_pdf(path: Path) -> None:
    """Draw a red page."""
    writer = QPdfWriter(str(path))
    painter = QPainter(writer)
    painter.fillRect(painter.viewport(), RED)
    painter.end()


def test_a_pdf_is_shown(browse: Callable[..., Chrome], address: str, shared: Path) -> None:
    desktop = browse(1000, 800)
    write_red_pdf(shared / "red.pdf")
    desktop.get(address + "red.pdf")
    wait_until(desktop, lambda: is_red_somewhere(picture(desktop)))


@pytest.mark.usefixtures("files")
def test_a_drawing_is_shown_as_it_is(browse: Callable[..., Chrome], address: str) -> None:
    phone = browse()
    phone.get(address + "drawing.svg")
    assert is_red_somewhere(picture(phone))
