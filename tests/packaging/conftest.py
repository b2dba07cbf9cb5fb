"""What the tests of what is built share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOMENT = 1_700_000_000
"""Seconds since 1970; the time of all that these tests build."""

# The modules of packaging/ import each other by their names, as they do where they are started.
sys.path.append(str(ROOT / "packaging"))


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> int:
    """The time of all that is built, as `SOURCE_DATE_EPOCH` tells it."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(MOMENT))
    return MOMENT


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder as PyInstaller makes one: a program, a library of its own, data, and a link."""
    place = tmp_path / "folderport"
    inside = place / "_internal"
    inside.mkdir(parents=True)
    program = Path("/bin/true").read_bytes()
    (place / "folderport").write_bytes(program)
    (place / "folderport").chmod(0o700)
    (inside / "libown.so.1").write_bytes(program)
    (inside / "libown.so.1").chmod(0o755)
    # Debian's C library has one of this name.
    (inside / "libutil.so.1").write_bytes(program)
    (inside / "libpython3.99.so.1.0").write_bytes(program)
    (inside / "data ä.txt").write_text("data")
    (inside / "link.so").symlink_to("libown.so.1")
    return place
