"""The line icons of resources/icons, in the colours of the scheme and sharp at any scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.resources import resource_path
from app.views.palette import shown_tokens

__all__ = ["Glyph", "GlyphButton", "application_icon", "paint_glyph"]


def application_icon() -> QIcon:
    """Return Folderport's own icon."""
    return QIcon(str(resource_path("icons", "folderport.svg")))


def paint_glyph(painter: QPainter, name: str, colour: str, where: QRectF) -> None:
    """Paint the icon `name` in `colour` ("#rrggbb")."""
    coloured = _drawing(name).replace("currentColor", colour)
    QSvgRenderer(QByteArray(coloured.encode())).render(painter, where)


class Glyph(QWidget):
    """An icon that stands by itself, as decoration: it has no meaning that no text gives."""

    def __init__(
        self,
        name: str,
        colour: str,
        side: int,
        parent: QWidget | None = None,
        *,
        tile: bool = False,
    ) -> None:
        """`colour` names the colour among Tokens, `side` is in pixels, `tile` tints the ground."""
        super().__init__(parent)
        self._name = name
        self._colour = colour
        self._tile = tile
        self.setFixedSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon, on its tile where it has one."""
        tokens = shown_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        if self._tile:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.named(f"{self._colour}_tint")))
            painter.drawRoundedRect(area, 10, 10)
            inset = area.width() * 0.2
            area.adjust(inset, inset, -inset, -inset)
        paint_glyph(painter, self._name, tokens.named(self._colour), area)


class GlyphButton(QPushButton):
    """A push button with an icon in one of the colours of Tokens."""

    def __init__(
        self, glyph: str, text: str = "", colour: str = "ink", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._glyph = glyph
        self._colour = colour
        # A ring after a click would be noise; who uses the keyboard gets it.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._painted = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(17, 17))
        self._renew_icon()

    def set_glyph(self, glyph: str, colour: str = "ink") -> None:
        """Show another icon, or another colour."""
        self._glyph = glyph
        self._colour = colour
        self._renew_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._renew_icon()

    def _renew_icon(self) -> None:
        tokens = shown_tokens()
        wanted = (self._glyph, tokens.named(self._colour))
        # Qt tells of a changed palette with every change of the parent, too.
        if wanted == self._painted:
            return
        self._painted = wanted
        icon = QIcon()
        for mode, name in ((QIcon.Mode.Normal, self._colour), (QIcon.Mode.Disabled, "soft")):
            for scale in (1, 2, 3):
                pixmap = QPixmap(self.iconSize() * scale)
                pixmap.fill(Qt.GlobalColor.transparent)
                painter = QPainter(pixmap)
                area = QRectF(pixmap.rect())
                paint_glyph(painter, self._glyph, tokens.named(name), area)
                painter.end()
                pixmap.setDevicePixelRatio(scale)
                icon.addPixmap(pixmap, mode)
        self.setIcon(icon)


@lru_cache(maxsize=32)
def _drawing(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
