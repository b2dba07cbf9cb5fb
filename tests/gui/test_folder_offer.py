"""Another folder is asked for while one is shared: the person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.state import ServerState

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Parts
    from pytestqt.qtbot import QtBot


LEFT = Qt.MouseButton.LeftButton


def offered(parts: Parts, folder: Path) -> QPushButton:
    """Ask for `folder` while another one is shared, and return the button that takes it."""
    parts.window.show_state(ServerState.RUNNING)
    parts.window.offer_folder(str(folder))
    offer = parts.window.form.offer
    assert offer.isVisible()
    return next(child for child in offer.findChildren(QPushButton) if child.isVisible())


def test_another_folder_is_offered_while_one_is_shared(
    parts: Parts, qtbot: QtBot, tmp_path: Path
) -> None:
    other = tmp_path / "Tom & <b>Jerry"
    before = parts.window.settings
    button = offered(parts, other)
    assert button.text() == "Share it instead"
    assert parts.window.form.offer.text == (
        "“Tom & <b>Jerry” was asked for. Stop sharing to share it instead?"
    )
    assert parts.window.settings == before
    with qtbot.waitSignal(parts.window.switch_requested) as switch:
        qtbot.mouseClick(button, LEFT)
    assert switch.args == [str(other)]
    assert not parts.window.form.offer.isVisible()
    # Stopping and starting is up to whoever hears the signal.
    for state in (ServerState.STOPPING, ServerState.STOPPED):
        parts.window.show_state(state)
    assert parts.window.settings == before


def test_a_folder_whose_name_is_no_unicode_is_offered_as_it_is(
    parts: Parts, qtbot: QtBot, tmp_path: Path
) -> None:
    odd = tmp_path / "\udcff"
    button = offered(parts, odd)
    with qtbot.waitSignal(parts.window.switch_requested) as switch:
        qtbot.mouseClick(button, LEFT)
    assert switch.args == [str(odd)]


def test_a_long_name_does_not_stretch_the_offer(parts: Parts, tmp_path: Path) -> None:
    offered(parts, tmp_path / ("n" * 255))
    assert len(parts.window.form.offer.text) < 110


def test_who_stops_for_the_offered_folder_has_it_chosen(parts: Parts, tmp_path: Path) -> None:
    offered(parts, tmp_path)
    parts.window.show_state(ServerState.STOPPING)
    parts.window.show_state(ServerState.STOPPED)
    assert parts.window.settings.folder == str(tmp_path)
    assert not parts.window.form.offer.isVisible()


def test_a_share_that_ends_by_itself_leaves_the_folder(
    parts: Parts, folder: Path, tmp_path: Path
) -> None:
    offered(parts, tmp_path)
    parts.window.show_state(ServerState.STOPPED)
    assert parts.window.settings.folder == str(folder)
    assert not parts.window.form.offer.isVisible()


def test_asking_for_what_is_shared_takes_the_offer_back(
    parts: Parts, folder: Path, tmp_path: Path
) -> None:
    offered(parts, tmp_path)
    parts.window.offer_folder(str(folder))
    assert not parts.window.form.offer.isVisible()


def test_while_nothing_is_shared_the_folder_is_taken_at_once(parts: Parts, tmp_path: Path) -> None:
    parts.window.offer_folder(str(tmp_path))
    assert parts.window.settings.folder == str(tmp_path)
    assert not parts.window.form.offer.isVisible()
