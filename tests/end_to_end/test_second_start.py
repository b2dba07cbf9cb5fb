"""A second start while the window is open: what it asks for happens there, or is asked about."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.options import Options
from app.settings_store import SettingsStore
from app.state import ServerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from app.application import Desktop
    from app.links import ShareLink


# The offscreen platform says so of every window that comes to the front.
pytestmark = pytest.mark.qt_log_ignore(r"raise\(\)")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A second folder, whose name is no Unicode, beside one that such a name could become."""
    (tmp_path / "x").mkdir()
    # Where such names are: Windows and macOS have text alone.
    name = b"\xffx" if sys.platform.startswith("linux") else b"other"
    folder = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))
    folder.mkdir()
    (folder / "other.txt").write_text("the other folder\n", encoding="ascii", newline="\n")
    return folder


def started_with(desktop: Desktop, options: Options, qtbot: QtBot) -> ShareLink:
    """Let another start send its message, and return where the window shares then."""
    with qtbot.waitSignal(desktop.sharing.controller.started) as started:
        desktop.take_message(options.to_message())
    assert started.args is not None
    link: ShareLink = started.args[0]
    return link


def way_out(desktop: Desktop) -> list[QPushButton]:
    """Return the button that switches to the folder that was asked for, where it is offered."""
    buttons = desktop.window.form.findChildren(QPushButton)
    offers = [button for button in buttons if button.text() == "Share it instead"]
    return [button for button in offers if button.isVisible()]


def test_where_nothing_is_shared_it_is_shared_at_once_as_the_command_line_says(
    open_window: Callable[..., Desktop],
    fetch: Callable[..., Any],
    other: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window()
    options = Options(folder=str(other), bind="local", port=0, protocol="HTTP/1.0")
    link = started_with(desktop, options, qtbot)
    assert link.host == "127.0.0.1"
    assert (urlsplit(link.url).port or 0) >= 8_100
    form = desktop.window.form
    assert form.network.currentText() == "Only this computer"
    assert form.protocol.currentText() == "HTTP/1.0"
    answer = fetch("--include", link.url + "other.txt").stdout
    assert answer.startswith(b"HTTP/1.0 200 ")
    assert answer.endswith(b"the other folder\n")
    kept = SettingsStore(str(tmp_path / "settings.ini")).load()
    assert (kept.network, kept.port, kept.protocol) == ("", None, "HTTP/1.1")


def test_where_it_is_to_be_asked_the_folder_is_shown_and_not_shared(
    open_window: Callable[..., Desktop], other: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    first = tmp_path / "x"
    desktop = open_window(Options(folder=str(first), bind="local", ask=True))
    form = desktop.window.form
    qtbot.waitUntil(lambda: form.network.count() > 1)  # which comes after what would have started
    assert desktop.state is ServerState.STOPPED
    assert desktop.window.settings.folder == str(first)
    desktop.take_message(Options(folder=str(other), ask=True).to_message())
    assert desktop.state is ServerState.STOPPED
    assert desktop.window.settings.folder == str(other)
    with qtbot.waitSignal(desktop.sharing.controller.started):
        qtbot.mouseClick(form.button, Qt.MouseButton.LeftButton)


def test_while_another_folder_is_shared_the_person_is_asked(
    open_window: Callable[..., Desktop],
    fetch: Callable[..., Any],
    shared: Path,
    other: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window(Options(folder=str(shared), bind="local"))
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.RUNNING)
    assert not way_out(desktop)
    desktop.take_message(Options(folder=str(other), port=0).to_message())
    assert desktop.sharing.controller.state is ServerState.RUNNING
    assert desktop.window.settings.folder == str(shared)
    [button] = way_out(desktop)
    with qtbot.waitSignal(desktop.sharing.controller.started) as started:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert started.args is not None
    url = started.args[0].url
    assert (urlsplit(url).port or 0) >= 8_100
    assert fetch(url + "other.txt").stdout == b"the other folder\n"
    assert desktop.window.settings.folder == str(other)
    assert not way_out(desktop)


def test_for_the_folder_that_is_shared_already_the_window_only_comes_to_the_front(
    open_window: Callable[..., Desktop], shared: Path, qtbot: QtBot
) -> None:
    desktop = open_window(Options(folder=str(shared), bind="local"))
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.RUNNING)
    desktop.window.showMinimized()
    desktop.take_message(Options(folder=str(shared)).to_message())
    assert not desktop.window.isMinimized()
    assert not way_out(desktop)
    desktop.window.showMinimized()
    desktop.take_message(Options().to_message())
    assert not desktop.window.isMinimized()
    assert desktop.sharing.controller.state is ServerState.RUNNING


def test_while_sharing_stops_it_waits_for_the_end(
    open_window: Callable[..., Desktop], shared: Path, other: Path, qtbot: QtBot
) -> None:
    desktop = open_window(Options(folder=str(shared), bind="local"))
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.RUNNING)
    desktop.sharing.controller.stop()
    assert desktop.sharing.controller.state is ServerState.STOPPING
    started_with(desktop, Options(folder=str(other)), qtbot)
    assert desktop.window.settings.folder == str(other)


@pytest.mark.parametrize("message", [b"no message", b"{}", None])
def test_what_is_no_message_of_another_start_changes_nothing(
    open_window: Callable[..., Desktop], message: object
) -> None:
    desktop = open_window()
    desktop.window.showMinimized()
    desktop.take_message(message)
    assert desktop.window.isMinimized()
