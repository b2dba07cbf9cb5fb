"""What the programs for Windows say of themselves, in the explorer and to scanners for viruses."""

from __future__ import annotations

import re

_TEMPLATE = """\
VSVersionInfo(
    ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),
    kids=[
        StringFileInfo([StringTable("040904B0", [{strings}])]),
        VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
    ],
)
"""


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """Return a version in the only form that Windows compares."""
    first, second, third, fourth, *_ = [*map(int, re.findall(r"\d+", version)), 0, 0, 0, 0]
    return first, second, third, fourth


def resource(version: str) -> str:
    """Return the version resource in the form that PyInstaller reads."""
    told = {
        "CompanyName": "The Folderport authors",
        "FileDescription": "Folderport",
        "FileVersion": version,
        "LegalCopyright": "The Folderport authors, MIT License",
        "ProductName": "Folderport",
        "ProductVersion": version,
    }
    strings = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in told.items())
    return _TEMPLATE.format(numbers=four_numbers(version), strings=strings)
