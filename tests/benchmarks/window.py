"""Measure how smooth the window stays while its share is under load.

    .venv/bin/python tests/benchmarks/window.py [SECONDS]

The application runs in this process, on a virtual screen, and shares a folder; wrk (Debian's
package) and curl ask for it from outside. A timer of 60 Hz in the window's thread notes by how much
each of its ticks is late, which is what a person sees as a stutter. It prints the median, the 99th
percentile and the worst, in milliseconds, for each load.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.application import Desktop

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 6.0
PERIOD = 1000 / 60
LARGE = 1 << 30
"""Bytes of a file of which the disk holds nothing, and which memory has room for."""
DOWNLOAD = ["curl", "-s", "-o", "/dev/null", "{url}large.bin?[1-100000]"]
"""Reads that again and again, on one connection."""
LOADS: dict[str, list[list[str]]] = {
    "nothing": [],
    "small files, 32 connections": [["wrk", "-t1", "-c32", "{time}", "{url}small.bin"]],
    "a connection for each request": [
        ["wrk", "-t1", "-c32", "-H", "Connection: close", "{time}", "{url}small.bin"]
    ],
    "1,000 connections": [["wrk", "-t1", "-c1000", "{time}", "{url}small.bin"]],
    "the page of the folder, 8 connections": [["wrk", "-t1", "-c8", "{time}", "{url}"]],
    "a big file, 1 connection": [DOWNLOAD],
    "a big file, 16 connections": [DOWNLOAD] * 16,
    "small files beside 4 big ones": [
        ["wrk", "-t1", "-c32", "{time}", "{url}small.bin"],
        *[DOWNLOAD] * 4,
    ],
}


class Ticks(QObject):
    """A timer of 60 Hz, and by how many milliseconds each of its ticks was late."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._clock = QElapsedTimer()
        self._due = 0.0
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.setInterval(int(PERIOD))
        self._timer.timeout.connect(self._on_timeout)
        self._clock.start()
        self._timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        now = self._clock.nsecsElapsed() / 1e6
        if self._due:
            self.late.append(max(0.0, now - self._due))
        self._due = now + int(PERIOD)


def main() -> None:
    """Share a folder, measure under every load, and print a table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "shared")
        folder.mkdir()
        (folder / "small.bin").write_bytes(os.urandom(1024))
        with (folder / "large.bin").open("wb") as file:
            file.truncate(LARGE)
        application = QApplication([])
        desktop, url = shared(application, folder, Path(place, "settings.ini"))
        print(f"{'load':40}{'median':>8}{'99 %':>8}{'worst':>8}   (ms late)")
        for name, commands in LOADS.items():
            late = ticks_under(commands, url, seconds)
            cuts = statistics.quantiles(late, n=100)
            print(f"{name:40}{cuts[49]:8.1f}{cuts[98]:8.1f}{max(late):8.1f}", flush=True)
        desktop.sharing.controller.close(5)


def shared(application: QApplication, folder: Path, settings: Path) -> tuple[Desktop, str]:
    """Open the window, share `folder`, and return the window and its address."""
    from app.application import Desktop
    from app.garbage import GarbageCollection
    from app.links import ShareLink
    from app.options import Options
    from app.settings_store import SettingsStore

    links: list[ShareLink] = []
    store = SettingsStore(str(settings))
    desktop = Desktop(application, store, Options(folder=str(folder), bind="local", port=0))
    desktop.sharing.controller.started.connect(links.append)
    garbage = GarbageCollection(application)
    desktop.window.appeared.connect(garbage.begin, Qt.ConnectionType.QueuedConnection)
    desktop.show()
    deadline = time.monotonic() + 20
    while not links:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.monotonic() > deadline:
            raise SystemExit("sharing does not start")
    return desktop, links[0].url


def ticks_under(commands: list[list[str]], url: str, seconds: float) -> list[float]:
    """Return by how much each tick was late while these commands ran."""
    words = {"{time}": f"-d{seconds:.0f}s"}
    with running([[words.get(w, w.replace("{url}", url)) for w in c] for c in commands]):
        loop = QEventLoop()
        QTimer.singleShot(1000, loop.quit)  # connecting is not what is measured
        loop.exec()
        ticks = Ticks()
        QTimer.singleShot(int((seconds - 1) * 1000), loop.quit)
        loop.exec()
    return ticks.late


@contextlib.contextmanager
def running(commands: list[list[str]]) -> Iterator[None]:
    """Run these commands meanwhile, and end them."""
    nothing = subprocess.DEVNULL
    started = [subprocess.Popen(c, stdout=nothing, stderr=nothing) for c in commands]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
