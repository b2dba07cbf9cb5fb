"""packaging/release_notes.py: the change log is where the notes of a release come from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import release_notes

ROOT = Path(__file__).parents[2]
LOG = """# Changelog

## [Unreleased]

- Not yet.

## [1.1.0] - 2026-12-24

### Added

- A thing.

## [1.0.0] - 2026-11-30

- The first.

## [0.9.0] - 2026-11-01

[1.1.0]: https://example.org/1.1.0
"""


def test_the_notes_of_a_version_are_its_section() -> None:
    assert release_notes.notes_of("1.1.0", LOG) == "### Added\n\n- A thing."
    assert release_notes.notes_of("1.0.0", LOG) == "- The first."


def test_versions_are_listed_with_their_dates() -> None:
    assert [(release.version, release.date) for release in release_notes.releases(LOG)] == [
        ("1.1.0", "2026-12-24"),
        ("1.0.0", "2026-11-30"),
        ("0.9.0", "2026-11-01"),
    ]


@pytest.mark.parametrize(
    ("version", "sentence"),
    [("2.0.0", "has no section"), ("Unreleased", "has no section"), ("0.9.0", "is empty")],
)
def test_a_version_without_notes_is_not_released(version: str, sentence: str) -> None:
    with pytest.raises(release_notes.MissingNotesError, match=sentence):
        release_notes.notes_of(version, LOG)


def test_a_tag_without_a_section_ends_the_command_with_the_next_step() -> None:
    command = [sys.executable, ROOT / "packaging" / "release_notes.py", "v99.0.0"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "## [99.0.0] - YYYY-MM-DD" in told.stderr
    assert "Traceback" not in told.stderr
