"""What these tests have in common: the program, run for real, and a reader of QR codes."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
import zxingcpp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DEADLINE = 20.0
"""Seconds within which a program on a busy machine has to have answered."""
NOBODY = 65534
LINE_END = os.linesep.encode()
SCALE = 4
BLOCKS = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True)}
FOLDERPORT = (sys.executable, "-P", "-m", "app")


@dataclass
class Program:
    """A Folderport in a process of its own, its standard output read as it comes."""

    process: subprocess.Popen[bytes]
    output: bytes = b""

    def read_until(self, expected: str) -> str:
        """Return the standard output as soon as `expected` stands in it."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + DEADLINE
        while expected not in self.output.decode(errors="replace"):
            left = deadline - time.monotonic()
            if os.name == "posix":  # Windows waits for no pipe
                assert select.select([self.process.stdout], [], [], max(left, 0))[0], self.output
            read = os.read(self.process.stdout.fileno(), 65536)
            assert read, f"it ended after {self.output!r}"
            self.output = (self.output + read).replace(LINE_END, b"\n")
        return self.output.decode()

    def url(self) -> str:
        """Return the address in the first line."""
        return self.read_until("\n").partition("\n")[0]

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and the standard error."""
        assert self.process.stderr is not None
        status = self.process.wait(DEADLINE)
        return status, self.process.stderr.read().replace(LINE_END, b"\n").decode()


class Camera:
    """What a phone makes of a QR code."""

    def read(self, pixels: list[list[bytes]], *, inverted: bool = False) -> list[str]:
        """Decode modules, each of them one byte of grey; light on dark only where `inverted`."""
        scaled = b"".join(
            b"".join(pixel * SCALE for pixel in row) for row in pixels for _ in range(SCALE)
        )
        image = memoryview(scaled).cast("B", [len(pixels) * SCALE, len(pixels[0]) * SCALE])
        return [found.text for found in zxingcpp.read_barcodes(image, try_invert=inverted)]

    def render(self, text: str, ink: bytes, paper: bytes) -> list[list[bytes]]:
        """Turn half blocks into modules, in the colours they set or else the terminal's."""
        pixels = []
        for line in text.split("\n"):
            coloured = re.fullmatch("\x1b\\[38;5;16;48;5;231m([^\x1b]*)\x1b\\[0m", line)
            colours = (b"\x00", b"\xff") if coloured else (ink, paper)
            characters = coloured[1] if coloured else line
            for half in (0, 1):
                pixels.append([colours[0 if BLOCKS[c][half] else 1] for c in characters])
        return pixels


@pytest.fixture(scope="session")
def camera() -> Camera:
    return Camera()


class Run(Protocol):
    """Starts `command` with these arguments; it is ended with the test at the latest."""

    def __call__(
        self,
        *arguments: str | Path,
        command: tuple[str, ...] = FOLDERPORT,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Program: ...


@pytest.fixture
def run() -> Iterator[Run]:
    with contextlib.ExitStack() as started:

        def start(
            *arguments: str | Path,
            command: tuple[str, ...] = FOLDERPORT,
            env: Mapping[str, str] | None = None,
            cwd: Path | None = None,
        ) -> Program:
            process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=env,
                cwd=cwd,
            )
            started.enter_context(process)
            started.callback(process.kill)
            return Program(process)

        yield start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to share, with one file in it."""
    shared = tmp_path / "Möwen & more"
    shared.mkdir()
    (shared / "notes.txt").write_bytes(b"twelve gulls\n")
    return shared


@pytest.fixture
def unreadable() -> Iterator[Path]:
    """A folder that may not be read; root, who may read all, is somebody else meanwhile."""
    # Not below tmp_path, whose parents are private as well.
    parent = Path(tempfile.mkdtemp(prefix="folderport-"))
    parent.chmod(0o755)
    kept = parent / "kept"
    kept.mkdir(mode=0o000)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    yield kept
    os.seteuid(user)
    shutil.rmtree(parent)


@pytest.fixture
def fetch() -> Callable[[str], bytes]:
    """Return what curl gets from an address."""

    def get(url: str) -> bytes:
        curl = ["curl", "--silent", "--show-error", "--fail", "--max-time", str(DEADLINE), url]
        return subprocess.run(curl, check=True, stdout=subprocess.PIPE).stdout

    return get
