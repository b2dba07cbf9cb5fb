"""The wheel and the sdist, by hatchling, which pyproject.toml names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import build_environment

if TYPE_CHECKING:
    from pathlib import Path

_PATTERNS = {"wheel": "folderport-*.whl", "sdist": "folderport-*.tar.gz"}


def build(kind: str, target: Path) -> Path:
    """Make the "wheel" or the "sdist" below `target`, and return its path."""
    for old in target.glob(_PATTERNS[kind]):
        old.unlink()
    command = [str(build_environment.python()), "-P", "-m", "hatchling", "build"]
    build_environment.run([*command, "--target", kind, "--directory", str(target)])
    [made] = target.glob(_PATTERNS[kind])
    return made
