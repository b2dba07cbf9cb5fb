"""A folder on the command line: the window first, then the share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.options import Options
from app.state import ServerState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.application import Desktop


def test_the_share_begins_once_the_window_has_been_painted(
    open_window: Callable[..., Desktop], qtbot: QtBot, tmp_path: Path
) -> None:
    desktop = open_window(Options(folder=str(tmp_path), bind="local"))
    assert desktop.sharing.controller.state is ServerState.STOPPED
    with qtbot.waitSignals(
        [desktop.window.appeared, desktop.sharing.controller.started], order="strict"
    ):
        pass
    assert desktop.sharing.controller.state is ServerState.RUNNING


def test_a_window_that_is_never_painted_shares_all_the_same(
    open_window: Callable[..., Desktop], qtbot: QtBot, tmp_path: Path
) -> None:
    desktop = open_window(Options(folder=str(tmp_path), bind="local"))
    desktop.window.hide()
    desktop.window.appeared.disconnect()
    with qtbot.waitSignals([desktop.opened, desktop.sharing.controller.started]):
        pass


def test_whoever_presses_start_meanwhile_is_not_stopped_again(
    open_window: Callable[..., Desktop], qtbot: QtBot, tmp_path: Path
) -> None:
    desktop = open_window(Options(folder=str(tmp_path), bind="local"))
    states: list[ServerState] = []
    desktop.sharing.controller.state_changed.connect(states.append)
    desktop.window.form.toggle()
    with qtbot.waitSignal(desktop._patience.timeout, timeout=10_000):
        pass
    assert states == [ServerState.STARTING, ServerState.RUNNING]
