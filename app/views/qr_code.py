"""The address as a QR code: always dark on white, with the white around it that cameras need."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.i18n import tr
from app.qr import QUIET_ZONE, qr_matrix
from app.views.palette import shown_tokens

__all__ = ["QrCodeWidget"]

_SMALLEST: Final = 244
_LARGEST: Final = 288
_DARK: Final = QColor("#101318")


class QrCodeWidget(QLabel):
    """Paints a QR code, each module in whole device pixels: it is sharp at any scale.

    A label with a picture, which is what a screen reader takes it for.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_SMALLEST, _SMALLEST)
        self.setMaximumHeight(_LARGEST)
        self.set_text("")

    def set_text(self, text: str) -> None:
        """Show the code of `text`, or nothing for ""."""
        if not text:
            self.clear()
            self.setAccessibleName("")
            return
        self.setPixmap(QPixmap.fromImage(_image(qr_matrix(text))))
        self.setAccessibleName(tr("QR code for {address}").replace("{address}", text))

    def sizeHint(self) -> QSize:
        """Return the side in pixels that a phone reads comfortably across a desk."""
        return QSize(_SMALLEST, _SMALLEST)

    def minimumSizeHint(self) -> QSize:
        """Return the same, not the size of the picture with a pixel for each module."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a white plate, and the code in its middle."""
        modules = self.pixmap().width()
        if not modules:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ratio = self.devicePixelRatioF()
        side = min(self.width(), self.height())
        scale = int(side * ratio) // (modules + 2 * QUIET_ZONE)
        code = scale * modules / ratio
        # On whole device pixels: a code between them has blurred edges.
        left = round((self.width() - code) / 2 * ratio) / ratio
        top = round((self.height() - code) / 2 * ratio) / ratio
        plate = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.setPen(QPen(QColor(shown_tokens().line), 1))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawRoundedRect(plate.adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        where = QRectF(left, top, code, code)
        painter.drawPixmap(where, self.pixmap(), QRectF(self.pixmap().rect()))


def _image(matrix: tuple[tuple[bool, ...], ...]) -> QImage:
    side = len(matrix)
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                image.setPixelColor(x, y, _DARK)
    return image
