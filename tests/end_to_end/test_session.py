"""One session of the window, from the command line to the end of the program."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QTimer

from app.options import Options
from app.settings import ShareSettings
from app.settings_store import SettingsStore
from app.state import ServerState
from server_core import TransferStarted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from app.application import Desktop


def share(
    open_window: Callable[..., Desktop], options: Options, qtbot: QtBot
) -> tuple[Desktop, str]:
    """Open the window with a folder, and return where it shares it."""
    desktop = open_window(options)
    with qtbot.waitSignal(desktop.sharing.controller.started) as started:
        pass
    assert started.args is not None
    return desktop, str(started.args[0].url)


def test_a_folder_of_the_command_line_is_among_the_recent_ones_once_it_is_shared(
    open_window: Callable[..., Desktop], shared: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    options = Options(folder=str(shared), bind="local", port=0, protocol="HTTP/1.0")
    desktop, _ = share(open_window, options, qtbot)
    expected = ShareSettings().with_folder(str(shared))
    file = str(tmp_path / "settings.ini")
    assert SettingsStore(file).load() == expected
    # What else the command line said was for once, and a later choice does not keep it.
    desktop.window.form.set_theme("dark")
    assert SettingsStore(file).load() == replace(expected, theme="dark")


def test_port_0_is_any_port_in_the_window_too(
    open_window: Callable[..., Desktop], shared: Path, qtbot: QtBot
) -> None:
    desktop, url = share(open_window, Options(folder=str(shared), bind="local", port=0), qtbot)
    port = urlsplit(url).port or 0
    # The system's are far above those that are tried first where none is named.
    assert port >= 8_100
    assert desktop.window.form.port.placeholderText() == str(port)


def test_nothing_is_shown_as_under_way_once_sharing_has_stopped(
    open_window: Callable[..., Desktop], shared: Path, qtbot: QtBot
) -> None:
    desktop, _ = share(open_window, Options(folder=str(shared), bind="local"), qtbot)
    # One of which the end is never told.
    desktop.sharing.relay.post(TransferStarted(77, "127.0.0.1", "curl/8.0", "/film.mkv", 1000))
    qtbot.waitUntil(lambda: desktop.sharing.transfers.live_count == 1)
    desktop.sharing.controller.stop()
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.STOPPED)
    assert desktop.sharing.transfers.live_count == 0


def test_the_end_of_the_program_closes_the_port(
    open_window: Callable[..., Desktop],
    shared: Path,
    is_refused: Callable[[str], bool],
    qapp: QApplication,
    qtbot: QtBot,
) -> None:
    _, url = share(open_window, Options(folder=str(shared), bind="local", port=0), qtbot)
    QTimer.singleShot(0, qapp.exit)
    qapp.exec()
    assert is_refused(url)
