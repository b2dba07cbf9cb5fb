"""Every colour of the window, for a light and a dark desktop."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from app.models.roles import Tone

__all__ = ["DARK", "LIGHT", "Tokens", "qt_palette", "shown_tokens"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme, by what they are for, as "#rrggbb"."""

    background: str
    card: str
    field: str
    """Inputs, buttons and the folder."""
    hover: str
    pressed: str
    line: str
    line_strong: str
    """The edge of what is known by its text as well: buttons, menus, the folder."""
    outline: str
    """The edge of a field, by which alone an empty one is known (WCAG 2.1, 1.4.11)."""
    ink: str
    soft: str
    """Secondary text."""
    accent: str
    """Links, focus, progress: always on background, card or field."""
    accent_tint: str
    fill: str
    """The primary button."""
    fill_hover: str
    fill_pressed: str
    on_fill: str
    good: str
    good_tint: str
    warn: str
    bad: str
    bad_tint: str
    selection: str
    """Behind a selected row."""

    def named(self, name: str) -> str:
        """Return the colour of that name, e.g. "accent"."""
        return str(getattr(self, name))

    def tone(self, tone: Tone) -> str:
        """Return the colour of a text that is meant so."""
        return {
            Tone.PLAIN: self.ink,
            Tone.SOFT: self.soft,
            Tone.WARN: self.warn,
            Tone.BAD: self.bad,
        }[tone]


LIGHT = Tokens(
    background="#f4f5f8",
    card="#ffffff",
    field="#f7f8fa",
    hover="#eef0f4",
    pressed="#e4e7ed",
    line="#e5e8ee",
    line_strong="#d4d9e2",
    outline="#878fa0",
    ink="#1a1f29",
    soft="#5c6678",
    accent="#2563eb",
    accent_tint="#eaf1fe",
    fill="#2563eb",
    fill_hover="#1f57d6",
    fill_pressed="#1a4abb",
    on_fill="#ffffff",
    good="#067a52",
    good_tint="#e6f6ef",
    warn="#a84a06",
    bad="#c4281c",
    bad_tint="#fdefee",
    selection="#e3ecfd",
)
DARK = Tokens(
    background="#14161b",
    card="#1c1f26",
    field="#252932",
    hover="#2d323d",
    pressed="#363c48",
    line="#2a2e37",
    line_strong="#3b414d",
    outline="#6b7485",
    ink="#eef0f4",
    soft="#a0a8b7",
    accent="#78a7ff",
    accent_tint="#222f4a",
    fill="#2f6ae0",
    fill_hover="#3670df",
    fill_pressed="#275cc9",
    on_fill="#ffffff",
    good="#4ad6a0",
    good_tint="#17352c",
    warn="#f5a65b",
    bad="#ff8078",
    bad_tint="#2e1e23",
    selection="#263556",
)


def shown_tokens() -> Tokens:
    """Return the colours of the scheme that the application is painted in."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.name() == DARK.background else LIGHT


def qt_palette(tokens: Tokens) -> QPalette:
    """Return these colours as Qt's own palette, for whatever no style sheet reaches."""
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, tokens.background),
        (role.WindowText, tokens.ink),
        (role.Base, tokens.card),
        (role.AlternateBase, tokens.field),
        (role.Text, tokens.ink),
        (role.Button, tokens.field),
        (role.ButtonText, tokens.ink),
        (role.BrightText, tokens.bad),
        (role.PlaceholderText, tokens.soft),
        (role.ToolTipBase, tokens.card),
        (role.ToolTipText, tokens.ink),
        (role.Highlight, tokens.fill),
        (role.HighlightedText, tokens.on_fill),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.Light, tokens.hover),
        (role.Midlight, tokens.field),
        (role.Mid, tokens.line_strong),
        (role.Dark, tokens.line_strong),
        (role.Shadow, tokens.line_strong),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.soft))
    return palette
