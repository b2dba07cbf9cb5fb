"""The scheme the whole application is painted in: what the person chose, else the system's."""

from __future__ import annotations

import sys
from typing import Final

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

from app.views.palette import DARK, LIGHT, Tokens, qt_palette
from app.views.style_sheet import style_sheet

__all__ = ["Appearance"]

_SMALLEST_TEXT: Final = 13
"""Pixels. A larger font of the system's is followed."""


class Appearance(QObject):
    """Paints `application` light or dark, and again whenever the system's scheme changes.

    Make it before the first widget, which takes its font and palette, and call `paint` after the
    window is made: each widget that is made under a style sheet is styled by itself, which takes
    longer than styling them all at once.
    """

    def __init__(
        self, application: QApplication, theme: str = "system", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._application = application
        self._theme = theme
        self._system_scheme = application.styleHints().colorScheme()
        application.setStyle("Fusion")
        application.setFont(_text_font(application.font()))
        # The system's scheme is asked from its style hints: setting them does nothing on
        # several desktops, which is why light and dark are painted here.
        application.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        application.setPalette(qt_palette(self._tokens))

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are shown."""
        if self._theme == "system":
            return self._system_scheme == Qt.ColorScheme.Dark
        return self._theme == "dark"

    def paint(self) -> None:
        """Paint everything there is, and is made from now on, in the scheme of this moment."""
        self._application.setPalette(qt_palette(self._tokens))
        size = QFontInfo(self._application.font()).pixelSize()
        self._application.setStyleSheet(style_sheet(self._tokens, max(_SMALLEST_TEXT, size)))

    @Slot(str)
    def set_theme(self, theme: str) -> None:
        """Show "light", "dark", or what the "system" has."""
        if theme != self._theme:
            self._theme = theme
            self.paint()

    @Slot(Qt.ColorScheme)
    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self._system_scheme = scheme
        if self._theme == "system":
            self.paint()

    @property
    def _tokens(self) -> Tokens:
        return DARK if self.is_dark else LIGHT


def _text_font(system: QFont) -> QFont:
    font = QFont(system)
    # Where no desktop names a font, Qt falls back to "Sans Serif", whatever that is.
    unnamed = system.family().casefold() in ("", "sans", "sans serif", "sans-serif")
    if unnamed and sys.platform.startswith("linux") and "Inter" in QFontDatabase.families():
        font.setFamilies(["Inter", system.family()])
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return font
