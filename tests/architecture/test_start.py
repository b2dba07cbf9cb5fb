"""What `python -m server_core` loads before its port is open."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each was a part of every start, of 3 to 20 ms.
SPARED = (
    *("dataclasses", "gzip", "inspect", "logging", "mimetypes", "secrets", "shutil"),
    "server_core.cgi",
)
SCRIPT = """
import sys
from server_core.options import parser
import server_core.command_line
parser().parse_args(["8000"])
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that are loaded once the options are read."""
    # Without the packages of the environment, some of which load modules of their own at once.
    command = [sys.executable, "-S", "-c", SCRIPT]
    return set(subprocess.check_output(command, text=True, timeout=20).split())


@pytest.mark.parametrize("name", SPARED)
def test_a_start_does_not_wait_for(name: str, loaded: set[str]) -> None:
    assert name not in loaded
