"""Who uses the share, by names that people know."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from app.models.device_name import device_name
from app.models.devices import DeviceColumn, DevicesModel
from server_core.events import TransferStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Parts

    from server_core.events import RequestFinished

    Make = Callable[..., RequestFinished]

pytestmark = pytest.mark.usefixtures("appearance")
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
NAMES = {
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/17.4 Mobile/15E148 Safari/604.1": "iPhone · Safari",
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " CriOS/120.0 Mobile/15E148 Safari/604.1": "iPad · Chrome",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/124.0 Mobile Safari/537.36": (
        "Pixel 8 · Chrome"
    ),
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/124.0.0.0 Mobile Safari/537.36": (
        "Android phone · Chrome"
    ),
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/124.0.0.0 Safari/537.36": (
        "Android tablet · Chrome"
    ),
    f"Mozilla/5.0 (Linux; Android 13; SM-S911B Build/TP1A) {WEBKIT} SamsungBrowser/23.0"
    " Chrome/115.0 Mobile Safari/537.36": "SM-S911B · Samsung Internet",
    "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0": (
        "Android phone · Firefox"
    ),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/124.0 Safari/537.36 Edg/124.0": (
        "Windows PC · Edge"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.4 Safari/605.1.15": "Mac · Safari",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0": "Linux PC · Firefox",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/124.0 Safari/537.36": (
        "Chromebook · Chrome"
    ),
    f"Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) {WEBKIT} Version/6.0 TV Safari/537.36": (
        "TV · Safari"
    ),
    "curl/8.4.0": "10.0.0.7 · curl",
    "Wget/1.21.3": "10.0.0.7 · Wget",
    "VLC/3.0.18 LibVLC/3.0.18": "10.0.0.7 · VLC",
    "Microsoft-WebDAV-MiniRedir/10.0.19045": "10.0.0.7 · Windows Explorer",
    "python-requests/2.31": "10.0.0.7 · Python",
    "MyTool/1.0": "10.0.0.7 · MyTool",
    "": "10.0.0.7",
    "\x00\x1b[31m": "10.0.0.7",
}


@pytest.mark.parametrize("user_agent", NAMES)
def test_a_device_is_called_what_it_is(user_agent: str) -> None:
    assert device_name(user_agent, "10.0.0.7") == NAMES[user_agent]


@given(
    st.text(max_size=200) | st.text(max_size=100).map("Mozilla/5.0 (Linux; Android 9; {})".format)
)
def test_any_user_agent_gives_a_short_name_of_one_line(user_agent: str) -> None:
    name = device_name(user_agent, "10.0.0.7")
    assert 0 < len(name) <= 300
    assert "\n" not in name
    assert "\x1b" not in name


@pytest.fixture
def devices() -> DevicesModel:
    model = DevicesModel()
    model.tester = QAbstractItemModelTester(model)  # type: ignore[attr-defined]  # kept alive
    return model


def test_a_device_adds_up_what_it_asked_for(devices: DevicesModel, request_finished: Make) -> None:
    devices.append([request_finished(body_bytes=1_000), request_finished(body_bytes=2_100)])
    devices.append([request_finished(client_host="10.0.0.9"), request_finished(body_bytes=0)])
    rows = [
        [str(devices.index(row, column).data()) for column in list(DeviceColumn)[:4]]
        for row in range(devices.rowCount())
    ]
    assert rows == [
        ["iPhone · Safari", "192.168.1.31", "3", "3.1 KB"],
        ["iPhone · Safari", "10.0.0.9", "1", "3.8 MB"],
    ]


def test_the_device_that_was_silent_longest_goes_first(
    devices: DevicesModel, request_finished: Make
) -> None:
    many = range(DevicesModel.MAX_ROWS)
    devices.append([request_finished(client_host=f"h{n}", finished_at=float(n)) for n in many])
    devices.append([request_finished(client_host="h0", finished_at=9e9)])
    devices.append([request_finished(client_host="new", finished_at=9e9)])
    hosts = {devices.index(row, 1).data() for row in range(devices.rowCount())}
    assert devices.rowCount() == DevicesModel.MAX_ROWS
    assert {"h0", "new"} <= hosts
    assert "h1" not in hosts


def test_more_devices_at_once_than_are_kept_stay_within_the_bound(
    devices: DevicesModel, request_finished: Make
) -> None:
    devices.append([request_finished(client_host=f"h{number}") for number in range(2_000)])
    assert devices.rowCount() == DevicesModel.MAX_ROWS


def test_a_device_is_there_for_a_minute_after_its_last_request(
    devices: DevicesModel, request_finished: Make
) -> None:
    devices.append([request_finished(finished_at=1_000.0)])
    devices.append([request_finished(finished_at=1_030.0, client_host="10.0.0.9")])
    counts = [devices.active_count(now) for now in (1_031.0, 1_061.0, 1_091.0)]
    assert counts == [2, 1, 0]


def test_a_device_with_a_transfer_under_way_is_there_however_long_it_takes(
    devices: DevicesModel, request_finished: Make
) -> None:
    devices.append([request_finished(finished_at=1_000.0)])
    assert devices.active_count(9_000.0, busy={"192.168.1.31", "10.0.0.9"}) == 2
    assert devices.active_count(1_001.0, busy={"192.168.1.31"}) == 1


def test_a_selected_device_stays_selected_when_others_make_room(
    devices: DevicesModel, request_finished: Make
) -> None:
    many = range(DevicesModel.MAX_ROWS)
    devices.append([request_finished(client_host=f"h{n}", finished_at=float(n)) for n in many])
    selected = QPersistentModelIndex(devices.index(250, DeviceColumn.ADDRESS))
    devices.append([request_finished(client_host=f"new{n}", finished_at=9e9) for n in range(9)])
    assert selected.isValid()
    assert selected.data() == "h250"


def test_the_devices_tab_fills(parts: Parts, request_finished: Make) -> None:
    view = parts.window.activity.devices
    parts.window.activity.tabs.setCurrentIndex(2)
    assert view.hint.isVisible()
    parts.devices.append([request_finished()])
    assert view.table.isVisible()
    assert parts.window.activity.tabs.accessibleTabName(2) == "Devices: 1"


def test_who_fetches_stays_where_there_are_too_many(
    request_finished: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DevicesModel, "MAX_ROWS", 2)
    devices = DevicesModel()
    silent = request_finished(client_host="10.0.0.1", finished_at=time.time() - 3600)
    devices.append([silent])
    devices.meet([TransferStarted(1, "10.0.0.2", "curl/8.4.0", "/film.mp4", 5_000_000)])
    devices.append([request_finished(client_host="10.0.0.3", finished_at=time.time())])
    hosts = [devices.index(row, DeviceColumn.ADDRESS).data() for row in range(2)]
    assert hosts == ["10.0.0.2", "10.0.0.3"]
