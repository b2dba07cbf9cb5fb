"""The one button that starts and stops sharing, and the words for it wherever it is offered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.i18n import tr
from app.state import ServerState
from app.views.mnemonics import set_mnemonic_text
from app.views.restyle import set_look

__all__ = ["ShareButton", "share_text"]


def share_text(state: ServerState) -> str:
    """Return what the button does in `state`, with its mnemonic; STOPPING leaves nothing to do."""
    return {
        ServerState.STOPPED: tr("&Start sharing"),
        # A folder on a drive that does not answer can make it take long.
        ServerState.STARTING: tr("&Cancel"),
        ServerState.RUNNING: tr("&Stop sharing"),
        ServerState.STOPPING: tr("Stopping…"),
    }[state]


class ShareButton(QPushButton):
    """Starts, cancels or stops, whichever can be done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_state(ServerState.STOPPED)

    def show_state(self, state: ServerState) -> None:
        """Say what can be done in `state`."""
        kind = {
            ServerState.STOPPED: "primary",
            ServerState.STARTING: "cancel",
            ServerState.RUNNING: "stop",
            # Disabled, it would lose the keyboard focus; whoever is told of a click ignores it.
            ServerState.STOPPING: "busy",
        }[state]
        set_mnemonic_text(self, share_text(state))
        set_look(self, "kind", value=kind)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take a double click for one click: its second half would undo what the first began."""
        event.accept()
