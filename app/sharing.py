"""What shares a folder, and what shows it: all that the window's first frame does without."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.activity import Activity
from app.controller import ServerController
from app.courtesy import Courtesy
from app.i18n import tr
from app.models.devices import DevicesModel
from app.models.folder_watch import FolderWatch
from app.models.request_log import RequestLogModel
from app.models.transfers import TransfersModel
from app.relay import EventRelay
from app.state import Field, ServerState, StartFailure
from app.views.activity_panel import ActivityPanel
from app.views.main_window import MainWindow
from app.views.tray import TrayIcon

__all__ = ["Sharing"]


class Sharing(QObject):
    """The second half of the composition root: the server, its news, and the lists in the window.

    It is made once the window is there, because loading and building it would hold the window up.
    """

    def __init__(self, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self.watch = FolderWatch(self)
        self.log = RequestLogModel(self)
        self.transfers = TransfersModel(self)
        self.devices = DevicesModel(self)
        self.relay = EventRelay(self)
        self._courtesy = Courtesy(self)
        self.controller = ServerController(
            self.relay.post, self.relay.post_certain, self._courtesy.wait, self
        )
        self.activity = Activity(
            self.log, self.transfers, self.devices, self.controller.transfers, self
        )
        self.tray = TrayIcon(self)
        window.add_activity(ActivityPanel(self.log, self.transfers, self.devices))
        self._connect()
        self.tray.show_if_possible()

    def _connect(self) -> None:
        window, controller, tray = self._window, self.controller, self.tray
        self.relay.delivered.connect(self._on_delivered)
        self.activity.measured.connect(window.show_activity)
        window.stop_requested.connect(controller.stop)
        window.repaint_began.connect(self._courtesy.begin)
        window.repainted.connect(self._courtesy.end)

        controller.state_changed.connect(window.show_state)
        controller.state_changed.connect(tray.show_state)
        controller.started.connect(window.show_link)
        controller.started.connect(tray.show_link)
        controller.failed.connect(window.show_failure)

        controller.state_changed.connect(self._on_state_changed)
        self.watch.lost.connect(self._on_folder_lost)
        self.watch.found.connect(self._on_folder_found)

        tray.show_requested.connect(window.show_in_front)
        tray.toggle_requested.connect(window.form.toggle)
        tray.copy_requested.connect(window.link_panel.copy_address)
        tray.quit_requested.connect(window.close)

    @Slot(ServerState)
    def _on_state_changed(self, state: ServerState) -> None:
        if state is ServerState.RUNNING:
            self.watch.begin(self._window.settings.folder)
        else:
            self.watch.end()

    @Slot()
    def _on_folder_lost(self) -> None:
        sentence = tr(
            "This folder cannot be read any more, and nobody can open it now. Was it moved,"
            " renamed or locked, or a drive unplugged? Once it is back, sharing goes on."
        )
        self._window.show_warning(StartFailure(Field.FOLDER, sentence))

    @Slot()
    def _on_folder_found(self) -> None:
        self._window.withdraw_warning(Field.FOLDER)

    @Slot(tuple)
    def _on_delivered(self, batch: tuple[object, ...]) -> None:
        self._courtesy.begin()
        self.activity.take(batch)
        for event in batch:
            self.controller.take(event)
        self._courtesy.end()
