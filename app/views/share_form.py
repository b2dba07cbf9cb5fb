"""What is shared and how to be reached: the folder, the network, the port, and the one button."""

from __future__ import annotations

import os
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.models.interfaces import InterfacesModel
from app.models.roles import Role
from app.settings import PROTOCOLS, ShareSettings
from app.state import Field, ServerState, StartFailure
from app.views.choice_box import ChoiceBox
from app.views.field_message import FieldMessage
from app.views.folder_card import FolderCard
from app.views.folder_drop import FolderDrop
from app.views.folder_offer import FolderOffer
from app.views.mnemonics import mnemonic_label
from app.views.port_field import PortField
from app.views.share_button import ShareButton

__all__ = ["ShareForm"]


class ShareForm(QFrame):
    """The card on which a share is set up, started and stopped."""

    start_requested = Signal(ShareSettings)
    """Share with these settings; every one of them has been looked at as far as a form can."""
    stop_requested = Signal()
    changed = Signal(ShareSettings)
    """Something was set that is worth remembering: a port not before it is typed to its end."""
    switch_requested = Signal(object)
    """Share the folder that was offered, a str, instead of the one that is shared."""

    def __init__(
        self, settings: ShareSettings, interfaces: InterfacesModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._settings = settings
        self._told_port = settings.port
        self._interfaces = interfaces
        self._state = ServerState.STOPPED
        self._suggested_port: int | None = None
        self.folder = FolderCard()
        self.folder.choose_requested.connect(self.choose_folder)
        self.folder.recent_chosen.connect(self.set_folder)
        self._drop = FolderDrop(self)
        self._drop.hovered.connect(self.folder.set_drop_hint)
        self._drop.dropped.connect(self._on_dropped)
        self.network = ChoiceBox()
        self.network.setModel(interfaces)
        interfaces.modelReset.connect(self._select_network)
        self.network.activated.connect(self._on_network_activated)
        self.port = PortField()
        self.port.textEdited.connect(self._on_port_edited)
        self.port.editingFinished.connect(self.finish_port)
        self.port.returnPressed.connect(self.toggle)
        self.protocol = ChoiceBox()
        self.protocol.addItems(PROTOCOLS)
        self.protocol.activated.connect(self._on_protocol_activated)
        self.button = ShareButton()
        self.button.clicked.connect(self.toggle)
        self.messages = {
            Field.FOLDER: FieldMessage(self.folder.choose_button, self.folder),
            Field.NETWORK: FieldMessage(self.network),
            Field.PORT: FieldMessage(self.port),
        }
        self.messages[Field.PORT].fix_requested.connect(self._on_port_fix)
        self.offer = FolderOffer(self.folder)
        self.offer.accepted.connect(self.switch_requested)
        self._describe()
        self._arrange()
        self._show_settings()
        self.show_state(ServerState.STOPPED)

    @property
    def settings(self) -> ShareSettings:
        """Everything as it is set now."""
        return self._settings

    def show_settings(self, settings: ShareSettings) -> None:
        """Show these settings instead of those there were; they are known already to who asks."""
        self._settings = settings
        self._told_port = settings.port
        self._clear_messages()
        self._show_settings()

    def show_state(self, state: ServerState) -> None:
        """Offer what can be done in `state`; settings can be changed while nothing is shared."""
        before, self._state = self._state, state
        stopped = state is ServerState.STOPPED
        self.button.show_state(state)
        focused = QApplication.focusWidget()
        # Before the others are locked, which would hand the focus on from one to the next.
        if not stopped and focused is not None and self.isAncestorOf(focused):
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        if state is not before:
            self._clear_messages()
        self._drop.is_welcome = stopped
        self.folder.set_locked(locked=not stopped)
        for widget in (self.network, self.port, self.protocol):
            widget.setEnabled(stopped)
        self._port_hint.setVisible(stopped and not self.messages[Field.PORT].text)
        if stopped:
            self.port.setPlaceholderText(tr("Automatic"))
            offered = self.offer.withdraw()
            # Who was asked to stop for it, and stopped, has answered; an end by itself has not.
            if offered and before is ServerState.STOPPING:
                self.set_folder(offered)

    def show_port(self, port: int) -> None:
        """Show the port that was found where none was asked for."""
        self.port.setPlaceholderText(str(port))

    def show_failure(self, failure: StartFailure) -> None:
        """Say under the field it is about why sharing did not start; nothing entered changes."""
        self._clear_messages()
        self._suggested_port = failure.suggested_port
        fix = ""
        if failure.suggested_port is not None:
            fix = tr("Use {port}").replace("{port}", str(failure.suggested_port))
        message = self.messages[failure.field]
        message.show_error(failure.message, fix)
        self._port_hint.setVisible(failure.field is not Field.PORT)
        message.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_warning(self, warning: StartFailure) -> None:
        """Say something about a field until the state changes; the focus stays where it is."""
        self.messages[warning.field].show_notice(warning.message)

    def offer_folder(self, folder: str) -> None:
        """Ask whether `folder` is to be shared instead of the one that is shared now."""
        if self._state is ServerState.STOPPED:
            self.set_folder(folder)
        elif folder == self._settings.folder:
            self.offer.withdraw()
        else:
            self.offer.ask(folder)

    @Slot(object)
    def set_folder(self, folder: str) -> None:
        """Take `folder`, a path, for the one to share; it is among the recent ones from now on."""
        if self._state is not ServerState.STOPPED:
            return
        self.messages[Field.FOLDER].clear()
        self._settings = self._settings.with_folder(os.path.abspath(folder))
        self._show_folder()
        self._tell()

    @Slot()
    def choose_folder(self) -> None:
        """Let the person pick a folder."""
        if self._state is not ServerState.STOPPED:
            return
        dialog = QFileDialog(self, tr("Choose the folder to share"), self._settings.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.set_folder)
        dialog.open()

    @Slot()
    def toggle(self) -> None:
        """Start sharing, or stop, also before it has begun."""
        if self._state in (ServerState.STARTING, ServerState.RUNNING):
            self.stop_requested.emit()
        elif self._state is ServerState.STOPPED:
            failure = self._incomplete()
            if failure is None:
                self._clear_messages()
                self.finish_port()
                self.start_requested.emit(self._settings)
            else:
                self.show_failure(failure)

    @Slot()
    def finish_port(self) -> None:
        """Take the port for typed to its end: what it is now is worth remembering."""
        if self.port.is_usable and self._settings.port != self._told_port:
            self._told_port = self._settings.port
            self._tell()

    def set_theme(self, theme: str) -> None:
        """Remember the theme together with the other settings."""
        self._settings = replace(self._settings, theme=theme)
        self._tell()

    def _describe(self) -> None:
        self.network.setAccessibleName(tr("Network"))
        self.network.setToolTip(tr("The network on which other devices find this computer."))
        self.protocol.setAccessibleName(tr("Protocol"))
        self.protocol.setToolTip(
            tr("HTTP/1.1 is right for every current device, HTTP/1.0 for very old ones.")
        )

    def _arrange(self) -> None:
        title = QLabel(tr("Share a folder"))
        title.setProperty("kind", "title")
        self.title_row = QHBoxLayout()
        self.title_row.addWidget(title, 1)
        fields = QGridLayout()
        fields.setHorizontalSpacing(14)
        fields.setVerticalSpacing(11)
        fields.setColumnStretch(1, 1)
        fields.addWidget(mnemonic_label(tr("&Network"), self.network), 0, 0)
        fields.addWidget(self.network, 0, 1)
        fields.addWidget(self.messages[Field.NETWORK], 1, 1)
        fields.addWidget(mnemonic_label(tr("&Port"), self.port), 2, 0)
        fields.addWidget(self.port, 2, 1)
        self._port_hint = QLabel(tr("Left empty, a free port is found by itself."))
        self._port_hint.setProperty("kind", "hint")
        self._port_hint.setWordWrap(True)
        fields.addWidget(self._port_hint, 3, 1)
        fields.addWidget(self.messages[Field.PORT], 4, 1)
        fields.addWidget(mnemonic_label(tr("P&rotocol"), self.protocol), 5, 0)
        fields.addWidget(self.protocol, 5, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 22)
        layout.setSpacing(10)
        layout.addLayout(self.title_row)
        layout.addSpacing(2)
        layout.addWidget(self.folder)
        layout.addWidget(self.messages[Field.FOLDER])
        layout.addWidget(self.offer)
        layout.addSpacing(4)
        layout.addLayout(fields)
        layout.addStretch(1)
        layout.addSpacing(6)
        layout.addWidget(self.button)

    def _show_settings(self) -> None:
        self._show_folder()
        self._select_network()
        self.port.set_port(self._settings.port)
        self.protocol.setCurrentText(self._settings.protocol)

    def _show_folder(self) -> None:
        self.folder.set_folder(self._settings.folder)
        others = self._settings.recent_folders
        self.folder.set_recent_folders(
            [folder for folder in others if folder != self._settings.folder]
        )

    def _incomplete(self) -> StartFailure | None:
        if not self._settings.folder:
            return StartFailure(Field.FOLDER, tr("Choose the folder to share first."))
        if not self.port.is_usable:
            message = tr("A port is a number from 1 to 65535. Left empty, one is found by itself.")
            return StartFailure(Field.PORT, message)
        return None

    def _clear_messages(self) -> None:
        for message in self.messages.values():
            message.clear()
        self._port_hint.show()

    def _set(self, settings: ShareSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._tell()

    def _tell(self) -> None:
        self.changed.emit(replace(self._settings, port=self._told_port))

    @Slot()
    def _select_network(self) -> None:
        self._interfaces.set_chosen(self._settings.network)
        self.network.setCurrentIndex(self._interfaces.row_of(self._settings.network))

    @Slot(object)
    def _on_dropped(self, path: str) -> None:
        if os.path.isdir(path):
            self.set_folder(path)
            return
        is_file = tr("That is a file. Drop the folder that it is in.")
        is_gone = tr("That folder is not there any more. Drop or choose another one.")
        message = is_file if os.path.lexists(path) else is_gone
        self.show_failure(StartFailure(Field.FOLDER, message))

    @Slot(int)
    def _on_network_activated(self, row: int) -> None:
        self.messages[Field.NETWORK].clear()
        network = self._interfaces.index(row, 0, QModelIndex()).data(Role.VALUE)
        self._set(replace(self._settings, network=network))

    @Slot()
    def _on_port_edited(self) -> None:
        self.messages[Field.PORT].clear()
        self._port_hint.show()
        port = self.port.port if self.port.is_usable else self._told_port
        self._settings = replace(self._settings, port=port)

    @Slot(int)
    def _on_protocol_activated(self, row: int) -> None:
        self._set(replace(self._settings, protocol=PROTOCOLS[row]))

    @Slot()
    def _on_port_fix(self) -> None:
        self.port.set_port(self._suggested_port)
        self._on_port_edited()
        self.toggle()
