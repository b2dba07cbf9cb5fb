"""The environment that artefacts are made in: exact versions, and nothing that only tests need."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
TOOLS = ("hatchling", "pyinstaller")
PATIENCE = 1800.0
"""Seconds that one step may take."""


def run(command: list[str], **options: str) -> str:
    """Run a step in the checkout and return what it said.

    `options` are variables for its environment. Raises CalledProcessError, with what it said.
    """
    import os

    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **options},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=True,
        timeout=PATIENCE,
    ).stdout


def python() -> Path:
    """Return the interpreter of an environment that has the tools in the versions of a release."""
    place = ROOT / "build" / "environment"
    interpreter = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made_of = f"{sys.version}\n{TOOLS}\n{CONSTRAINTS.read_text()}"
    stamp = place / "made-of"
    if not stamp.exists() or stamp.read_text() != made_of:
        shutil.rmtree(place, ignore_errors=True)
        run([sys.executable, "-I", "-m", "venv", str(place)])
        install(interpreter, *TOOLS)
        stamp.write_text(made_of)
    return interpreter


def install(interpreter: Path, *asked: str) -> None:
    """Install into the environment of `interpreter` what pip is asked for, in exact versions."""
    pip = [str(interpreter), "-I", "-m", "pip", "install", "--quiet", "--no-input"]
    run([*pip, "--disable-pip-version-check", "--constraint", str(CONSTRAINTS), *asked])
