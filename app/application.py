"""The composition root: builds every object, connects every signal, does nothing else."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app import __version__
from app.file_open import FileOpen
from app.garbage import GarbageCollection
from app.i18n import install_translations, tr
from app.links import ShareLink
from app.models.interfaces import InterfacesModel
from app.options import Options
from app.quit_signal import QuitSignal
from app.settings import ShareSettings
from app.settings_store import SessionSettings, SettingsStore
from app.single_instance import SingleInstance
from app.state import Field, ServerState, StartFailure
from app.views.appearance import Appearance
from app.views.main_window import MainWindow

if TYPE_CHECKING:
    from app.network import NetworkInterface
    from app.sharing import Sharing

__all__ = ["Desktop", "run"]

_FIRST_FRAME_MILLISECONDS: Final = 1_000
_CLOSE_SECONDS: Final = 2.0


def run(options: Options) -> int:
    """Show the window until it is closed, and return the exit status of the process.

    Where Folderport is open already, its window takes `options` instead.
    """
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Folderport")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("io.github.folderport.folderport")
    install_translations(application, QLocale())
    instance = SingleInstance()
    if not instance.acquire() and instance.send(options.to_message()):
        return 0
    desktop = Desktop(application, SettingsStore(), options)
    instance.received.connect(desktop.take_message)
    if sys.platform == "darwin":  # elsewhere it would hear of each event in vain
        from app.services_menu import ServicesMenu

        FileOpen(application).requested.connect(desktop.take_folder)
        ServicesMenu(application).requested.connect(desktop.take_folder)
    quit_signal = QuitSignal(application)
    # Not quit(), which asks the window: nobody may sit there to answer.
    quit_signal.received.connect(application.exit)
    garbage = GarbageCollection(application)
    desktop.opened.connect(garbage.begin, Qt.ConnectionType.QueuedConnection)
    desktop.show()
    status = application.exec()
    instance.release()
    return status


class Desktop(QObject):
    """The window and all that stands behind it, put together."""

    opened = Signal()
    """The window is there, or minimised, and all that it begins with was made; perhaps again."""

    def __init__(self, application: QApplication, store: SettingsStore, options: Options) -> None:
        super().__init__(application)
        self._store = store
        self._session = SessionSettings(store)
        settings = self._session.apply(options, self._session.kept)
        self._is_to_start = bool(options.folder) and not options.ask
        self._patience = QTimer(self, singleShot=True, interval=_FIRST_FRAME_MILLISECONDS)
        self._asked = settings
        """What the latest start was told."""
        self._shared_on = ""
        """The address of the share, where others know this computer by it."""
        self._offered = Options()
        self._next: Options | None = None
        """What to open once sharing has stopped."""
        self._sharing: Sharing | None = None
        self.interfaces = InterfacesModel(parent=self)
        self.appearance = Appearance(application, settings.theme, self)
        self.window = MainWindow(settings, self.interfaces)
        self.appearance.paint()
        self._connect(application)

    @property
    def sharing(self) -> Sharing:
        """What shares and shows it, made when it is first needed: after the first frame."""
        if self._sharing is None:
            from app.sharing import Sharing

            self._sharing = Sharing(self.window, self)
            self._sharing.controller.state_changed.connect(self._on_state_changed)
            self._sharing.controller.started.connect(self._on_started)
        return self._sharing

    @property
    def state(self) -> ServerState:
        """Where the server stands."""
        return ServerState.STOPPED if self._sharing is None else self._sharing.controller.state

    def show(self) -> None:
        """Show the window, and begin to share where a folder was named on the command line."""
        geometry = self._store.window_geometry()
        if geometry:
            self.window.restoreGeometry(geometry)
        self.window.show()
        # A window that is opened minimised has no first frame.
        self._patience.start()

    @Slot(object)
    def take_message(self, message: object) -> None:
        """Do what another start was asked for; what is no message of one is ignored."""
        options = Options.from_message(message) if isinstance(message, bytes) else None
        if options is not None:
            self.open(options)

    @Slot(str)
    def take_folder(self, path: str) -> None:
        """Share the folder that the desktop handed over; of a file, the one that it is in."""
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        self.open(Options(folder=folder))

    def open(self, options: Options) -> None:
        """Come to the front, and share the folder of `options` where nothing is shared yet.

        While another folder is shared, the person is asked first.
        """
        state = self.state
        if state is ServerState.STOPPED:
            self.window.show_settings(self._session.apply(options, self.window.settings))
            if options.folder and not options.ask:
                self.window.form.toggle()
        elif state is ServerState.STOPPING:
            self._next = options
        elif options.folder not in ("", self._asked.folder):
            self._offered = options
            self.window.offer_folder(options.folder)
        self.window.show_in_front()

    def _connect(self, application: QApplication) -> None:
        window = self.window
        # What is loaded and started meanwhile would hold up the first frame: queued, it begins
        # after it.
        window.appeared.connect(self._on_appeared, Qt.ConnectionType.QueuedConnection)
        self._patience.timeout.connect(self._on_appeared)
        window.start_requested.connect(self._on_start_requested)
        window.switch_requested.connect(self._on_switch_requested)
        window.settings_changed.connect(self._session.save)
        window.theme_chosen.connect(self.appearance.set_theme)
        application.applicationStateChanged.connect(self._on_application_state_changed)
        application.aboutToQuit.connect(self._on_about_to_quit)

    @Slot()
    def _on_appeared(self) -> None:
        self.interfaces.set_interfaces(_interfaces())
        wanted, self._is_to_start = self._is_to_start, False
        # Somebody may have been quicker.
        if self.sharing.controller.state is ServerState.STOPPED and wanted:
            self.window.form.toggle()
        self.opened.emit()

    @Slot(ShareSettings)
    def _on_start_requested(self, settings: ShareSettings) -> None:
        self._asked = self._session.to_share(settings)
        self.sharing.controller.start(self._asked)

    @Slot()
    def _on_switch_requested(self) -> None:
        # Not the folder that comes with the signal: as a text of Qt it may be another one.
        self._next = self._offered
        self.sharing.controller.stop()

    @Slot(ShareLink)
    def _on_started(self, link: ShareLink) -> None:
        self._session.keep_folder(self._asked.folder)
        self._shared_on = link.host if _is_here(link.host) else ""

    @Slot(ServerState)
    def _on_state_changed(self, state: ServerState) -> None:
        if state is not ServerState.STOPPED:
            return
        self.sharing.activity.end()
        self.interfaces.set_interfaces(_interfaces())
        if self._next is not None:
            # Not before everybody has heard that sharing has stopped.
            QTimer.singleShot(0, self, self._open_next)

    @Slot()
    def _open_next(self) -> None:
        options, self._next = self._next, None
        if options is not None:
            self.open(options)

    @Slot(Qt.ApplicationState)
    def _on_application_state_changed(self, state: Qt.ApplicationState) -> None:
        # Whoever comes back from the network settings finds the new network in the list, unless
        # something is shared: then the list says where.
        if state != Qt.ApplicationState.ApplicationActive or self._sharing is None:
            return
        if self.state is ServerState.STOPPED:
            self.interfaces.set_interfaces(_interfaces())
        elif self.state is ServerState.RUNNING and self._has_moved():
            message = tr(
                "This computer has moved to another network. Stop and start again to share there."
            )
            self.window.show_warning(StartFailure(Field.NETWORK, message))

    def _has_moved(self) -> bool:
        return self._shared_on != "" and not _is_here(self._shared_on)

    @Slot()
    def _on_about_to_quit(self) -> None:
        self._store.save_window_geometry(bytes(self.window.saveGeometry().data()))
        if self._sharing is not None:
            self._sharing.controller.close(_CLOSE_SECONDS)


def _is_here(address: str) -> bool:
    """Return whether others may reach this computer at `address` now."""
    return any(interface.address == address for interface in _interfaces())


def _interfaces() -> tuple[NetworkInterface, ...]:
    # Loaded when it is first asked: what asks the system takes a tenth of the time to a first
    # frame, which does without.
    from app.network import interfaces

    return interfaces()
