"""packaging/man_page.py: folderport(1) says what the command line takes, and man shows it."""

from __future__ import annotations

import argparse
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

import man_page
from app.command_line import parser

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.needs("packages of Linux")


def rendered(page: str, tmp_path: Path) -> str:
    path = tmp_path / "folderport.1"
    path.write_text(page)
    told = subprocess.run(
        ["man", "--local-file", "--warnings", "--encoding=UTF-8", path],
        env={**os.environ, "MANWIDTH": "200", "MANROFFOPT": "-rHY=0", "MAN_KEEP_FORMATTING": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stderr == ""
    return told.stdout


def test_every_option_is_shown_with_what_it_does(tmp_path: Path) -> None:
    shown = " ".join(rendered(man_page.man_page(parser(), "1.2.3"), tmp_path).split())
    for action in man_page._actions(parser()):
        for name in action.option_strings:
            assert f" {name}, " in shown or f" {name} " in shown
        assert man_page._help(parser(), action) in shown
    assert "Folderport 1.2.3 2023-11-14 FOLDERPORT(1)" in shown


@pytest.mark.parametrize(
    "text", [".starts as a request", "'also", r"C:\name", "a-b --c", "~/home", "50 % of it"]
)
def test_what_roff_would_read_is_shown_as_it_is(text: str, tmp_path: Path) -> None:
    made = argparse.ArgumentParser("folderport", description="Share.")
    made.add_argument("--word", help=text.replace("%", "%%"))
    assert text in rendered(man_page.man_page(made, "1.2.3"), tmp_path)
