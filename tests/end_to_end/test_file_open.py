"""A folder that is dropped on the icon, or opened with Folderport, as macOS tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFileOpenEvent

from app.file_open import FileOpen
from app.options import Options
from app.state import ServerState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from app.application import Desktop

pytestmark = pytest.mark.qt_log_ignore(r"raise\(\)", extend=True)


@pytest.mark.parametrize("inside", ["", "a picture.jpg"])
def test_a_folder_that_the_desktop_hands_over_is_shared(
    open_window: Callable[..., Desktop],
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    inside: str,
) -> None:
    folder = tmp_path / "Größe"
    folder.mkdir()
    (folder / "a picture.jpg").touch()
    desktop = open_window(Options(bind="local"))
    file_open = FileOpen(qapp)
    file_open.requested.connect(desktop.take_folder)
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(folder / inside)))
    qapp.removeEventFilter(file_open)
    qtbot.waitUntil(lambda: desktop.state is ServerState.RUNNING)
    assert desktop.window.settings.folder == str(folder)
