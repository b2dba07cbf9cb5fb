"""Whoever hears the window instead of seeing it is told what every control is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QTableView,
    QWidget,
)

from app.links import ShareLink
from app.state import Field, ServerState, StartFailure

if TYPE_CHECKING:
    from conftest import Parts

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QTabBar, QTableView)
LINK = ShareLink("http://192.168.1.20:8000/", "http://192.168.1.20:8000")


def controls(window: QWidget) -> list[QWidget]:
    found = [child for child in window.findChildren(QWidget) if isinstance(child, CONTROLS)]
    # Parts that Qt puts into its own widgets are told by these.
    return [
        child for child in found if not child.objectName().startswith("qt_") and named_apart(child)
    ]


def named_apart(child: QWidget) -> bool:
    return not isinstance(child.parentWidget(), (QLineEdit, QComboBox, QTableView))


def spoken(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def told_about(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)


def role(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


@pytest.mark.parametrize("state", list(ServerState))
def test_every_control_has_a_name(parts: Parts, state: ServerState) -> None:
    parts.window.show_state(state)
    shown = [control for control in controls(parts.window) if control.isVisible()]
    assert len(shown) >= 8
    assert [control for control in shown if not spoken(control).strip()] == []


def test_hidden_controls_have_names_too(parts: Parts) -> None:
    unnamed = [control for control in controls(parts.window) if not spoken(control).strip()]
    # The buttons of messages get theirs together with the message.
    assert [
        control for control in unnamed if control.property("kind") not in ("fix", "float")
    ] == []


def test_the_code_is_told_by_its_address(parts: Parts) -> None:
    parts.window.show_state(ServerState.RUNNING)
    parts.window.show_link(LINK)
    assert LINK.url in spoken(parts.window.link_panel.qr_code)
    assert role(parts.window.link_panel.qr_code) == QAccessible.Role.Graphic


def test_how_things_stand_is_told_as_a_text(parts: Parts) -> None:
    pill = parts.window.link_panel.pill
    parts.window.show_state(ServerState.RUNNING)
    assert (spoken(pill), role(pill)) == ("Sharing", QAccessible.Role.StaticText)
    parts.window.show_state(ServerState.STOPPING)
    assert spoken(pill) == "Stopping…"


@pytest.mark.parametrize("field", list(Field))
def test_a_field_is_told_with_what_is_wrong_with_it(parts: Parts, field: Field) -> None:
    parts.window.show_failure(StartFailure(field, "This did not work. Try the other."))
    focused = parts.window.focusWidget()
    assert focused is parts.window.form.messages[field].field
    assert told_about(focused) == "This did not work. Try the other."
    parts.window.show_state(ServerState.STARTING)
    assert "did not work" not in told_about(focused)


def test_a_tab_is_told_with_its_number(parts: Parts) -> None:
    parts.window.activity.tabs.set_count(1, 1_204)
    assert parts.window.activity.tabs.accessibleTabName(1) == "Requests: 1,204"


def test_no_label_takes_foreign_text_for_markup(parts: Parts) -> None:
    markup = "<b>bold</b> &amp; <img src=x>"
    labels = {id(label) for label in parts.window.findChildren(QLabel) if "<" in label.text()}
    assert not labels
    parts.window.link_panel.show_link(ShareLink("http://10.0.0.1/", markup))
    parts.window.activity.requests.hint.set_text(markup)
    foreign = [label for label in parts.window.findChildren(QLabel) if "<" in label.text()]
    assert len(foreign) == 2
    assert {label.textFormat().name for label in foreign} == {"PlainText"}
