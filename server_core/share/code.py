"""The QR code of an address, as a picture for the page."""

from __future__ import annotations

__all__ = ["QUIET_ZONE", "code_path"]

QUIET_ZONE = 4
"""Modules of white that a reader may expect on every side (ISO/IEC 18004)."""


def code_path(text: str) -> tuple[int, str]:
    """Return how many modules a side of the code of `text` has, and its dark ones as an SVG path.

    Raises ValueError where `text` is longer than a QR code can hold.
    """
    # Only now, because most pages are never asked for their code.
    from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped] # ships no types
    from qrcode.main import QRCode  # type: ignore[import-untyped] # ships no types

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    dark = (
        f"M{column} {row}h1v1h-1z"
        for row, modules in enumerate(rows)
        for column, module in enumerate(modules)
        if module
    )
    return len(rows), "".join(dark)
