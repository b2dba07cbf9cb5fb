"""The three steps from a folder on this computer to a file on a phone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.i18n import tr

__all__ = ["Steps"]


class Steps(QWidget):
    """Tells, while nothing is shared, what to do and what will happen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(22)
        layout.addStretch(1)
        for number, (title, text) in enumerate(
            (
                (tr("Pick a folder"), tr("Only what is inside it can be seen.")),
                (tr("Start sharing"), tr("A code and a short address appear here.")),
                (
                    tr("Scan it with a phone"),
                    tr("Any phone or computer on the same network, no app needed."),
                ),
            ),
            start=1,
        ):
            layout.addLayout(_step(number, title, text))
        layout.addStretch(1)


def _step(number: int, title: str, text: str) -> QHBoxLayout:
    badge = QLabel(str(number))
    badge.setProperty("kind", "number")
    badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
    badge.setFixedSize(34, 34)
    heading = QLabel(title)
    heading.setProperty("kind", "strong")
    explanation = QLabel(text)
    explanation.setProperty("kind", "soft")
    explanation.setWordWrap(True)
    words = QVBoxLayout()
    words.setSpacing(3)
    words.addWidget(heading)
    words.addWidget(explanation)
    row = QHBoxLayout()
    row.setSpacing(18)
    row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(words, 1)
    return row
