"""The controller: its states, and what the window hears of a server in another thread."""

from __future__ import annotations

import http.client
import os
import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from pytestqt.qtbot import QtBot

from app.controller import ServerController
from app.links import ShareLink
from app.relay import EventRelay
from app.settings import ShareSettings
from app.state import Field, ServerState, StartFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 10_000


class Share:
    """A controller with its relay, and all that it said."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.relay = EventRelay()
        self.rounds = threading.Semaphore(0)
        """Counts how often the server asked before a round of its work."""
        self.controller = ServerController(
            self.relay.post, self.relay.post_certain, self.rounds.release
        )
        self.relay.delivered.connect(self._deliver)
        self.states: list[ServerState] = []
        self.links: list[ShareLink] = []
        self.failures: list[StartFailure] = []
        self.controller.state_changed.connect(self.states.append)
        self.controller.started.connect(self.links.append)
        self.controller.failed.connect(self.failures.append)

    def _deliver(self, batch: tuple[object, ...]) -> None:
        for event in batch:
            self.controller.take(event)

    def start(self, settings: ShareSettings) -> None:
        """Start, and wait until it runs or has failed."""
        self.controller.start(settings)
        self._qtbot.waitUntil(lambda: bool(self.links or self.failures), timeout=SECONDS)

    def stop(self) -> None:
        """Stop, and wait until it has."""
        self.controller.stop()
        self._qtbot.waitUntil(lambda: self.controller.state is ServerState.STOPPED, timeout=SECONDS)


@pytest.fixture
def share(qtbot: QtBot) -> Share:
    return Share(qtbot)


@pytest.fixture
def settings(tmp_path: Path) -> ShareSettings:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "notes.txt").write_text("hello")
    # Any free port: the usual one goes to another test as soon as a share here stops.
    return ShareSettings(folder=str(folder), network="local", port=0)


def fetch(link: ShareLink, path: str = "") -> tuple[int, bytes]:
    address = urlsplit(link.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    try:
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_share_goes_through_its_four_states(share: Share, settings: ShareSettings) -> None:
    share.start(settings)
    assert fetch(share.links[0], "notes.txt") == (200, b"hello")
    share.stop()
    assert share.states == [
        ServerState.STARTING,
        ServerState.RUNNING,
        ServerState.STOPPING,
        ServerState.STOPPED,
    ]
    assert not share.failures


def test_a_stopped_share_refuses_connections_and_can_be_started_again(
    share: Share, settings: ShareSettings
) -> None:
    share.start(settings)
    share.stop()
    with pytest.raises(ConnectionRefusedError):
        fetch(share.links[0])
    share.links.clear()
    share.start(settings)
    assert fetch(share.links[0])[0] == 200
    share.stop()


@pytest.mark.needs("priorities of threads")
def test_what_serves_has_the_processor_after_the_window(
    share: Share, settings: ShareSettings
) -> None:
    share.start(settings)
    assert fetch(share.links[0])[0] == 200
    serving = [one for one in threading.enumerate() if one.name == "server"]
    assert [os.getpriority(os.PRIO_PROCESS, one.native_id or 0) >= 10 for one in serving] == [True]
    share.stop()


def test_a_taken_port_is_a_failure_of_the_port_with_another_one_to_use(
    qtbot: QtBot, share: Share, settings: ShareSettings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        share.start(ShareSettings(folder=settings.folder, network="local", port=taken))
        qtbot.waitUntil(lambda: share.controller.state is ServerState.STOPPED, timeout=SECONDS)
    (failure,) = share.failures
    assert failure.field is Field.PORT
    assert str(taken) in failure.message
    assert failure.suggested_port not in (None, taken)


def test_a_folder_that_is_gone_is_a_failure_of_the_folder(
    qtbot: QtBot, share: Share, settings: ShareSettings
) -> None:
    os.remove(os.path.join(settings.folder, "notes.txt"))
    os.rmdir(settings.folder)
    share.start(settings)
    assert share.failures[0].field is Field.FOLDER
    qtbot.waitUntil(lambda: share.controller.state is ServerState.STOPPED, timeout=SECONDS)


def test_an_address_that_this_computer_does_not_have_is_a_failure_of_the_network(
    share: Share, settings: ShareSettings
) -> None:
    # 203.0.113.0/24 is kept for documentation; binding to it sends nothing.
    share.start(ShareSettings(folder=settings.folder, network="203.0.113.77"))
    assert share.failures[0].field is Field.NETWORK
    assert "203.0.113.77" in share.failures[0].message


def test_stop_right_after_start_ends_stopped_and_serves_nobody(
    share: Share, settings: ShareSettings
) -> None:
    share.controller.start(settings)
    share.stop()
    assert share.states[0] is ServerState.STARTING
    assert share.states[-1] is ServerState.STOPPED
    assert ServerState.RUNNING not in share.states


def test_starting_twice_is_starting_once(
    qtbot: QtBot, share: Share, settings: ShareSettings
) -> None:
    share.controller.start(settings)
    share.controller.start(settings)
    qtbot.waitUntil(lambda: bool(share.links), timeout=SECONDS)
    share.stop()
    assert share.states.count(ServerState.STARTING) == 1
    assert len(share.links) == 1


def test_the_end_of_the_program_ends_a_transfer_in_its_middle(
    qtbot: QtBot, share: Share, settings: ShareSettings
) -> None:
    with open(os.path.join(settings.folder, "big.bin"), "wb") as big:
        big.truncate(1 << 30)
    share.start(settings)
    address = urlsplit(share.links[0].url)
    with socket.create_connection((str(address.hostname), address.port), timeout=10) as client:
        client.sendall(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(1) == b"H"
        qtbot.waitUntil(lambda: bool(share.controller.transfers()), timeout=SECONDS)
        assert share.controller.transfers()[0].size == 1 << 30
        assert share.controller.close(10)
        received = 0
        while part := client.recv(1 << 20):
            received += len(part)
    assert received < 1 << 30


@pytest.fixture
def silent_drive(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A drive that does not answer until the event is set: no such drive can be had here."""
    answers = threading.Event()

    def wait(_path: str) -> None:
        answers.wait(SECONDS / 1000)

    monkeypatch.setattr("app.controller.check_folder", wait)
    yield answers
    answers.set()


def server_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("server")]


def test_a_start_on_a_drive_that_does_not_answer_is_stopped_at_once(
    share: Share, settings: ShareSettings, silent_drive: threading.Event
) -> None:
    share.controller.start(settings)
    share.controller.stop()
    assert share.states == [ServerState.STARTING, ServerState.STOPPED]
    assert share.controller.close(0)

    silent_drive.set()
    for thread in server_threads():
        thread.join(SECONDS)
    assert not share.relay._queue
    assert not share.relay._certain


def test_what_was_left_to_itself_does_not_disturb_the_next_start(
    qtbot: QtBot, share: Share, settings: ShareSettings, silent_drive: threading.Event
) -> None:
    share.controller.start(replace(settings, folder="/nowhere"))
    [first] = server_threads()
    share.controller.stop()
    share.controller.start(settings)
    silent_drive.set()
    first.join(SECONDS)
    qtbot.waitUntil(lambda: share.controller.state is ServerState.RUNNING, timeout=SECONDS)
    assert len(share.links) == 1
    assert fetch(share.links[0], "notes.txt") == (200, b"hello")
    share.stop()


def test_a_failure_of_a_start_that_was_stopped_is_not_that_of_the_next(
    qtbot: QtBot, share: Share, settings: ShareSettings
) -> None:
    share.controller.start(replace(settings, folder="/nowhere"))
    for thread in server_threads():
        thread.join(SECONDS)
    # What it says is on its way, and comes in the middle of the next start.
    share.controller.stop()
    share.controller.start(settings)
    qtbot.waitUntil(lambda: share.controller.state is ServerState.RUNNING, timeout=SECONDS)
    assert not share.failures
    share.stop()


def test_a_server_that_comes_too_late_is_closed_and_tells_nobody(
    share: Share, settings: ShareSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers = threading.Event(), threading.Event()

    def wait() -> tuple[()]:
        asked.set()
        answers.wait(SECONDS / 1000)
        return ()

    monkeypatch.setattr("app.controller.interfaces", wait)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    share.controller.start(replace(settings, port=port))
    assert asked.wait(SECONDS / 1000)
    [late] = server_threads()
    share.controller.stop()
    answers.set()
    late.join(SECONDS)
    assert not share.relay._queue
    assert not share.relay._certain
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0


def test_a_computer_on_no_network_says_so_instead_of_sharing_with_itself(
    share: Share, settings: ShareSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ifaddr.get_adapters", list)
    share.start(replace(settings, network=""))
    assert share.failures == [
        StartFailure(
            Field.NETWORK,
            "This computer is on no network. Connect it to one, or choose “Only this computer”.",
        )
    ]
    share.failures.clear()
    share.start(settings)
    assert share.links[0].is_local
    share.stop()


def test_a_free_port_is_found_where_the_usual_one_is_taken(
    share: Share, settings: ShareSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr("app.bind_errors._PREFERRED_PORT", taken)
        share.start(replace(settings, port=None))
        assert not share.failures
        assert urlsplit(share.links[0].url).port != taken
        share.stop()


def test_any_port_is_one_that_the_system_chooses(share: Share, settings: ShareSettings) -> None:
    assert settings.port == 0
    share.start(settings)
    # The system's are far above those that are tried first.
    assert (urlsplit(share.links[0].url).port or 0) >= 8_100
    share.stop()


def test_what_nobody_foresaw_is_a_sentence_as_well(
    share: Share,
    settings: ShareSettings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the gulls\nare gone")

    monkeypatch.setattr("app.controller.bind_host", fail)
    share.start(settings)
    assert share.failures[0].message == (
        r"Sharing ended unexpectedly (the gulls\nare gone); start it again."
    )
    assert share.controller.state is ServerState.STOPPED
    assert "the server ended" in caplog.text


def test_the_server_asks_before_each_round_of_its_work(share: Share, tmp_path: Path) -> None:
    share.start(ShareSettings(folder=str(tmp_path), network="127.0.0.1"))
    port = urlsplit(share.links[0].url).port
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", "/")
    assert client.getresponse().status == 200
    client.close()
    assert share.rounds.acquire(timeout=10)
    share.stop()
