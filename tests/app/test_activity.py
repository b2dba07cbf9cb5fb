"""Activity: what the server tells, brought to the models, with counters read only while needed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from app.activity import Activity
from app.models.devices import DeviceColumn, DevicesModel
from app.models.quantities import clock_text, size_text
from app.models.request_log import RequestLogModel
from app.models.transfers import TransfersModel
from server_core import (
    RequestFinished,
    ServerStarted,
    TransferEnded,
    TransferRegistry,
    TransferSnapshot,
    TransferStarted,
)


def finished(target: str, at: float = 1_700_000_000.0) -> RequestFinished:
    return RequestFinished(
        finished_at=at,
        duration=0.01,
        client_host="192.168.1.44",
        client_port=50_000,
        method="GET",
        target=target,
        version="HTTP/1.1",
        status=200,
        body_bytes=5,
        complete=True,
        user_agent="curl/8.0",
        referer="",
    )


@dataclass
class Stage:
    """An activity over a real registry of transfers, with its models and what it measured."""

    registry: TransferRegistry = field(default_factory=TransferRegistry)
    log: RequestLogModel = field(default_factory=RequestLogModel)
    transfers: TransfersModel = field(default_factory=TransfersModel)
    devices: DevicesModel = field(default_factory=DevicesModel)
    reads: int = 0
    measured: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.activity = Activity(self.log, self.transfers, self.devices, self._read)
        self.activity.measured.connect(lambda *figures: self.measured.append(figures))

    def _read(self) -> tuple[TransferSnapshot, ...]:
        self.reads += 1
        return self.registry.snapshot()


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    request.getfixturevalue("qapp")
    return Stage()


def test_a_batch_reaches_every_model_it_is_for(stage: Stage) -> None:
    stage.activity.take(
        (
            ServerStarted("127.0.0.1", 8000),
            finished("/a"),
            TransferStarted(1, "192.168.1.44", "curl/8.0", "/b", 100),
            finished("/b"),
        )
    )
    assert [event.target for event in stage.log.shown_events()] == ["/a", "/b"]
    assert stage.devices.rowCount() == 1
    assert stage.transfers.live_count == 1


def test_counters_are_read_while_something_moves_and_not_for_long_afterwards(
    qtbot: QtBot, stage: Stage
) -> None:
    transfer = stage.registry.begin("192.168.1.44", "curl/8.0", "/film.mp4", 1000)
    stage.activity.take(
        (TransferStarted(transfer.transfer_id, "192.168.1.44", "curl/8.0", "/film.mp4", 1000),)
    )
    transfer.sent = 600
    qtbot.waitUntil(lambda: stage.reads >= 2)
    stage.registry.end(transfer)
    stage.activity.take((TransferEnded(transfer.transfer_id, 1000, 0.5, complete=True),))
    qtbot.waitUntil(lambda: not stage.activity._poll.isActive())
    assert stage.transfers.live_count == 0
    assert stage.measured[-1][1] == 0.0


def test_an_idle_share_reads_no_counters(stage: Stage) -> None:
    stage.activity.take((ServerStarted("127.0.0.1", 8000),))
    assert not stage.activity._poll.isActive()
    assert stage.reads == 0


def test_a_stopped_server_leaves_no_transfer_shown_as_running(stage: Stage) -> None:
    stage.activity.take((TransferStarted(7, "192.168.1.44", "curl/8.0", "/b", 100),))
    stage.activity.end()
    assert stage.transfers.live_count == 0
    assert not stage.activity._poll.isActive()
    assert stage.measured[-1] == (0, 0.0)


def test_devices_that_have_gone_are_no_longer_counted_though_nothing_happens(
    qtbot: QtBot, stage: Stage
) -> None:
    stage.activity.poll_period = stage.activity.idle_period = 10
    stage.activity.take((finished("/a", at=time.time()),))
    assert stage.measured == [(1, 0.0)]
    # Long after the speed has come to rest, which takes four looks.
    qtbot.waitUntil(lambda: len(stage.measured) > 10)
    assert stage.measured[-1] == (1, 0.0)
    assert stage.reads <= 5
    stage.devices.ACTIVE_SECONDS = 0.0
    qtbot.waitUntil(lambda: stage.measured[-1] == (0, 0.0))
    assert not stage.activity._poll.isActive()


def test_who_is_still_there_is_looked_at_less_often(qtbot: QtBot, stage: Stage) -> None:
    stage.activity.poll_period = 10
    stage.activity.take((finished("/a", at=time.time()),))
    assert stage.activity._poll.interval() == 10
    qtbot.waitUntil(lambda: stage.activity._poll.interval() == stage.activity.idle_period)
    stage.activity.take((finished("/b", at=time.time()),))
    assert stage.activity._poll.interval() == 10


def test_a_device_counts_as_there_as_long_as_it_fetches_something(stage: Stage) -> None:
    transfer = stage.registry.begin("192.168.1.44", "curl/8.0", "/film.mp4", 1000)
    stage.activity.take(
        (TransferStarted(transfer.transfer_id, "192.168.1.44", "curl/8.0", "/film.mp4", 1000),)
    )
    assert stage.measured[-1][0] == 1
    stage.activity.take((TransferEnded(transfer.transfer_id, 1000, 0.5, complete=True),))
    assert stage.measured[-1][0] == 0


def test_a_device_is_listed_while_it_fetches_its_first_file(stage: Stage) -> None:
    transfer = stage.registry.begin("192.168.1.44", "curl/8.0", "/film.mp4", 5_000_000)
    stage.activity.take(
        (TransferStarted(transfer.transfer_id, "192.168.1.44", "curl/8.0", "/film.mp4", 5_000_000),)
    )

    def told(column: DeviceColumn) -> str:
        return str(stage.devices.index(0, column).data())

    assert stage.devices.rowCount() == 1
    assert told(DeviceColumn.DEVICE) == "192.168.1.44 · curl"
    assert told(DeviceColumn.REQUESTS) == "0"
    transfer.sent = 3_000_000
    stage.activity.poll_period = 10
    stage.activity._on_poll()
    assert told(DeviceColumn.RECEIVED) == "3.0 MB"
    assert told(DeviceColumn.LAST_SEEN) != clock_text(0.0)
    # What has arrived is counted once, whoever tells of it first.
    ended = TransferEnded(transfer.transfer_id, 5_000_000, 0.5, complete=True)
    request = finished("/film.mp4")._replace(body_bytes=5_000_000)
    stage.activity.take((ended, request))
    assert told(DeviceColumn.RECEIVED) == "5.0 MB"
    assert told(DeviceColumn.REQUESTS) == "1"
    assert stage.devices.rowCount() == 1


def test_a_server_that_stops_leaves_nothing_arriving(stage: Stage) -> None:
    transfer = stage.registry.begin("192.168.1.44", "curl/8.0", "/film.mp4", 5_000_000)
    stage.activity.take(
        (TransferStarted(transfer.transfer_id, "192.168.1.44", "curl/8.0", "/film.mp4", 5_000_000),)
    )
    transfer.sent = 3_000_000
    stage.activity._on_poll()
    stage.activity.end()
    assert stage.devices.index(0, DeviceColumn.RECEIVED).data() == size_text(0)
