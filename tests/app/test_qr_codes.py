"""A phone reads the QR code, painted or drawn in characters, on dark terminals and light ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.qr import QUIET_ZONE, qr_matrix, qr_text

if TYPE_CHECKING:
    from conftest import Camera

LINK = "http://[2001:db8:1234:5678:9abc:def0:1234:5678]:65535/"
BLACK, WHITE = b"\x00", b"\xff"


def with_margin(matrix: tuple[tuple[bool, ...], ...]) -> list[list[bytes]]:
    side = [WHITE] * QUIET_ZONE
    blank = [WHITE] * (len(matrix) + 2 * QUIET_ZONE)
    rows = [[*side, *(BLACK if dark else WHITE for dark in row), *side] for row in matrix]
    return [blank] * QUIET_ZONE + rows + [blank] * QUIET_ZONE


def test_the_modules_hold_the_text(camera: Camera) -> None:
    assert camera.read(with_margin(qr_matrix(LINK))) == [LINK]


def test_the_modules_come_without_a_quiet_zone() -> None:
    matrix = qr_matrix("http://192.168.1.20:8000/")
    assert {len(row) for row in matrix} == {len(matrix)}
    assert all(matrix[0][:7])
    assert all(row[0] for row in matrix[:7])


@settings(max_examples=40)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_any_address_can_be_read(camera: Camera, text: str) -> None:
    assert camera.read(with_margin(qr_matrix(text))) == [text]


@pytest.mark.parametrize(("ink", "paper"), [(WHITE, BLACK), (BLACK, WHITE)])
def test_with_colours_it_is_dark_on_white_on_every_terminal(
    camera: Camera, ink: bytes, paper: bytes
) -> None:
    assert camera.read(camera.render(qr_text(LINK, colours=True), ink, paper)) == [LINK]


def test_without_colours_it_is_dark_on_light_on_a_dark_terminal(camera: Camera) -> None:
    assert camera.read(camera.render(qr_text(LINK), ink=WHITE, paper=BLACK)) == [LINK]


def test_without_colours_readers_of_light_on_dark_read_it_on_a_light_terminal(
    camera: Camera,
) -> None:
    assert camera.read(camera.render(qr_text(LINK), ink=BLACK, paper=WHITE), inverted=True) == [
        LINK
    ]


@pytest.mark.parametrize("colours", [True, False])
def test_the_drawing_has_its_quiet_zone(camera: Camera, colours: bool) -> None:
    pixels = camera.render(qr_text(LINK, colours=colours), ink=WHITE, paper=BLACK)
    side = len(qr_matrix(LINK))
    assert len(pixels[0]) == side + 2 * QUIET_ZONE
    edges = pixels[:QUIET_ZONE] + pixels[-QUIET_ZONE:]
    edges += [row[:QUIET_ZONE] + row[-QUIET_ZONE:] for row in pixels]
    assert {pixel for edge in edges for pixel in edge} == {WHITE}


def test_a_text_that_no_code_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        qr_matrix("a" * 5000)
