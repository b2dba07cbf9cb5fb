"""The first frame of the window comes before whatever it does not show is loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.application import Desktop

LATER = (
    "app.controller",
    "app.network",
    "app.views.activity_panel",
    "server_core.server",
    "server_core.share",
)
"""The server, the lists of what happens on it, and what asks the system for its networks."""

PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication
from app.application import Desktop
from app.options import Options
from app.settings_store import SettingsStore

application = QApplication([])
options = Options(folder=sys.argv[2], bind="local")
desktop = Desktop(application, SettingsStore(sys.argv[1]), options)
at_first = []
desktop.window.appeared.connect(lambda: at_first.extend(sys.modules))
desktop.window.appeared.connect(application.quit)
desktop.show()
application.exec()
later = {}
print(*(name for name in later if name in at_first), "|", len(at_first) > 0)
"""


def test_server_and_lists_and_networks_are_loaded_after_the_first_frame(
    tmp_path: Path,
) -> None:
    program = PROGRAM.replace("later = {}", f"later = {LATER!r}")
    run = subprocess.run(
        [sys.executable, "-P", "-c", program, str(tmp_path / "settings.ini"), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.splitlines()[0] == "| True"


def test_the_lists_are_there_right_after_the_first_frame(
    open_window: Callable[..., Desktop], qtbot: QtBot
) -> None:
    window = open_window().window
    assert window.activity is None
    qtbot.waitUntil(lambda: window.activity is not None and window.activity.isVisible())
    window.find_action.trigger()
    assert window.activity.requests.filter.hasFocus()


def test_the_networks_are_looked_for_right_after_the_first_frame(
    open_window: Callable[..., Desktop], qtbot: QtBot
) -> None:
    network = open_window().window.form.network
    assert network.itemText(0) == "Looking for your network…"
    qtbot.waitUntil(lambda: network.itemText(0) != "Looking for your network…")
    assert network.currentIndex() >= 0
