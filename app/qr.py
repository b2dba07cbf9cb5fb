"""A text as a QR code: as modules to paint, and drawn in characters for a terminal."""

from __future__ import annotations

__all__ = ["QUIET_ZONE", "qr_matrix", "qr_text"]

QUIET_ZONE = 4
"""Modules of white that a reader may expect on every side (ISO/IEC 18004)."""

# Black on white from the fixed part of the 256 colours: the first 16 follow the terminal's theme.
_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"
_RESET = "\x1b[0m"
# One character is two modules, the upper one and the lower one.
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of the QR code of `text`, True where a module is dark, no quiet zone.

    Raises ValueError where `text` is longer than a QR code can hold.
    """
    # Only now, because the first frame of a window has no code in it.
    from qrcode.constants import (  # type: ignore[import-untyped]  # ships no types
        ERROR_CORRECT_M,
    )
    from qrcode.main import QRCode  # type: ignore[import-untyped]  # ships no types

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def qr_text(text: str, *, colours: bool = False) -> str:
    """Return the QR code of `text` drawn in half blocks, with its quiet zone, without a newline.

    With `colours` it is black on white on every terminal. Without, the blocks are the light
    modules: as printed on a dark terminal, which is the usual one, it looks as it should.
    Raises ValueError where `text` is longer than a QR code can hold.
    """
    rows = _with_quiet_zone(qr_matrix(text))
    ink = colours
    lines = (
        "".join(
            _HALF_BLOCKS[upper is ink, lower is ink] for upper, lower in zip(*pair, strict=True)
        )
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )
    if colours:
        return "\n".join(f"{_BLACK_ON_WHITE}{line}{_RESET}" for line in lines)
    return "\n".join(lines)


def _with_quiet_zone(matrix: tuple[tuple[bool, ...], ...]) -> list[tuple[bool, ...]]:
    side = (False,) * QUIET_ZONE
    blank = (False,) * (len(matrix) + 2 * QUIET_ZONE)
    rows = [blank] * QUIET_ZONE + [(*side, *row, *side) for row in matrix] + [blank] * QUIET_ZONE
    # The side of a code is odd, and a character holds two rows.
    return rows if len(rows) % 2 == 0 else [*rows, blank]
