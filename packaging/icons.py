"""The icon of Folderport in the forms that systems ask for, drawn from its one SVG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import build_environment

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

SOURCE = build_environment.ROOT / "resources" / "icons" / "folderport.svg"
HICOLOR = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""Pixels of the sides of what a Linux desktop looks for."""
WINDOWS = (16, 20, 24, 32, 40, 48, 64, 96, 256)
MACOS = (16, 32, 64, 128, 256, 512, 1024)


def png(side: int) -> bytes:
    """Draw the icon as a PNG with sides of so many pixels."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
    from PySide6.QtGui import QImage, QImageWriter, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"PNG")).write(image):
        raise RuntimeError(f"{SOURCE.name} cannot be drawn with {side} pixels")
    return bytes(buffer.data().data())


def write_ico(target: Path) -> None:
    """Write the icon of a program for Windows."""
    _write(target, WINDOWS, "ICO")


def write_icns(target: Path) -> None:
    """Write the icon of an application for macOS."""
    _write(target, MACOS, "ICNS")


def _write(target: Path, sides: tuple[int, ...], form: str) -> None:
    drawn = [_image(side) for side in sides]
    sizes = [(side, side) for side in sides]
    drawn[-1].save(target, form, sizes=sizes, append_images=drawn[:-1])


def _image(side: int) -> Image.Image:
    from PIL import Image

    with Image.open(io.BytesIO(png(side))) as image:
        image.load()
        return image
