"""A folder that goes away while it is shared: the window says so, and sharing goes on after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models import folder_watch
from app.options import Options
from app.state import Field, ServerState

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from app.application import Desktop


def test_the_window_says_so_under_the_folder_until_it_is_back(
    open_window: Callable[..., Desktop],
    fetch: Callable[..., subprocess.CompletedProcess[bytes]],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folder_watch, "_PERIOD", 20)
    folder, away = tmp_path / "Holiday", tmp_path / "away"
    folder.mkdir()
    (folder / "notes.txt").write_text("twelve gulls")
    desktop = open_window(Options(folder=str(folder), bind="local"))
    links: list[str] = []
    desktop.sharing.controller.started.connect(lambda link: links.append(link.url))
    qtbot.waitUntil(lambda: bool(links))
    message = desktop.window.form.messages[Field.FOLDER]
    folder.rename(away)
    qtbot.waitUntil(lambda: message.text.startswith("This folder cannot be read any more"))
    assert message.isVisible()
    assert b"The folder is not there any more" in fetch(links[0]).stdout
    away.rename(folder)
    qtbot.waitUntil(lambda: not message.text)
    assert fetch(f"{links[0]}notes.txt").stdout == b"twelve gulls"
    # What was said is of this share alone.
    folder.rename(away)
    qtbot.waitUntil(lambda: bool(message.text))
    desktop.window.form.toggle()
    qtbot.waitUntil(lambda: desktop.state is ServerState.STOPPED)
    assert not message.text
