"""What the end-to-end tests share: the window in this process, and Folderport as one of its own."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage

from app.application import Desktop
from app.options import Options
from app.settings_store import SettingsStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from PySide6.QtWidgets import QApplication

T = TypeVar("T")

DEADLINE = 20.0
"""Seconds until something that takes a moment must have happened, on a machine that is busy."""


def until(condition: Callable[[], T], what: str, seconds: float = DEADLINE) -> T:
    """Look again and again until `condition` gives something true, and return that."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s, and still not: {what}"
        time.sleep(0.02)
    return found


@pytest.fixture
def wait_until() -> Callable[..., T]:
    """Look again and again until something is so; outside of Qt's event loop."""
    return until


@pytest.fixture
def is_refused() -> Callable[[str], bool]:
    """Tell whether nobody listens any more where an address leads to."""

    def probe(address: str) -> bool:
        parts = urlsplit(address)
        with socket.socket() as caller:
            caller.settimeout(5)
            return caller.connect_ex((parts.hostname, parts.port)) == errno.ECONNREFUSED

    return probe


@pytest.fixture
def read_qr() -> Callable[[QImage], list[str]]:
    """Read the QR codes in a picture, by a reader that is not ours."""

    def read(image: QImage) -> list[str]:
        grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
        return [code.text for code in zxingcpp.read_barcodes(grey)]

    return read


class Program:
    """Folderport as a process of its own, seen from outside."""

    def __init__(
        self,
        arguments: Sequence[str],
        place: Path,
        *,
        under: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        stdout: int | None = None,
    ) -> None:
        self._out, self._err = place / "stdout", place / "stderr"
        command = [*under, sys.executable, "-P", "-m", "app", *arguments]
        # A place for the lock of the single instance, on a path that is short enough for a socket.
        runtime = tempfile.mkdtemp(dir=os.environ["XDG_RUNTIME_DIR"])
        own = {"XDG_RUNTIME_DIR": runtime, "XDG_CONFIG_HOME": str(place)}
        self.environment = {**os.environ, **own, **(env or {})}
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out if stdout is None else stdout,
                stderr=err,
                env=self.environment,
            )

    @property
    def output(self) -> str:
        """What it has written to standard output."""
        return self._out.read_text(encoding="utf-8")

    @property
    def errors(self) -> str:
        """What it has written to standard error."""
        return self._err.read_text(encoding="utf-8")

    def address(self) -> str:
        """Return the first line of its output, once that is there."""
        until(lambda: "\n" in self.output or self.process.poll() is not None, "a first line")
        assert self.process.poll() is None, self.errors
        return self.output.partition("\n")[0]

    def wait(self, seconds: float = DEADLINE) -> int:
        """Return its exit status, which must come within `seconds`."""
        return self.process.wait(seconds)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@pytest.fixture
def run_folderport(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start Folderport with these arguments; whatever happens to it, it must print no traceback."""
    started: list[Program] = []

    def run(
        *arguments: str | Path,
        under: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        stdout: int | None = None,
    ) -> Program:
        place = tmp_path / f"process-{len(started)}"
        place.mkdir()
        words = [str(argument) for argument in arguments]
        started.append(Program(words, place, under=under, env=env, stdout=stdout))
        return started[-1]

    yield run
    for program in started:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()
        assert "Traceback" not in program.errors


@pytest.fixture
def open_window(
    qapp: QApplication, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Desktop]]:
    """Open the window in this process; it remembers its settings within one test."""
    opened: list[Desktop] = []

    def open_one(options: Options | None = None) -> Desktop:
        store = SettingsStore(str(tmp_path / "settings.ini"))
        desktop = Desktop(qapp, store, options or Options())
        opened.append(desktop)
        desktop.show()
        return desktop

    yield open_one
    for desktop in opened:
        close_window(desktop)
    assert "Traceback" not in capfd.readouterr().err


def close_window(desktop: Desktop) -> None:
    """End a window of `open_window` as the end of the program does."""
    assert desktop.sharing.controller.close(5), "the server's thread has not ended"
    desktop.window.deleteLater()
    desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Fetch an address with curl, and return what that says; stdout is the body."""

    def run(*arguments: str, under: Sequence[str] = ()) -> subprocess.CompletedProcess[bytes]:
        command = [*under, "curl", "--noproxy", "*", "--globoff", "-sS", *arguments]
        return subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=tmp_path)

    return run


@pytest.fixture
def download(tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[bytes], Path]]]:
    """Begin a download with curl that would take minutes; return once its first bytes are here."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(
        address: str, *arguments: str, under: Sequence[str] = ()
    ) -> tuple[subprocess.Popen[bytes], Path]:
        target = tmp_path / f"download-{len(started)}"
        command = [*under, "curl", "--noproxy", "*", "--silent", "--limit-rate", "8M"]
        command += ["--output", str(target), *arguments, address]
        started.append(subprocess.Popen(command))
        until(lambda: target.exists() and target.stat().st_size, "the first bytes arrive")
        return started[-1], target

    yield begin
    for client in started:
        if client.poll() is None:
            client.kill()
        client.wait()


@pytest.fixture
def large_file(shared: Path) -> Path:
    """A file of 4 GiB in the shared folder, of which the disk holds nothing."""
    path = shared / "film.mkv"
    with path.open("wb") as film:
        film.truncate(4 << 30)
    return path


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder to share, with a letter in it."""
    folder = tmp_path / "Holiday pictures"
    folder.mkdir()
    (folder / "letter.txt").write_text("Greetings from the sea.\n", newline="\n")
    return folder
