"""Files on their way: how far, how fast, how long, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from app.models.roles import Role, Tone
from app.models.transfers import TransferColumn, TransfersModel
from server_core.events import TransferEnded, TransferStarted
from server_core.transfers import TransferSnapshot

if TYPE_CHECKING:
    from conftest import Parts
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("appearance")
MB = 1_000_000


@pytest.fixture
def transfers() -> TransfersModel:
    model = TransfersModel()
    model.tester = QAbstractItemModelTester(model)  # type: ignore[attr-defined]  # kept alive
    return model


def started(number: int, size: int = 100 * MB, host: str = "192.168.1.44") -> TransferStarted:
    return TransferStarted(number, host, "curl/8.4.0", f"Lake/{number}.mp4", size)


def snapshot(number: int, sent: int, size: int = 100 * MB) -> TransferSnapshot:
    return TransferSnapshot(number, "192.168.1.44", "curl/8.4.0", "", size, sent, 0.0)


def row(model: TransfersModel, number: int) -> list[str]:
    return [str(model.index(number, column).data()) for column in TransferColumn]


def test_a_transfer_shows_progress_speed_and_what_is_left(transfers: TransfersModel) -> None:
    transfers.apply([started(1)])
    begun = 1e9
    for second in range(1, 6):
        transfers.update([snapshot(1, second * 10 * MB)], begun + second)
    assert row(transfers, 0)[:3] == ["192.168.1.44 · curl", "1.mp4", "50 %"]
    assert transfers.index(0, TransferColumn.PROGRESS).data(Role.PROGRESS) == 0.5
    assert transfers.live_count == 1


def test_a_steady_speed_is_shown_as_it_is() -> None:
    transfers = TransfersModel()
    transfers.apply([started(1)])
    transfers.update([snapshot(1, 0)], 1e9)
    for second in range(1, 31):
        transfers.update([snapshot(1, second * MB)], 1e9 + second)
    assert row(transfers, 0)[TransferColumn.SPEED] == "1.0 MB/s"
    assert row(transfers, 0)[TransferColumn.REMAINING] == "1 min 10 s"
    assert transfers.bytes_per_second == pytest.approx(MB, rel=0.01)


def test_a_sudden_change_of_speed_is_smoothed() -> None:
    transfers = TransfersModel()
    transfers.apply([started(1)])
    transfers.update([snapshot(1, 0)], 1e9)
    transfers.update([snapshot(1, 10 * MB)], 1e9 + 1)
    assert transfers.bytes_per_second == pytest.approx(10 * MB)
    transfers.update([snapshot(1, 30 * MB)], 1e9 + 2)
    assert transfers.bytes_per_second == pytest.approx(13.5 * MB)
    transfers.update([snapshot(1, 30 * MB)], 1e9 + 3)
    assert transfers.bytes_per_second == pytest.approx(8.775 * MB)


def test_the_devices_with_a_transfer_under_way_are_busy(transfers: TransfersModel) -> None:
    assert transfers.busy_hosts == frozenset()
    transfers.apply([started(1), started(2), started(3, host="10.0.0.9")])
    assert transfers.busy_hosts == {"192.168.1.44", "10.0.0.9"}
    transfers.apply([TransferEnded(3, MB, 1.0, False), TransferEnded(2, MB, 1.0, True)])
    assert transfers.busy_hosts == {"192.168.1.44"}


def test_a_transfer_of_which_the_end_was_never_told_ends_all_the_same(
    transfers: TransfersModel, qtbot: QtBot
) -> None:
    transfers.apply([started(1), started(2)])
    transfers.update([snapshot(2, MB)])
    assert transfers.live_count == 2
    with qtbot.waitSignal(transfers.count_changed, check_params_cb=lambda count: count == 1):
        transfers.update([snapshot(2, 2 * MB)])
    assert transfers.busy_hosts == {"192.168.1.44"}
    assert row(transfers, 1)[2] == "Ended · 100 MB"
    assert transfers.index(1, TransferColumn.PROGRESS).data(Role.PROGRESS) is None


def test_a_transfer_that_one_reading_missed_goes_on(transfers: TransfersModel) -> None:
    transfers.apply([started(1)])
    for readings in ([], [snapshot(1, MB)], [], [snapshot(1, 2 * MB)]):
        transfers.update(readings)
    assert transfers.live_count == 1


def test_an_end_that_is_told_late_says_how_it_went(transfers: TransfersModel) -> None:
    transfers.apply([started(1)])
    transfers.update([])
    transfers.update([])
    transfers.apply([TransferEnded(1, 100 * MB, 4.0, True)])
    assert row(transfers, 0)[2] == "Done · 100 MB"
    transfers.apply([TransferEnded(1, 1, 4.0, False)])
    assert row(transfers, 0)[2] == "Done · 100 MB"


def test_the_next_server_counts_from_one_and_means_others(transfers: TransfersModel) -> None:
    transfers.apply([started(1)])
    transfers.update([])
    transfers.update([])
    transfers.end_all()
    transfers.apply([TransferEnded(1, 100 * MB, 4.0, True)])
    assert row(transfers, 0)[2] == "Ended · 100 MB"


def test_a_selected_transfer_stays_selected_when_others_make_room(
    transfers: TransfersModel,
) -> None:
    many = range(TransfersModel.MAX_ROWS)
    transfers.apply([started(number) for number in many])
    transfers.apply([TransferEnded(number, MB, 1.0, True) for number in many if number != 7])
    selected = [QPersistentModelIndex(transfers.index(n, TransferColumn.FILE)) for n in (0, 250)]
    names = [index.data() for index in selected]
    transfers.apply([started(1_000 + number) for number in range(9)])
    assert transfers.rowCount() == TransfersModel.MAX_ROWS
    assert [index.data() for index in selected] == names
    under_way = QPersistentModelIndex(transfers.index(transfers.rowCount() - 1, 1))
    assert under_way.data() == "7.mp4"
    transfers.clear_ended()
    assert transfers.rowCount() == 10
    assert under_way.data() == "7.mp4"


def test_an_ended_transfer_tells_its_outcome(transfers: TransfersModel) -> None:
    transfers.apply([started(1), started(2)])
    transfers.apply([TransferEnded(1, 100 * MB, 4.0, True), TransferEnded(2, 30 * MB, 3.0, False)])
    assert row(transfers, 0)[2:] == ["Interrupted · 30.0 MB of 100 MB", "10.0 MB/s", "—"]
    assert row(transfers, 1)[2:] == ["Done · 100 MB", "25.0 MB/s", "—"]
    progress = [transfers.index(row, TransferColumn.PROGRESS) for row in range(2)]
    assert [index.data(Role.PROGRESS) for index in progress] == [None, None]
    assert [index.data(Role.TONE) for index in progress] == [Tone.WARN, Tone.SOFT]
    assert (transfers.live_count, transfers.bytes_per_second) == (0, 0)


def test_a_late_snapshot_does_not_revive_what_has_ended(transfers: TransfersModel) -> None:
    transfers.apply([started(1), TransferEnded(1, 100 * MB, 4.0, True)])
    transfers.update([snapshot(1, 50 * MB), snapshot(9, MB)])
    assert row(transfers, 0)[2] == "Done · 100 MB"
    assert transfers.rowCount() == 1


def test_what_is_kept_is_bounded_and_what_is_under_way_stays(transfers: TransfersModel) -> None:
    transfers.apply([started(0)])
    for batch in range(3):
        numbers = range(1 + batch * 400, 401 + batch * 400)
        transfers.apply([started(number) for number in numbers])
        transfers.apply([TransferEnded(number, MB, 1.0, True) for number in numbers])
    assert transfers.rowCount() == TransfersModel.MAX_ROWS
    files = [row(transfers, number)[1] for number in range(transfers.rowCount())]
    assert (files[0], files[-1]) == ("1200.mp4", "0.mp4")


def test_when_the_server_stops_nothing_is_under_way(transfers: TransfersModel) -> None:
    transfers.apply([started(1)])
    transfers.end_all()
    assert transfers.live_count == 0
    assert row(transfers, 0)[2].startswith("Interrupted")


def test_clearing_leaves_what_is_under_way(parts: Parts) -> None:
    view = parts.window.activity.transfers
    assert not view.clear_button.isEnabled()
    parts.transfers.apply([started(1), started(2), TransferEnded(2, MB, 1.0, True)])
    assert parts.window.activity.tabs.accessibleTabName(0) == "Transfers: 1"
    assert view.clear_button.isEnabled()
    view.clear_button.click()
    assert [row(parts.transfers, number)[1] for number in range(parts.transfers.rowCount())] == [
        "1.mp4"
    ]
    assert not view.clear_button.isEnabled()


def test_the_list_is_painted_with_its_bars(parts: Parts) -> None:
    parts.window.activity.tabs.setCurrentIndex(0)
    parts.transfers.apply([started(1)])
    parts.transfers.update([snapshot(1, 50 * MB)], 1e9)
    image = parts.window.activity.transfers.table.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(36, 68)}
    assert "#2563eb" in colours
