"""A second start hands its folder to the first, and nothing on the line between them does harm."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
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

application = QCoreApplication([])
instance = SingleInstance(sys.argv[1])
instance.exchange_timeout = int(sys.argv[3])
acquired = instance.acquire()
sent = not acquired and instance.send(json.loads(sys.argv[2]))
print(json.dumps([acquired, sent]), flush=True)
os._exit(0)  # as after a crash: nothing is tidied up
"""


def other_start(directory: Path, folder: str, timeout: int = 10_000) -> subprocess.Popen[bytes]:
    """Start another Folderport that claims to be the one, and if it is not, sends `folder`."""
    arguments = [str(directory), json.dumps(folder), str(timeout)]
    command = [sys.executable, "-P", "-c", OTHER, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


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


@pytest.mark.parametrize(
    "folder", ["/home/ada/Pictures", "", '/tmp/Möwen "&\n more', "/" + "x" * 4096]
)
def test_a_second_start_hands_its_folder_to_the_first(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path, folder: str
) -> None:
    with qtbot.waitSignal(instance.activated, timeout=20_000) as activated:
        second = other_start(tmp_path, folder)
    assert activated.args == [folder]
    assert answer(second) == [False, True]


def test_a_third_start_is_heard_as_well(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    heard: list[str] = []
    instance.activated.connect(heard.append)
    starts = [other_start(tmp_path, folder) for folder in ("/a", "/b")]
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    assert sorted(heard) == ["/a", "/b"]
    assert [answer(start) for start in starts] == [[False, True], [False, True]]


def test_after_the_first_has_ended_another_is_the_one(tmp_path: Path) -> None:
    first = SingleInstance(str(tmp_path))
    assert first.acquire()
    first.release()
    assert answer(other_start(tmp_path, "")) == [True, False]


def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path, qtbot: QtBot) -> None:
    assert answer(other_start(tmp_path, "")) == [True, False]
    assert {path.name for path in tmp_path.iterdir()} == {"folderport.lock", "folderport.socket"}
    first = SingleInstance(str(tmp_path))
    assert first.acquire()
    with qtbot.waitSignal(first.activated, timeout=20_000):
        second = other_start(tmp_path, "/a")
    assert answer(second) == [False, True]
    first.release()


@pytest.mark.usefixtures("instance")
def test_an_instance_that_does_not_answer_has_not_taken_the_folder(tmp_path: Path) -> None:
    # This process does not look at its events meanwhile.
    assert answer(other_start(tmp_path, "/a", timeout=100)) == [False, False]


def test_nobody_there_takes_no_folder(tmp_path: Path) -> None:
    assert not SingleInstance(str(tmp_path)).send("/a")


@pytest.mark.usefixtures("instance")
def test_a_folder_of_no_sensible_length_is_not_sent(tmp_path: Path) -> None:
    assert not SingleInstance(str(tmp_path)).send("x" * 70_000)


@pytest.mark.parametrize("data", [b"\xff\xfe\n", b"{}\n", b"[1]\n", b'{"version": "1"}\n', b"\n"])
def test_what_is_no_message_is_dropped(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path, data: bytes
) -> None:
    with (
        qtbot.assertNotEmitted(instance.activated),
        call(tmp_path, data) as line,
    ):
        qtbot.waitUntil(lambda: is_closed(line))


def test_a_message_without_an_end_is_dropped(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    with (
        qtbot.assertNotEmitted(instance.activated),
        call(tmp_path, b"[" * 65_536) as line,
    ):
        qtbot.waitUntil(lambda: is_closed(line))


def test_a_caller_that_says_nothing_is_not_waited_for(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path
) -> None:
    instance.exchange_timeout = 50
    with call(tmp_path, b"") as line:
        qtbot.waitUntil(lambda: is_closed(line))


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


@pytest.mark.parametrize(
    "message", [{"version": 2, "folder": "/a"}, {"version": 1}, {"version": 1, "folder": 5}]
)
def test_a_message_of_another_version_brings_the_window_to_the_front(
    instance: SingleInstance, qtbot: QtBot, tmp_path: Path, message: dict[str, object]
) -> None:
    with qtbot.waitSignal(instance.activated) as activated:
        line = call(tmp_path, json.dumps(message).encode() + b"\n")
    assert activated.args == [""]
    line.close()


def test_a_place_that_cannot_be_written_to_does_not_keep_the_window_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert SingleInstance(str(tmp_path / "file" / "below")).acquire()


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
