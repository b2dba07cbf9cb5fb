"""The relay: events from serving threads reach the window's thread in order and in batches."""

from __future__ import annotations

import itertools
import threading
import time

from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.relay import EventRelay


def test_events_of_one_thread_arrive_in_their_order_and_on_the_windows_thread(qtbot: QtBot) -> None:
    relay = EventRelay()
    received: list[object] = []
    threads: list[QThread] = []

    def take(batch: tuple[object, ...]) -> None:
        received.extend(batch)
        threads.append(QThread.currentThread())

    relay.delivered.connect(take)
    sender = threading.Thread(target=lambda: [relay.post(number) for number in range(1000)])
    sender.start()
    sender.join()
    qtbot.waitUntil(lambda: len(received) == 1000)
    assert received == list(range(1000))
    assert set(threads) == {relay.thread()}


def test_events_that_were_posted_together_are_delivered_together(qtbot: QtBot) -> None:
    relay = EventRelay()
    batches: list[tuple[object, ...]] = []
    relay.delivered.connect(batches.append)
    for number in range(500):
        relay.post(number)
    qtbot.waitUntil(lambda: bool(batches))
    assert batches == [tuple(range(500))]


def test_nothing_is_lost_when_many_threads_post_while_batches_are_delivered(qtbot: QtBot) -> None:
    relay = EventRelay()
    received: list[object] = []
    relay.delivered.connect(received.extend)

    def send(name: int) -> None:
        for number in range(500):
            relay.post((name, number))

    senders = [threading.Thread(target=send, args=(name,)) for name in range(8)]
    for sender in senders:
        sender.start()
    qtbot.waitUntil(lambda: len(received) == 8 * 500)
    for sender in senders:
        sender.join()
    for name in range(8):
        assert [event for event in received if event[0] == name] == [  # type: ignore[index]
            (name, number) for number in range(500)
        ]


def test_an_idle_relay_runs_no_timer_and_wakes_up_again(qtbot: QtBot) -> None:
    relay = EventRelay()
    received: list[object] = []
    relay.delivered.connect(received.extend)
    relay.post("first")
    qtbot.waitUntil(lambda: received == ["first"])
    assert not relay._timer.isActive()
    relay.post("second")
    qtbot.waitUntil(lambda: received == ["first", "second"])
    assert not relay._timer.isActive()


def test_a_flood_comes_in_portions_that_do_not_hold_up_the_window(qtbot: QtBot) -> None:
    relay = EventRelay()
    sizes: list[int] = []
    relay.delivered.connect(lambda batch: sizes.append(len(batch)))
    for number in range(2_500):
        relay.post(number)
    qtbot.waitUntil(lambda: sum(sizes) == 2_500)
    assert sizes == [1_000, 1_000, 500]


def test_a_window_that_stands_still_loses_the_oldest_events_and_no_memory(qtbot: QtBot) -> None:
    relay = EventRelay()
    received: list[object] = []
    relay.delivered.connect(received.extend)
    for number in range(20_500):
        relay.post(number)
    qtbot.waitUntil(lambda: len(received) >= 20_000, timeout=60_000)
    assert received == list(range(500, 20_500))


def test_what_must_arrive_is_not_lost_among_tens_of_thousands_of_events(qtbot: QtBot) -> None:
    relay = EventRelay()
    received: list[object] = []
    relay.delivered.connect(received.extend)
    relay.post_certain("listening")
    for number in range(20_500):
        relay.post(number)
    relay.post_certain("ended")
    qtbot.waitUntil(lambda: bool(received))
    assert len(received) == 20_002
    assert received[-2:] == ["listening", "ended"]


def test_what_must_arrive_wakes_the_window_by_itself(qtbot: QtBot) -> None:
    relay = EventRelay()
    with qtbot.waitSignal(relay.delivered) as delivered:
        relay.post_certain("listening")
    assert delivered.args == [("listening",)]


def test_what_was_posted_before_it_comes_before_it(qtbot: QtBot) -> None:
    relay = EventRelay()
    received: list[object] = []
    relay.delivered.connect(received.extend)

    def serve() -> None:
        for number in range(5_000):
            relay.post(number)
        relay.post_certain("ended")

    server = threading.Thread(target=serve)
    server.start()
    qtbot.waitUntil(lambda: "ended" in received)
    server.join()
    assert received == [*range(5_000), "ended"]


def test_a_tenth_of_a_second_lies_between_two_deliveries(qtbot: QtBot) -> None:
    relay = EventRelay()
    moments: list[float] = []
    relay.delivered.connect(lambda _batch: moments.append(time.monotonic()))
    for count in (1, 2, 3):
        relay.post("event")
        qtbot.waitUntil(lambda count=count: len(moments) == count)
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    # Qt's own timers may be early by a twentieth.
    assert min(pauses) > 0.09
