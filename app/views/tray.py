"""An icon beside the clock, where there is a place for it; the window can do all it does."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.i18n import tr
from app.links import ShareLink
from app.state import ServerState
from app.views.glyphs import application_icon
from app.views.share_button import share_text

__all__ = ["TrayIcon"]


class TrayIcon(QObject):
    """Tells how things stand, and offers the window, the address, start or stop, and the end."""

    show_requested = Signal()
    toggle_requested = Signal()
    copy_requested = Signal()
    quit_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(application_icon(), self)
        self._icon.activated.connect(self._on_activated)
        self.menu = QMenu()
        self._show = self.menu.addAction(tr("Show &Folderport"))
        self._show.triggered.connect(self.show_requested)
        self._toggle: QAction = self.menu.addAction("")
        self._toggle.triggered.connect(self.toggle_requested)
        self._copy = self.menu.addAction(tr("Copy &address"))
        self._copy.triggered.connect(self.copy_requested)
        self.menu.addSeparator()
        self.menu.addAction(tr("&Quit")).triggered.connect(self.quit_requested)
        self._icon.setContextMenu(self.menu)
        self.show_state(ServerState.STOPPED)

    def show_if_possible(self) -> bool:
        """Show the icon, and return whether this desktop has a place for it."""
        possible = QSystemTrayIcon.isSystemTrayAvailable()
        self._icon.setVisible(possible)
        return possible

    @Slot(ServerState)
    def show_state(self, state: ServerState) -> None:
        """Offer what can be done in `state`."""
        self._toggle.setText(share_text(state))
        self._toggle.setEnabled(state is not ServerState.STOPPING)
        self._copy.setEnabled(state is ServerState.RUNNING)
        if state in (ServerState.STOPPED, ServerState.STARTING):
            self._icon.setToolTip(tr("Folderport: nothing is shared"))

    @Slot(ShareLink)
    def show_link(self, link: ShareLink) -> None:
        """Tell where the share is reached."""
        self._icon.setToolTip(
            tr("Folderport: shared at {address}").replace("{address}", link.display)
        )

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.show_requested.emit()
