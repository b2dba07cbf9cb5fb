"""`python packaging/release_notes.py VERSION` prints what the change log says of a version."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"
_HEADING = re.compile(
    r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d\d-\d\d))?\s*$", re.MULTILINE
)
_LINK = re.compile(r"^\[[^\]]+\]: \S+$", re.MULTILINE)


class Release(NamedTuple):
    """A version in the change log, whose form is that of Keep a Changelog 1.1.0."""

    version: str
    date: str
    """As YYYY-MM-DD."""
    notes: str


class MissingNotesError(Exception):
    """The change log does not say of a version what a release needs; the text says what."""


def releases(changelog: str) -> list[Release]:
    """List the versions that were released, the newest first."""
    headings = list(_HEADING.finditer(changelog))
    ends = [*(heading.start() for heading in headings[1:]), len(changelog)]
    return [
        Release(heading["version"], heading["date"], _notes(changelog[heading.end() : end]))
        for heading, end in zip(headings, ends, strict=True)
        if heading["date"]
    ]


def _notes(section: str) -> str:
    return _LINK.sub("", section).strip()


def notes_of(version: str, changelog: str) -> str:
    """Return the notes of a version. Raises MissingNotesError where there are none."""
    found = next((release for release in releases(changelog) if release.version == version), None)
    if found is None:
        raise MissingNotesError(
            f"CHANGELOG.md has no section '## [{version}] - YYYY-MM-DD'. "
            "Give the section [Unreleased] this heading, and begin a new one above it."
        )
    if not found.notes:
        raise MissingNotesError(f"the section of {version} in CHANGELOG.md is empty.")
    return found.notes


def main() -> None:
    """Print the notes of the version that the command line names, with or without its `v`."""
    if len(sys.argv) != 2:
        sys.exit("usage: python packaging/release_notes.py VERSION")
    try:
        print(notes_of(sys.argv[1].removeprefix("v"), CHANGELOG.read_text("utf-8")))
    except MissingNotesError as error:
        sys.exit(f"release notes: {error}")


if __name__ == "__main__":
    main()
