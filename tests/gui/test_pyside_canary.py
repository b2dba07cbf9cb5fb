"""PySide6 6.12.0 lost a reference with every call that returns None; the pin keeps it out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_a_thousand_qt_calls_leave_the_references_to_none_as_they_were(qapp: QApplication) -> None:
    subject = QObject(qapp)
    before = sys.getrefcount(None)
    for number in range(1_000):
        subject.setObjectName(str(number))
    # Python 3.12 made None immortal: its count never moves. Before, a few may be in other hands.
    assert abs(sys.getrefcount(None) - before) < 100
