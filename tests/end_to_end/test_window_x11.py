"""The program itself on a real screen with a window manager, driven and watched from outside."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtGui import QColor, QImage

from app.views.palette import LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.conftest import Program

END_SECONDS = 3
"""How long the program may take to end."""
ALONE = ("--bind", "local", "--port", "0")
"""For who asks afterwards whether the port is closed: 8000 would soon be another program's."""


class Desk:
    """A screen with its keyboard and mouse."""

    def __init__(self, display: str, place: Path, wait_until: Callable[..., Any]) -> None:
        self.environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        self._place = place
        self._wait_until = wait_until

    def ask(self, *command: str) -> str:
        """Run xdotool, and return what it says."""
        result = subprocess.run(
            ["xdotool", *command],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return result.stdout.strip()

    def window(self, program: Program, title: str) -> str:
        """Return the number of a window of `program`, once it can be seen."""
        search = ("search", "--all", "--onlyvisible", "--pid", str(program.process.pid))
        return str(self._wait_until(lambda: self.ask(*search, "--name", title), f"window {title}"))

    def press(self, window: str, *keys: str) -> None:
        """Press keys once the window has the keyboard."""
        self._wait_until(lambda: self.ask("getwindowfocus") == window, "the window has the focus")
        self.ask("key", *keys)

    def look(self) -> QImage:
        """Return a picture of the whole screen."""
        path = self._place / "screen.png"
        subprocess.run(
            ["import", "-silent", "-window", "root", str(path)],
            env=self.environment,
            timeout=20,
            check=True,
        )
        return QImage(str(path))

    def click(self, x: int, y: int) -> None:
        self.ask("mousemove", "--sync", str(x), str(y), "click", "1")


@pytest.fixture
def desk(virtual_display: str, tmp_path: Path, wait_until: Callable[..., Any]) -> Desk:
    return Desk(virtual_display, tmp_path, wait_until)


@pytest.fixture
def scan(
    desk: Desk, wait_until: Callable[..., Any], read_qr: Callable[[QImage], list[str]]
) -> Callable[[], str]:
    """Return the address in the code on the screen, once there is one."""
    return lambda: str(wait_until(lambda: read_qr(desk.look()), "a code on the screen")[0])


def place_of(colour: str, picture: QImage) -> tuple[int, int]:
    """Return where a bar of one colour, as wide as a large button, begins; (-1, -1) for nowhere."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixel = QColor(colour).rgb().to_bytes(4, "little")
    offset = bytes(picture.constBits()).find(pixel * 150)
    while offset % 4 and offset >= 0:
        offset = bytes(picture.constBits()).find(pixel * 150, offset + 1)
    row, column = divmod(offset, picture.bytesPerLine())
    return (column // 4, row) if offset >= 0 else (-1, -1)


def test_the_code_on_the_screen_leads_to_the_folder_and_stop_closes_it(
    desk: Desk,
    scan: Callable[[], str],
    run_folderport: Callable[..., Any],
    fetch: Callable[..., Any],
    shared: Path,
    is_refused: Callable[[str], bool],
    wait_until: Callable[..., Any],
    read_qr: Callable[[QImage], list[str]],
) -> None:
    program = run_folderport(shared, *ALONE, env=desk.environment)
    address = scan()
    assert address.startswith("http://127.0.0.1:")
    assert fetch(address + "letter.txt").stdout == (shared / "letter.txt").read_bytes()

    window = desk.window(program, "^Holiday pictures is shared · Folderport$")
    desk.press(window, "alt+s")
    wait_until(lambda: is_refused(address), "the port is closed")
    wait_until(lambda: not read_qr(desk.look()), "the code has gone")
    assert desk.window(program, "^Folderport$") == window
    assert program.process.poll() is None

    desk.press(window, "ctrl+Return")
    again = scan()
    assert fetch(again + "letter.txt").stdout == (shared / "letter.txt").read_bytes()


def test_a_click_on_the_one_large_button_starts_to_share(
    desk: Desk,
    scan: Callable[[], str],
    run_folderport: Callable[..., Any],
    fetch: Callable[..., Any],
    shared: Path,
    wait_until: Callable[..., Any],
) -> None:
    first = run_folderport(shared, "--bind", "local", env=desk.environment)
    scan()
    desk.press(desk.window(first, "is shared"), "alt+s")
    desk.window(first, "^Folderport$")
    wait_until(lambda: place_of(LIGHT.fill, desk.look()) > (0, 0), "a large blue button")
    x, y = place_of(LIGHT.fill, desk.look())
    desk.click(x + 75, y + 10)
    assert fetch(scan() + "letter.txt").stdout == (shared / "letter.txt").read_bytes()


def test_a_second_start_has_its_folder_shared_by_the_first_window(
    desk: Desk,
    scan: Callable[[], str],
    run_folderport: Callable[..., Any],
    fetch: Callable[..., Any],
    shared: Path,
) -> None:
    first = run_folderport(env=desk.environment)
    window = desk.window(first, "^Folderport$")
    # For the same person on the same screen; what else it is told counts as well.
    second = run_folderport(shared, "--bind", "local", env=first.environment)
    assert second.wait(END_SECONDS) == 0
    assert second.output == second.errors == ""
    address = scan()
    assert address.startswith("http://127.0.0.1:")
    assert fetch(address + "letter.txt").stdout == (shared / "letter.txt").read_bytes()
    assert desk.window(first, "^Holiday pictures is shared · Folderport$") == window


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_in_the_middle_of_a_transfer(
    number: signal.Signals,
    desk: Desk,
    scan: Callable[[], str],
    run_folderport: Callable[..., Any],
    download: Callable[..., Any],
    large_file: Path,
    is_refused: Callable[[str], bool],
) -> None:
    program = run_folderport(large_file.parent, *ALONE, env=desk.environment)
    address = scan()
    client, _ = download(address + large_file.name)
    program.send(number)
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""
    assert client.wait(20) != 0
    assert is_refused(address)


def test_closing_the_window_ends_the_program(
    desk: Desk, run_folderport: Callable[..., Any], scan: Callable[[], str], shared: Path
) -> None:
    program = run_folderport(shared, "--bind", "local", env=desk.environment)
    scan()
    window = desk.window(program, "is shared")
    desk.press(window, "alt+F4")
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""


def test_closing_the_window_in_the_middle_of_a_transfer_asks_first(
    desk: Desk,
    scan: Callable[[], str],
    run_folderport: Callable[..., Any],
    download: Callable[..., Any],
    large_file: Path,
    wait_until: Callable[..., Any],
) -> None:
    program = run_folderport(large_file.parent, "--bind", "local", env=desk.environment)
    client, target = download(scan() + large_file.name)
    window = desk.window(program, "is shared")
    desk.press(window, "alt+F4")
    desk.press(desk.window(program, r"^Stop sharing\?"), "Return")
    so_far = target.stat().st_size
    wait_until(lambda: target.stat().st_size > so_far, "the transfer goes on")
    assert program.process.poll() is None

    desk.press(window, "alt+F4")
    desk.press(desk.window(program, r"^Stop sharing\?"), "Tab", "space")
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""
    assert client.wait(20) != 0
