"""What all tests share: a home of their own, no real screen, and what the system lacks for some."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
if os.name == "nt":
    PRIVATE |= {"USERPROFILE": HOME, "LOCALAPPDATA": HOME / "local", "APPDATA": HOME / "roaming"}
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
if os.name == "nt":  # off screen, Qt looks for fonts beside itself alone, where none are
    os.environ["QT_QPA_FONTDIR"] = os.path.join(os.environ["SYSTEMROOT"], "Fonts")
os.environ["LC_ALL"] = "C.UTF-8"

# Whoever runs the tests in the background of a shell has SIGINT ignored, and so would every program
# that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

LINUX = sys.platform.startswith("linux")
POSIX = os.name == "posix"


def _links_are_allowed() -> bool:
    """Return whether a symbolic link can be made: Windows leaves that to whom it trusts with it."""
    link = HOME / "link"
    with contextlib.suppress(OSError):
        link.symlink_to(HOME)
    made = link.is_symlink()
    link.unlink(missing_ok=True)
    return made


# Of Linux all is true without a look: there, what cannot run is an error.
HAS = {
    "symbolic links": LINUX or _links_are_allowed(),
    "named pipes and sockets in folders": POSIX,
    "folders that are opened": POSIX,
    "folders that change while they are open": POSIX,
    "files that give way while open": POSIX,
    "permissions for owner, group and others": POSIX,
    "signals between processes": POSIX,
    "fork": POSIX,
    "priorities of threads": LINUX,
    "sendfile": POSIX,
    "pseudo terminals": POSIX,
    "POSIX shell": POSIX,
    "limits for a process": POSIX,
    "files with holes": POSIX,
    "time zones that are set for a process": POSIX,
    "times beyond the calendar": LINUX,
    "names that Windows forbids": POSIX,
    "names that are no text": LINUX,
    "names that differ in capitals alone": LINUX,
    "names that differ in their form of Unicode alone": sys.platform != "darwin",
    "127.0.0.2": sys.platform != "darwin",
    "/proc": LINUX,
    "network namespaces": LINUX,
    "pipes that can be waited for": POSIX,
    "pipes of a chosen size": LINUX,
    "displays of X": LINUX,
    "packages of Linux": LINUX,
}
"""What a test may need that some systems lack: `@pytest.mark.needs("POSIX shell")`."""


def pytest_configure(config: pytest.Config) -> None:
    """Describe our own marks, which leave out nothing on Linux."""
    config.addinivalue_line(
        "markers", "needs(*what): what some systems lack; see HAS in conftest.py"
    )
    config.addinivalue_line("markers", "programs(*names): what some systems do not come with")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out where the system lacks what it needs, before anything is set up for it."""
    for mark in item.iter_markers("needs"):
        for what in mark.args:
            if not HAS[what]:
                pytest.skip(f"This system has no {what}.")
    for mark in item.iter_markers("programs"):
        for name in mark.args:
            if not (LINUX or shutil.which(name)):
                pytest.skip(f"This system came without {name}.")


@pytest.fixture(scope="session")
def put_names() -> Callable[[Path, Iterable[str]], None]:
    """Fill a folder with many empty files, or with many names of a few."""

    def put(folder: Path, names: Iterable[str]) -> None:
        # To make a file takes many times as long as to give it another name.
        left = iter(names)
        for first in left:
            (folder / first).touch()
            for name in islice(left, 1000):  # Windows has at most 1024 names for a file
                os.link(folder / first, folder / name)

    return put


@pytest.fixture(scope="session")
def descriptors() -> Callable[[], int]:
    """Counts the open descriptors of this process; on Windows, those of files."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        if os.path.isdir(folder):
            return lambda: len(os.listdir(folder))
    return lambda: sum(map(_is_open, range(2048)))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


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
    if not HAS["displays of X"]:
        pytest.skip("This system has no displays of X.")
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
