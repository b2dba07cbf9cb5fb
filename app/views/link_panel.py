"""How to reach the share: three steps before it starts, then the code and the address."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.links import ShareLink
from app.models.quantities import speed_text
from app.state import ServerState
from app.views.confirming_button import ConfirmingButton
from app.views.elided_label import ElidedLabel
from app.views.field_message import announce
from app.views.glyphs import GlyphButton
from app.views.mnemonics import set_mnemonic_text
from app.views.qr_code import QrCodeWidget
from app.views.status_pill import StatusPill
from app.views.steps import Steps

__all__ = ["LinkPanel"]

_LONG_ADDRESS: Final = 34
"""Characters that fit into the narrowest window."""


class LinkPanel(QFrame):
    """The card that other people look at: what they scan, or type."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._link: ShareLink | None = None
        self._how_to = ""
        self.pill = StatusPill()
        self.activity = ElidedLabel()
        self.activity.setProperty("kind", "soft")
        self.activity.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.qr_code = QrCodeWidget()
        self.caption = QLabel()
        self.caption.setProperty("kind", "soft")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.caption.setWordWrap(True)
        self.address = QLabel()
        self.address.setTextFormat(Qt.TextFormat.PlainText)
        self.address.setProperty("kind", "address")
        self.address.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.address.setWordWrap(True)
        self.copy_button = ConfirmingButton("copy", tr("&Copy address"))
        self.copy_button.clicked.connect(self.copy_address)
        self.open_button = GlyphButton("open")
        set_mnemonic_text(self.open_button, tr("&Open here"))
        self.open_button.setToolTip(tr("Open the share in this computer's browser"))
        self.open_button.setAccessibleName(tr("Open the share in this computer's browser"))
        self.open_button.clicked.connect(self._on_open_clicked)
        self._arrange()
        self.show_state(ServerState.STOPPED)

    def show_state(self, state: ServerState) -> None:
        """Teach while nothing is shared, and show the code while something is."""
        if state in (ServerState.STOPPED, ServerState.STARTING):
            self._link = None
            self.qr_code.set_text("")
            self.activity.clear()
            self._pages.setCurrentIndex(0)
        elif state is ServerState.RUNNING:
            self.pill.show_status(tr("Sharing"), live=True)
        else:
            self.pill.show_status(tr("Stopping…"), live=False)

    def show_link(self, link: ShareLink) -> None:
        """Show where the share is reached."""
        self._link = link
        self.qr_code.set_text(link.url)
        self.address.setText(_breakable(link.display))
        self.address.setAccessibleName(link.display)
        # A loopback address leads a phone to itself: no promise is made for it.
        only_here = tr("Only this computer can open this address.")
        scan = tr("Scan with a phone's camera, or open this address:")
        self._how_to = only_here if link.is_local else scan
        self.caption.setText(self._how_to)
        self._pages.setCurrentIndex(1)
        shared = tr("Shared at {address}").replace("{address}", link.display)
        announce(self, f"{shared}. {only_here}" if link.is_local else shared)

    def show_activity(self, devices: int, bytes_per_second: float) -> None:
        """Show how many devices are there, and how fast files leave in bytes per second."""
        texts = []
        if devices:
            texts.append(tr("%n device(s)", "", devices))
        if bytes_per_second >= 1:
            texts.append(speed_text(bytes_per_second))
        self.activity.setText(" · ".join(texts))

    @Slot()
    def copy_address(self) -> None:
        """Put the address on the clipboard, and say so."""
        if self._link is None:
            return
        QGuiApplication.clipboard().setText(self._link.url)
        self.copy_button.confirm(tr("Copied"), tr("The address was copied."))

    def _arrange(self) -> None:
        status = QHBoxLayout()
        status.addWidget(self.pill)
        status.addWidget(self.activity, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch(1)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(status)
        layout.addSpacing(6)
        layout.addStretch(1)
        layout.addWidget(self.qr_code, 20)
        layout.addSpacing(6)
        layout.addWidget(self.caption)
        layout.addWidget(self.address)
        layout.addSpacing(6)
        layout.addLayout(buttons)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(22, 20, 22, 22)
        self._pages = QStackedLayout()
        self._pages.addWidget(Steps())
        self._pages.addWidget(page)
        outer.addLayout(self._pages)

    @Slot()
    def _on_open_clicked(self) -> None:
        if self._link is None:
            return
        self.caption.setText(self._how_to)
        if not QDesktopServices.openUrl(QUrl(self._link.url)):
            self.caption.setText(tr("No browser could be opened here. Open this address in one:"))
            announce(self, self.caption.text())


def _breakable(address: str) -> str:
    """Return `address` with an invisible place for a line break in a long one."""
    if len(address) <= _LONG_ADDRESS:
        return address
    middle = address.find(":", len(address) // 2) + 1
    return f"{address[:middle]}\N{ZERO WIDTH SPACE}{address[middle:]}"
