"""Measure how long a start takes: to the first frame of the window, and to the first byte served.

    python3 tests/benchmarks/startup.py [RUNS [PROGRAM]]

Measured from outside: Xvfb keeps its screen in a file, in which the first pixel of the window shows
the first frame; and a client asks for the shared folder until it is answered. The time is that from
the command, with the interpreter that runs this, to either. PROGRAM is an installed or a bundled
folderport, which is measured instead of this checkout.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
WAYS = {
    "python3 app FOLDER": [PYTHON, "app"],
    "python -m app FOLDER, in the environment": [str(ROOT / ".venv/bin/python"), "-P", "-m", "app"],
    "python3 app --headless FOLDER": [PYTHON, "app", "--headless"],
}
RUNS = 11
DEADLINE = 20.0
PAUSE = 0.001
"""Seconds between two looks: the figures are exact to about this."""


def main() -> None:
    """Measure every way to start, in turns, and print the medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    ways = WAYS
    if len(sys.argv) > 2:
        program = os.path.realpath(sys.argv[2])
        ways = {"PROGRAM FOLDER": [program], "PROGRAM --headless FOLDER": [program, "--headless"]}
    first_frames: dict[str, list[float]] = {way: [] for way in ways}
    first_bytes: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs + 1):
        for way, command in ways.items():
            # A screen of its own for each start: it is black until the window is painted.
            with blank_screen() as (display, is_painted), tempfile.TemporaryDirectory() as home:
                watched = None if "--headless" in command else is_painted
                frame, byte = measure(command, display, watched, home)
            first_bytes[way].append(byte)
            if frame is not None:
                first_frames[way].append(frame)
    print(f"medians of {runs} starts (least to most), in milliseconds")
    for way in ways:
        print(f"{way}")
        for what, figures in (("first frame", first_frames), ("first byte", first_bytes)):
            counted = [1000 * figure for figure in figures[way][1:]]  # the first one fills caches
            if counted:
                spread = f"({min(counted):.0f} to {max(counted):.0f})"
                print(f"  {what:12}{statistics.median(counted):5.0f}  {spread}")


def measure(
    command: list[str], display: str, is_painted: Callable[[], bool] | None, home: str
) -> tuple[float | None, float]:
    """Start Folderport once; return the seconds to its first frame and to its first byte."""
    port = free_port()
    places = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    environment = {**os.environ, "HOME": home, "DISPLAY": display, **dict.fromkeys(places, home)}
    # Without its compiled modules, Python would compile all of them at every start.
    for variable in ("QT_QPA_PLATFORM", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(variable, None)
    arguments = [home, "--bind", "local", "--port", str(port)]
    frame = byte = None
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while byte is None or (frame is None and is_painted is not None):
            if frame is None and is_painted is not None and is_painted():
                frame = time.perf_counter() - started
            if byte is None and answers(port):
                byte = time.perf_counter() - started
            if process.poll() is not None or time.perf_counter() - started > DEADLINE:
                raise SystemExit(f"{' '.join(command)} does not start")
            time.sleep(PAUSE)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE)
    return frame, byte


@contextlib.contextmanager
def blank_screen() -> Iterator[tuple[str, Callable[[], bool]]]:
    """Give the name of a black screen, and what tells whether anything was painted on it."""
    ready, answer = os.pipe()
    with tempfile.TemporaryDirectory() as place:
        geometry = ["-screen", "0", "1280x900x24", "-dpi", "96", "-nolisten", "tcp"]
        xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(answer), "-fbdir", place, *geometry],
            pass_fds=(answer,),
            stderr=subprocess.DEVNULL,
        )
        try:
            os.close(answer)
            number = b""
            # The number and the end of its line come one after the other.
            while not number.endswith(b"\n"):
                has_come = select.select([ready], [], [], DEADLINE)[0]
                part = os.read(ready, 16) if has_come else b""
                if not part:
                    raise SystemExit("Xvfb does not start")
                number += part
            os.close(ready)
            with (
                Path(place, "Xvfb_screen0").open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as screen,
            ):
                # A pixel in the upper left, where a window without a window manager opens.
                at = len(screen) - 1280 * 900 * 4 + (16 * 1280 + 16) * 4
                yield f":{number.decode().strip()}", lambda: screen[at : at + 3] != b"\0\0\0"
        finally:
            xvfb.terminate()
            xvfb.wait()


def answers(port: int) -> bool:
    """Ask for the shared folder; tell whether a first byte came back."""
    with contextlib.suppress(ConnectionError), socket.socket() as client:
        client.settimeout(DEADLINE)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return bool(client.recv(1))
    return False


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
