"""The Pythons of this machine that server_core is for, as the parameter `interpreter` of a test."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_OLDEST: Final = (3, 11)
_NEWEST_MINOR: Final = 20
_PATIENCE: Final = 20
"""Seconds for an interpreter to say what it is."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have a test that asks for an `interpreter` run on each, by its path."""
    if "interpreter" in metafunc.fixturenames:
        found = _interpreters()
        metafunc.parametrize("interpreter", found.values(), ids=found)


@functools.cache
def _interpreters() -> dict[str, str]:
    """Return the paths of all interpreters by version, e.g. "3.12.1"; the running one first."""
    found = {".".join(map(str, sys.version_info[:3])): sys.executable}
    for path in _candidates():
        match = re.match(r"(\d+) (\d+) (\d+) ", _version(path))
        if match and tuple(map(int, match.groups())) >= _OLDEST:
            found.setdefault(".".join(match.groups()), path)
    return found


def _candidates() -> Iterator[str]:
    for minor in range(_OLDEST[1], _NEWEST_MINOR):
        on_path = shutil.which(f"python3.{minor}")
        if on_path:
            yield on_path
    # Where people keep more than one, which are then not on the PATH: pyenv and uv.
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv"))
    for place in (pyenv / "versions", home / ".local/share/uv/python"):
        yield from map(str, sorted(place.glob("*/bin/python3")))


def _version(interpreter: str) -> str:
    try:
        run = subprocess.run(
            [interpreter, "-I", "-c", "import sys; print(*sys.version_info)"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout
