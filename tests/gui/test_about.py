"""The window that says what Folderport is, and whose work it is made of."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from app import __version__
from app.views.about import AboutDialog

if TYPE_CHECKING:
    from conftest import Parts
    from pytestqt.qtbot import QtBot


@pytest.fixture
def about(parts: Parts, qtbot: QtBot) -> AboutDialog:
    """The dialog, as its entry in the menu opens it."""
    assert parts.window.about_action in parts.window.menu.actions()
    parts.window.about_action.trigger()
    dialog = parts.window.findChild(AboutDialog)
    assert isinstance(dialog, AboutDialog)
    qtbot.waitExposed(dialog)
    return dialog


def test_it_names_the_version(about: AboutDialog) -> None:
    assert f"Folderport {__version__}" in [label.text() for label in about.findChildren(QLabel)]


def test_each_part_can_be_chosen_by_key_and_its_licence_read(
    about: AboutDialog, qtbot: QtBot
) -> None:
    assert "MIT License" in about.text.toPlainText()
    rows = [about.list.item(row).text() for row in range(about.list.count())]
    wanted = next(row for row, name in enumerate(rows) if name.startswith("PySide6"))
    for _ in range(wanted):
        qtbot.keyClick(about.list, Qt.Key.Key_Down)
    assert about.licence.text().startswith("PySide6")
    assert "LGPL-3.0" in about.licence.text()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in about.text.toPlainText()
    assert about.text.textCursor().position() == 0


def test_what_a_report_needs_is_copied(about: AboutDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(about.copy_button, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0] == f"Folderport {__version__}"
    assert copied[1] == f"Python {sys.version.split()[0]}"
    assert copied[2] == f"Qt {qVersion()}, offscreen"
    assert about.copy_button.text() == "Copied"


def test_escape_closes_it(about: AboutDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(about.destroyed):
        qtbot.keyClick(about, Qt.Key.Key_Escape)


def test_everything_that_takes_the_focus_has_a_name(about: AboutDialog) -> None:
    assert about.list.accessibleName() == "Components"
    assert about.text.accessibleName() == "Licence"
    assert about.copy_button.text() == "Copy version"
