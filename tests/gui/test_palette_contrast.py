"""WCAG 2.1: texts stand out at least 4.5 to 1 (1.4.3), fields and the focus 3 to 1 (1.4.11)."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor

from app.models.roles import Tone
from app.views.palette import DARK, LIGHT, Tokens
from app.views.style_sheet import style_sheet

SCHEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
PAIRS = (
    *((ink, ground) for ink in ("ink", "soft") for ground in ("background", "card", "field")),
    *(("ink", ground) for ground in ("hover", "pressed", "selection", "accent_tint", "bad_tint")),
    *(("on_fill", ground) for ground in ("fill", "fill_hover", "fill_pressed")),
    *((tone, ground) for tone in ("soft", "warn", "bad") for ground in ("card", "selection")),
    ("accent", "card"),
    ("accent", "accent_tint"),
    ("good", "good_tint"),
    ("bad", "card"),
    ("bad", "bad_tint"),
    ("soft", "bad_tint"),
)


def luminance(colour: str) -> float:
    shade = QColor(colour)
    channels = (shade.redF(), shade.greenF(), shade.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_21_between_black_and_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@SCHEMES
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(tokens.named(ink), tokens.named(ground)) >= 4.5


@SCHEMES
def test_the_focus_ring_stands_out_from_every_card(tokens: Tokens) -> None:
    assert min(contrast(tokens.accent, ground) for ground in (tokens.card, tokens.field)) >= 3


@SCHEMES
def test_the_focus_ring_of_the_primary_button_stands_out_inside_and_outside(
    tokens: Tokens,
) -> None:
    colour = re.search(
        r'kind="primary"\]:focus \{ border: \dpx solid (#\w+);', style_sheet(tokens, 13)
    )
    assert colour is not None
    assert min(contrast(colour[1], ground) for ground in (tokens.card, tokens.fill)) >= 3


@SCHEMES
def test_an_empty_field_is_known_by_its_edge(tokens: Tokens) -> None:
    fields = re.search(
        r"QLineEdit, QComboBox \{[^}]* border: 1px solid (#\w+); background: (#\w+);",
        style_sheet(tokens, 13),
    )
    assert fields is not None
    edge, inside = fields.groups()
    assert min(contrast(edge, ground) for ground in (tokens.card, inside)) >= 3


@SCHEMES
def test_every_tone_has_a_colour_of_its_own(tokens: Tokens) -> None:
    assert len({tokens.tone(tone) for tone in Tone}) == len(Tone)
