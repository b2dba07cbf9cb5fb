"""What is shared and how to be reached: the folder, the network, the port, and the one button."""

from __future__ import annotations

import os
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
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
from app.views.mnemonics import mnemonic_label, set_mnemonic_text
from app.views.port_field import PortField
from app.views.restyle import set_look

__all__ = ["ShareForm"]


class ShareForm(QFrame):
    """The card on which a share is set up, started and stopped."""

    start_requested = Signal(ShareSettings)
    """Share with these settings; every one of them has been looked at as far as a form can."""
    stop_requested = Signal()
    changed = Signal(ShareSettings)
    """Something was set; the settings as they are now."""

    def __init__(
        self, settings: ShareSettings, interfaces: InterfacesModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAcceptDrops(True)
        self._settings = settings
        self._interfaces = interfaces
        self._state = ServerState.STOPPED
        self._failure: StartFailure | None = None
        self.folder = FolderCard()
        self.folder.choose_requested.connect(self.choose_folder)
        self.folder.recent_chosen.connect(self.set_folder)
        self.network = ChoiceBox()
        self.network.setModel(interfaces)
        interfaces.modelReset.connect(self._select_network)
        self.network.activated.connect(self._on_network_activated)
        self.port = PortField()
        self.port.textEdited.connect(self._on_port_edited)
        self.port.returnPressed.connect(self.toggle)
        self.protocol = ChoiceBox()
        self.protocol.addItems(PROTOCOLS)
        self.protocol.activated.connect(self._on_protocol_activated)
        self.button = QPushButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.toggle)
        self.messages = {field: FieldMessage() for field in Field}
        self.messages[Field.PORT].fix_requested.connect(self._on_port_fix)
        self._describe()
        self._arrange()
        self._show_settings()
        self.show_state(ServerState.STOPPED)

    @property
    def settings(self) -> ShareSettings:
        """Everything as it is set now."""
        return self._settings

    def show_state(self, state: ServerState) -> None:
        """Offer what can be done in `state`; settings can be changed while nothing is shared."""
        self._state = state
        stopped = state is ServerState.STOPPED
        if not stopped:
            self._clear_failure()
        text, kind = {
            ServerState.STOPPED: (tr("&Start sharing"), "primary"),
            ServerState.STARTING: (tr("Starting…"), "primary"),
            ServerState.RUNNING: (tr("&Stop sharing"), "stop"),
            ServerState.STOPPING: (tr("Stopping…"), "stop"),
        }[state]
        set_mnemonic_text(self.button, text)
        # Disabled, it would lose the keyboard focus; `toggle` ignores it meanwhile.
        set_look(self.button, "busy", value=state not in (ServerState.STOPPED, ServerState.RUNNING))
        focused = QApplication.focusWidget()
        if not stopped and focused is not None and self.isAncestorOf(focused):
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        set_look(self.button, "kind", value=kind)
        self.folder.set_locked(locked=not stopped)
        for widget in (self.network, self.port, self.protocol):
            widget.setEnabled(stopped)
        self._port_hint.setVisible(stopped and not self.messages[Field.PORT].text)
        if stopped:
            self.port.setPlaceholderText(tr("Automatic"))

    def show_port(self, port: int) -> None:
        """Show the port that was found where none was asked for."""
        self.port.setPlaceholderText(str(port))

    def show_failure(self, failure: StartFailure) -> None:
        """Say under the field it is about why sharing did not start; nothing entered changes."""
        self._clear_failure()
        self._failure = failure
        fix = ""
        if failure.suggested_port is not None:
            fix = tr("Use {port}").replace("{port}", str(failure.suggested_port))
        self.messages[failure.field].show_message(failure.message, fix)
        if failure.field is Field.PORT:
            self._port_hint.hide()
        self._mark(failure.field, invalid=True)
        self._widget(failure.field).setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Take `folder`, a path, for the one to share; it is among the recent ones from now on."""
        if self._state is not ServerState.STOPPED:
            return
        self._clear_failure(Field.FOLDER)
        self._settings = self._settings.with_folder(os.path.abspath(folder))
        self._show_folder()
        self.changed.emit(self._settings)

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
        """Start or stop sharing, whichever can be done."""
        if self._state is ServerState.RUNNING:
            self.stop_requested.emit()
        elif self._state is ServerState.STOPPED:
            failure = self._incomplete()
            if failure is None:
                self._clear_failure()
                self.start_requested.emit(self._settings)
            else:
                self.show_failure(failure)

    def set_theme(self, theme: str) -> None:
        """Remember the theme together with the other settings."""
        self._settings = replace(self._settings, theme=theme)
        self.changed.emit(self._settings)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Invite a folder to be let go of."""
        if _dropped_path(event) and self._state is ServerState.STOPPED:
            event.acceptProposedAction()
            self.folder.set_drop_hint(shown=True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Take the invitation back."""
        self.folder.set_drop_hint(shown=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the folder that was dropped; of a file say what to do instead."""
        self.folder.set_drop_hint(shown=False)
        path = _dropped_path(event)
        event.acceptProposedAction()
        if os.path.isdir(path):
            self.set_folder(path)
        else:
            message = tr("That is a file. Drop the folder that it is in.")
            self.show_failure(StartFailure(Field.FOLDER, message))

    def _describe(self) -> None:
        self.network.setAccessibleName(tr("Network"))
        self.network.setToolTip(tr("The network on which other devices find this computer."))
        self.protocol.setAccessibleName(tr("Protocol"))
        self.protocol.setToolTip(
            tr("HTTP/1.1 is right for every current device, HTTP/1.0 for very old ones.")
        )
        for message, field in ((self.messages[field], field) for field in Field):
            message.setObjectName(f"{field.value}-message")

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

    def _widget(self, field: Field) -> QWidget:
        return {
            Field.FOLDER: self.folder.choose_button,
            Field.NETWORK: self.network,
            Field.PORT: self.port,
        }[field]

    def _mark(self, field: Field, *, invalid: bool) -> None:
        if field is Field.FOLDER:
            self.folder.set_invalid(invalid=invalid)
        else:
            set_look(self._widget(field), "invalid", value=invalid)

    def _clear_failure(self, field: Field | None = None) -> None:
        for cleared in Field if field is None else (field,):
            self.messages[cleared].clear()
            self._mark(cleared, invalid=False)
        self._port_hint.setVisible(not self.messages[Field.PORT].text)

    def _set(self, settings: ShareSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            self.changed.emit(settings)

    @Slot()
    def _select_network(self) -> None:
        self.network.setCurrentIndex(self._interfaces.row_of(self._settings.network))

    @Slot(int)
    def _on_network_activated(self, row: int) -> None:
        self._clear_failure(Field.NETWORK)
        network = self._interfaces.index(row, 0, QModelIndex()).data(Role.VALUE)
        self._set(replace(self._settings, network=network))

    @Slot()
    def _on_port_edited(self) -> None:
        self._clear_failure(Field.PORT)
        if self.port.is_usable:
            self._set(replace(self._settings, port=self.port.port))

    @Slot(int)
    def _on_protocol_activated(self, row: int) -> None:
        self._set(replace(self._settings, protocol=PROTOCOLS[row]))

    @Slot()
    def _on_port_fix(self) -> None:
        if self._failure is not None and self._failure.suggested_port is not None:
            self.port.set_port(self._failure.suggested_port)
            self._on_port_edited()
            self.toggle()


def _dropped_path(event: QDropEvent) -> str:
    local = (url.toLocalFile() for url in event.mimeData().urls()[:1])
    return next(local, "")
