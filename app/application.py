"""The composition root: builds every object, connects every signal, does nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QLocale, QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app import __version__
from app.activity import Activity
from app.controller import ServerController
from app.i18n import install_translations
from app.models.devices import DevicesModel
from app.models.interfaces import InterfacesModel
from app.models.request_log import RequestLogModel
from app.models.transfers import TransfersModel
from app.network import interfaces
from app.options import Options
from app.quit_signal import QuitSignal
from app.relay import EventRelay
from app.settings import ShareSettings
from app.settings_store import SettingsStore
from app.single_instance import SingleInstance
from app.state import ServerState
from app.views.appearance import Appearance
from app.views.main_window import MainWindow
from app.views.tray import TrayIcon

__all__ = ["Desktop", "run"]

_CLOSE_SECONDS: Final = 2.0


def run(options: Options) -> int:
    """Show the window until it is closed, and return the exit status of the process.

    Where Folderport is open already, its window is shown instead, with the folder of `options`.
    """
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Folderport")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("folderport")
    install_translations(application, QLocale())
    instance = SingleInstance()
    if not instance.acquire() and instance.send(options.folder):
        return 0
    desktop = Desktop(application, SettingsStore(), options)
    instance.activated.connect(desktop.open_folder)
    quit_signal = QuitSignal(application)
    # Not quit(), which asks the window: nobody may sit there to answer.
    quit_signal.received.connect(application.exit)
    desktop.show()
    status = application.exec()
    instance.release()
    return status


class Desktop(QObject):
    """The window and all that stands behind it, put together."""

    def __init__(self, application: QApplication, store: SettingsStore, options: Options) -> None:
        super().__init__(application)
        settings = _chosen(store.load(), options)
        self._store = store
        self._starts_at_once = bool(options.folder)
        self.log = RequestLogModel(self)
        self.transfers = TransfersModel(self)
        self.devices = DevicesModel(self)
        self.interfaces = InterfacesModel(interfaces(), self)
        self.relay = EventRelay(self)
        self.controller = ServerController(self.relay.post, self)
        self.activity = Activity(
            self.log, self.transfers, self.devices, self.controller.transfers, self
        )
        self.appearance = Appearance(application, settings.theme)
        self.window = MainWindow(settings, self.log, self.transfers, self.devices, self.interfaces)
        self.appearance.paint()
        self.tray = TrayIcon(self)
        self._connect(application)

    def show(self) -> None:
        """Show the window, and begin to share where a folder was named on the command line."""
        geometry = self._store.window_geometry()
        if geometry:
            self.window.restoreGeometry(geometry)
        self.window.show()
        self.tray.show_if_possible()
        if self._starts_at_once:
            self.window.form.toggle()

    @Slot(str)
    def open_folder(self, folder: str) -> None:
        """Come to the front, with `folder` chosen unless another one is being shared."""
        if folder:
            self.window.show_folder(folder)
        self.window.show_in_front()

    def _connect(self, application: QApplication) -> None:
        window, controller, tray = self.window, self.controller, self.tray
        self.relay.delivered.connect(self._on_delivered)

        window.start_requested.connect(controller.start)
        window.stop_requested.connect(controller.stop)
        window.settings_changed.connect(self._store.save)
        window.theme_chosen.connect(self.appearance.set_theme)

        controller.state_changed.connect(window.show_state)
        controller.state_changed.connect(tray.show_state)
        controller.state_changed.connect(self._on_state_changed)
        controller.started.connect(window.show_link)
        controller.started.connect(tray.show_link)
        controller.failed.connect(window.show_failure)
        self.activity.measured.connect(window.show_activity)

        tray.show_requested.connect(window.show_in_front)
        tray.toggle_requested.connect(window.form.toggle)
        tray.copy_requested.connect(window.link_panel.copy_address)
        tray.quit_requested.connect(window.close)

        application.applicationStateChanged.connect(self._on_application_state_changed)
        application.aboutToQuit.connect(self._on_about_to_quit)

    @Slot(tuple)
    def _on_delivered(self, batch: tuple[object, ...]) -> None:
        self.activity.take(batch)
        for event in batch:
            self.controller.take(event)

    @Slot(ServerState)
    def _on_state_changed(self, state: ServerState) -> None:
        if state is ServerState.STOPPED:
            self.activity.end()

    @Slot(Qt.ApplicationState)
    def _on_application_state_changed(self, state: Qt.ApplicationState) -> None:
        # Whoever comes back from the network settings finds the new network in the list.
        if state == Qt.ApplicationState.ApplicationActive:
            self.interfaces.set_interfaces(interfaces())

    @Slot()
    def _on_about_to_quit(self) -> None:
        self._store.save_window_geometry(bytes(self.window.saveGeometry().data()))
        self.controller.close(_CLOSE_SECONDS)


def _chosen(settings: ShareSettings, options: Options) -> ShareSettings:
    """Return the remembered settings with what the command line says in their place."""
    if options.folder:
        settings = settings.with_folder(options.folder)
    if options.bind is not None:
        settings = replace(settings, network=options.bind)
    if options.port is not None:
        settings = replace(settings, port=options.port or None)
    if options.protocol is not None:
        settings = replace(settings, protocol=options.protocol)
    return settings
