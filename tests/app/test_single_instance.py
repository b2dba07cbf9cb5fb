"""A second start tells the first what it wants, and nothing on the line between them does harm."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.single_instance import SingleInstance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")

OTHER = """
import json, os, sys
from PySide6.QtCore import QCoreApplication
from app.single_instance import SingleInstance

sys.platform = sys.argv[3]
application = QCoreApplication([])
instance = SingleInstance(sys.argv[1])
instance.exchange_timeout = int(sys.argv[2])
acquired = instance.acquire()
sent = not acquired and instance.send(sys.stdin.buffer.read())
print(json.dumps([acquired, sent]), flush=True)
os._exit(0)  # as after a crash: nothing is tidied up
"""


def other_start(directory: Path, message: str, timeout: int = 10_000) -> subprocess.Popen[bytes]:
    """Start another Folderport that claims to be the one, and if it is not, sends `message`."""
    command = [sys.executable, "-P", "-c", OTHER, str(directory), str(timeout), sys.platform]
    # Not as an argument: all that Windows takes is 32767 characters.
    with tempfile.TemporaryFile() as told:
        told.write(message.encode())
        told.seek(0)
        return subprocess.Popen(command, stdin=told, stdout=subprocess.PIPE)


def answer(process: subprocess.Popen[bytes]) -> list[bool]:
    output, _ = process.communicate(timeout=30)
    answered: list[bool] = json.loads(output)
    return answered


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[SingleInstance]:
    first = SingleInstance(str(tmp_path))
    assert first.acquire()
    yield first
    first.release()


def call(directory: Path, data: bytes) -> socket.socket:
    """Connect to the running instance and send bytes of any kind."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(directory / "folderport.socket"))
    line.settimeout(0)
    line.sendall(data)
    return line


def is_closed(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("message", ['{"folder": "/home/ada"}', "", "Möwe", "x" * 65_000])
def test_a_second_start_hands_its_message_to_the_first(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path, message: str
) -> None:
    with qtbot.waitSignal(instance.received, timeout=20_000) as received:
        second = other_start(tmp_path, message)
    assert received.args == [message.encode()]
    assert answer(second) == [False, True]


def test_a_third_start_is_heard_as_well(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    heard: list[bytes] = []
    instance.received.connect(heard.append)
    starts = [other_start(tmp_path, folder) for folder in ("/a", "/b")]
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    assert sorted(heard) == [b"/a", b"/b"]
    assert [answer(start) for start in starts] == [[False, True], [False, True]]


def test_after_the_first_has_ended_another_is_the_one(tmp_path: Path) -> None:
    first = SingleInstance(str(tmp_path))
    assert first.acquire()
    first.release()
    assert answer(other_start(tmp_path, "")) == [True, False]


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path, qtbot: QtBot) -> None:
    assert answer(other_start(tmp_path, "")) == [True, False]
    left = "folderport.pipe" if os.name == "nt" else "folderport.socket"
    assert {path.name for path in tmp_path.iterdir()} == {"folderport.lock", left}
    first = SingleInstance(str(tmp_path))
    assert first.acquire()
    with qtbot.waitSignal(first.received, timeout=20_000):
        second = other_start(tmp_path, "/a")
    assert answer(second) == [False, True]
    first.release()


@pytest.mark.usefixtures("instance")
def test_an_instance_that_does_not_answer_has_not_taken_the_message(tmp_path: Path) -> None:
    # This process does not look at its events meanwhile.
    assert answer(other_start(tmp_path, "/a", timeout=100)) == [False, False]


def test_nobody_there_takes_no_message(tmp_path: Path) -> None:
    assert not SingleInstance(str(tmp_path)).send(b"/a")


@pytest.mark.usefixtures("instance")
def test_a_message_of_no_sensible_length_is_not_sent(tmp_path: Path) -> None:
    assert not SingleInstance(str(tmp_path)).send(b"x" * 70_000)


@pytest.mark.needs("named pipes and sockets in folders")
def test_a_message_without_an_end_is_dropped(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    with (
        qtbot.assertNotEmitted(instance.received),
        call(tmp_path, b"[" * 65_536) as line,
    ):
        qtbot.waitUntil(lambda: is_closed(line))


@pytest.mark.needs("named pipes and sockets in folders")
def test_a_caller_that_says_nothing_is_not_waited_for(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    instance.exchange_timeout = 50
    with call(tmp_path, b"") as line:
        qtbot.waitUntil(lambda: is_closed(line))


@pytest.mark.needs("named pipes and sockets in folders")
def test_callers_beyond_a_few_are_turned_away(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    lines = []
    for _ in range(12):
        lines.append(call(tmp_path, b""))
        qtbot.waitUntil(lambda: not instance._server.hasPendingConnections())
    qtbot.waitUntil(lambda: sum(is_closed(line) for line in lines) == 4)
    for line in lines:
        line.close()


@pytest.mark.needs("named pipes and sockets in folders")
def test_bytes_of_any_kind_arrive_as_they_are(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    with (
        qtbot.waitSignal(instance.received) as received,
        call(tmp_path, b"\xff\0\xfe\nmore\n") as line,
    ):
        qtbot.waitUntil(lambda: is_closed(line) or bool(received.args))
    assert received.args == [b"\xff\0\xfe"]


# Windows has no number of its own for that.
@pytest.mark.qt_log_ignore("unexpected locking error")
def test_a_place_that_cannot_be_written_to_does_not_keep_the_window_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert SingleInstance(str(tmp_path / "file" / "below")).acquire()


@pytest.mark.needs("named pipes and sockets in folders")
def test_without_a_runtime_folder_the_place_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = SingleInstance()
    assert first.acquire()
    place = Path(tmp_path, "folderport")
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o700
    assert {path.name for path in place.iterdir()} == {"folderport.lock", "folderport.socket"}
    first.release()


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done for named pipes, which are in no folder; here they are sockets of that name."""
    # A socket's path has at most 107 bytes, and the name takes most of them.
    monkeypatch.setenv("TMPDIR", os.environ["XDG_RUNTIME_DIR"])
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.mark.needs("named pipes and sockets in folders")
@pytest.mark.usefixtures("on_windows")
def test_the_name_of_a_pipe_is_told_only_in_the_private_folder(
    tmp_path: Path, qtbot: QtBot
) -> None:
    names = set()
    for _ in range(2):
        first = SingleInstance(str(tmp_path))
        assert first.acquire()
        names.add((tmp_path / "folderport.pipe").read_text("ascii"))
        with qtbot.waitSignal(first.received, timeout=20_000) as received:
            second = other_start(tmp_path, "/a")
        assert received.args == [b"/a"]
        assert answer(second) == [False, True]
        first.release()
    assert len(names) == 2


@pytest.mark.needs("named pipes and sockets in folders")
@pytest.mark.usefixtures("on_windows")
def test_a_pipe_that_is_not_the_first_instances_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed = SingleInstance(str(tmp_path))
    assert crashed.acquire()
    crashed._lock.unlock()
    first = SingleInstance(str(tmp_path))
    monkeypatch.setattr(first._server, "listen", lambda _name: False)
    assert first.acquire()
    # What the crashed one has noted still listens, and is not asked.
    assert not (tmp_path / "folderport.pipe").exists()
    assert not SingleInstance(str(tmp_path)).send(b"/a")
    first.release()
    crashed.release()
