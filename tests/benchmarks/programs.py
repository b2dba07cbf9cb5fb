"""The programs beside which Folderport is measured: found, installed, or done without.

wrk, nginx and lighttpd come from the system's packages (on Debian, nginx and lighttpd start a
service of their own when they are installed), granian and copyparty from Python's, each into a
folder of its own below build/benchmarks.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "build" / "benchmarks" / "python{}.{}".format(*sys.version_info)
SYSTEM = ("wrk", "nginx", "lighttpd", "curl")
PYTHON = ("granian", "copyparty")
PATIENCE = 600.0
"""Seconds that pip may take."""
_VERSION_OPTIONS = {"wrk": "--version", "nginx": "-v", "lighttpd": "-v", "curl": "--version"}


class Programs:
    """Those of the programs that can be used; what is missing has been told, a sentence each."""

    def __init__(self, wanted: set[str]) -> None:
        os.environ["PATH"] += os.pathsep + "/usr/sbin"  # where Debian keeps servers
        lacking = [name for name in SYSTEM if name in wanted and not shutil.which(name)]
        if lacking:
            install_system(lacking)
        self.found = {name for name in SYSTEM if name in wanted and shutil.which(name)}
        self.found |= {name for name in PYTHON if name in wanted and install_python(name)}
        for name in sorted(wanted - self.found):
            say(f"{name} cannot be had here: what needs it is left out")

    def versions(self) -> dict[str, str]:
        """Return what each program says of its version."""
        return {name: version_of(name) for name in sorted(self.found)}


def install_system(names: list[str]) -> None:
    """Install packages as the tests' own set-up does, asking a person who is not root."""
    sys.path.insert(0, str(ROOT / "packaging"))
    bootstrap = importlib.import_module("bootstrap")
    system_packages = importlib.import_module("system_packages")
    rows = [(name, name, name) for name in names]
    try:
        bootstrap._install_packages(sorted(names), system_packages.command_line(rows))
    except bootstrap.SetupError as error:
        say(str(error))


def install_python(name: str) -> bool:
    """Have a Python package in its own folder; return whether it is there."""
    place = PEERS / name
    if (place / name).is_dir():
        return True
    say(f"installing {name} below build/benchmarks")
    pip = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--no-input"]
    command = [*pip, "--disable-pip-version-check", "--target", str(place), name]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def version_of(name: str) -> str:
    """Return a program's version."""
    if name in PYTHON:
        found = sorted((PEERS / name).glob(f"{name}-*.dist-info"))
        return found[-1].name.removesuffix(".dist-info").removeprefix(f"{name}-")
    command = [name, _VERSION_OPTIONS[name]]
    said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    match = re.search(r"\d+\.\d+(\.\d+)?", said.stdout + said.stderr)
    return match[0] if match else "unknown"


def say(sentence: str) -> None:
    """Tell the person what is going on."""
    print(f"benchmarks: {sentence}", file=sys.stderr, flush=True)
