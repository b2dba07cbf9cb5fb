"""Signatures for Windows, by a command that a release gives: `COMMAND PROGRAM` signs a program.

FOLDERPORT_SIGN_COMMAND is its path; where it is not set, nothing is signed.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import build_environment

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "FOLDERPORT_SIGN_COMMAND"


def sign(bundle: Path) -> None:
    """Sign the programs of a bundle, in place. Raises CalledProcessError where it fails."""
    command = os.environ.get(VARIABLE)
    if command:
        for program in sorted(bundle.glob("*.exe")):
            build_environment.run([command, str(program)])


def in_a_shell() -> str:
    """Return what stands before a program's name in a line for the system's shell; "" for none."""
    command = os.environ.get(VARIABLE)
    if not command:
        return ""
    # Windows' own takes the outermost quotation marks away where a line begins with one.
    return f'call "{command}"' if sys.platform == "win32" else f'"{command}"'
