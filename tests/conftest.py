"""What all tests share: a home of their own, no real screen, and a virtual one for who asks."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# Before Qt reads any of it: settings, caches, sockets and recent folders of the person who runs
# the tests are never seen and never touched. The path stays short because sockets live in it.
HOME = Path(tempfile.mkdtemp(prefix="folderport-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)  # after Qt, which writes as it goes
PRIVATE = {
    "HOME": HOME,
    "XDG_CONFIG_HOME": HOME / "config",
    "XDG_CACHE_HOME": HOME / "cache",
    "XDG_DATA_HOME": HOME / "data",
    "XDG_STATE_HOME": HOME / "state",
    "XDG_RUNTIME_DIR": HOME / "run",
}
for variable, folder in PRIVATE.items():
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ[variable] = str(folder)
# What a shell may have set, and what would make a test pass on one machine alone.
SHELL = (
    *("DISPLAY", "WAYLAND_DISPLAY", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE"),
    *("PYTHONUNBUFFERED", "NO_COLOR", "FORCE_COLOR"),
)
for variable in SHELL:
    os.environ.pop(variable, None)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"

# Whoever runs the tests in the background of a shell has SIGINT ignored, and so would every program
# that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_FULL_LOOK = 100
"""After so many tests, all that was made since the beginning is looked through for garbage."""
_ended = 0


def pytest_runtest_logfinish() -> None:
    """Look for garbage here alone, as the window does (app/garbage.py).

    What a test of the window left behind would end on whichever thread makes an object too many;
    of Qt, that thread may end no object, nor the process survive it.
    """
    global _ended
    _ended += 1
    gc.disable()
    gc.collect(2 if _ended % _FULL_LOOK == 0 else 1)


DISPLAY_DEADLINE = 20.0
"""Seconds until a virtual screen and its window manager must be there."""


@pytest.fixture(scope="session")
def virtual_display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real X screen of 1280x900 with a window manager; its value is for DISPLAY (":7")."""
    managed = tmp_path_factory.mktemp("openbox") / "ready"
    with contextlib.ExitStack() as started:
        display = start_screen(started)
        window_manager = ["openbox", "--startup", f"touch {managed}"]
        process = start(started, window_manager, env={**os.environ, "DISPLAY": display})
        deadline = time.monotonic() + DISPLAY_DEADLINE
        while not managed.exists():
            assert process.poll() is None, "openbox ended early"
            assert time.monotonic() < deadline, "openbox does not manage the screen"
            time.sleep(0.02)
        yield display


def start_screen(started: contextlib.ExitStack) -> str:
    """Start Xvfb on a free display, which it picks itself, and wait until it accepts programs."""
    ready, answer = os.pipe()
    started.callback(os.close, ready)
    screen = ["-screen", "0", "1280x900x24", "-dpi", "96", "-nolisten", "tcp"]
    try:
        start(started, ["Xvfb", "-displayfd", str(answer), *screen], pass_fds=(answer,))
    finally:
        os.close(answer)
    assert select.select([ready], [], [], DISPLAY_DEADLINE)[0], "Xvfb does not answer"
    number = os.read(ready, 16).decode().strip()
    assert number, "Xvfb ended early"
    return f":{number}"


def start(
    started: contextlib.ExitStack,
    command: list[str],
    env: dict[str, str] | None = None,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a program that ends, by its own process number, when `started` closes."""
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=nothing, stderr=nothing, env=env, pass_fds=pass_fds)
    started.callback(end, process)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, and make it where it does not."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
