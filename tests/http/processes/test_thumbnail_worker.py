"""The process that decodes pictures: it ends with the one that started it, however that ended."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from server_core.share.thumbnails.process import worker_command

if TYPE_CHECKING:
    from conftest import Settles

PARENT = """
import os, sys, time
from server_core.files.resource import open_anywhere
from server_core.share.thumbnails import ThumbnailMaker
maker = ThumbnailMaker()
maker.make(open_anywhere(sys.argv[1]))
print(*maker.processes, flush=True)
time.sleep(60)
"""
SECONDS = 20


def is_running(process: int) -> bool:
    """Return whether there is a process with this number that has not ended."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.needs("/proc")
def test_it_ends_with_a_parent_that_is_killed(settles: Settles) -> None:
    command = [sys.executable, "-c", PARENT, __file__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_running(worker)
        parent.kill()
    settles(lambda: not is_running(worker), "ended")


@pytest.mark.needs("signals between processes")
def test_it_ends_by_a_signal_that_its_parent_holds_off() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    try:
        worker = subprocess.Popen(worker_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(struct.pack(">Q", 4) + b"text")
        worker.stdin.flush()
        assert worker.stdout.read(4) == bytes(4)
        os.kill(worker.pid, signal.SIGTERM)
        assert worker.wait(SECONDS) == -signal.SIGTERM


@pytest.mark.parametrize(
    "said", [b"", b"abc", struct.pack(">Q", 9) + b"short", struct.pack(">Q", 1 << 60)]
)
def test_it_ends_with_its_input_wherever_that_ends(said: bytes) -> None:
    done = subprocess.run(worker_command(), input=said, capture_output=True, timeout=SECONDS)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_frozen_application_is_the_process_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    program, *arguments = worker_command()
    assert program == sys.executable
    script = "import sys; sys.frozen = True; from app.__main__ import main; sys.exit(main())"
    command = [program, "-c", script, *arguments]
    said = struct.pack(">Q", 4) + b"text"
    done = subprocess.run(command, input=said, capture_output=True, timeout=SECONDS)
    assert (done.returncode, done.stdout, done.stderr) == (0, bytes(4), b"")
