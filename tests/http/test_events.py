"""What the observer is told: every fact once, in order; and what goes wrong there harms nobody."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from server_core import (
    RequestFinished,
    ServerStarted,
    ServerStopped,
    TransferEnded,
    TransferStarted,
)
from server_core.transfers import SMALL_BODY

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, Settles, Site

    from server_core import Event

PLAIN = b"twelve gulls\n"
BIG = bytes(range(256)) * 4096
LARGER = b"x" * (SMALL_BODY + 1)


def test_a_download_is_told_from_beginning_to_end(site: Site) -> None:
    before = time.time()
    client = site.connect()
    client.get("/big.bin?q", User_Agent="Phone/1", Referer="http://a/")
    (finished,) = site.wait_for(RequestFinished)
    kinds = [type(event) for event in site.events]
    assert kinds == [ServerStarted, TransferStarted, TransferEnded, RequestFinished]
    started, ended = site.events[1:3]
    assert isinstance(started, TransferStarted)
    assert isinstance(ended, TransferEnded)
    assert (started.path, started.size) == ("/big.bin", len(BIG))
    assert (started.client_host, started.user_agent) == ("127.0.0.1", "Phone/1")
    assert (ended.transfer_id, ended.sent, ended.complete) == (started.transfer_id, len(BIG), True)
    assert isinstance(finished, RequestFinished)
    assert (finished.client_host, finished.client_port) == client.socket.getsockname()
    assert (finished.method, finished.target) == ("GET", "/big.bin?q")
    assert (finished.version, finished.status) == ("HTTP/1.1", 200)
    assert (finished.body_bytes, finished.complete) == (len(BIG), True)
    assert (finished.user_agent, finished.referer) == ("Phone/1", "http://a/")
    assert before <= finished.finished_at <= time.time()
    assert 0 <= finished.duration < 60


@pytest.mark.parametrize(
    ("target", "method", "fields", "status", "size"),
    [
        ("/plain.txt", "HEAD", {}, 200, 0),
        ("/plain.txt", "GET", {"Range": "bytes=2-4"}, 206, 3),
        ("/plain.txt", "GET", {"Range": "bytes=50-"}, 416, 0),
        ("/sub", "GET", {}, 301, 0),
        ("/empty", "GET", {}, 200, 0),
    ],
)
def test_each_answer_is_one_event(
    site: Site, target: str, method: str, fields: dict[str, str], status: int, size: int
) -> None:
    site.get(target, method, **fields)
    (finished,) = site.wait_for(RequestFinished)
    assert isinstance(finished, RequestFinished)
    assert (finished.status, finished.body_bytes, finished.complete) == (status, size, True)


def test_a_body_that_leaves_with_its_head_is_no_transfer(site: Site, tree: Path) -> None:
    (tree / "small.bin").write_bytes(bytes(SMALL_BODY))
    (tree / "larger.bin").write_bytes(bytes(SMALL_BODY + 1))
    site.get("/small.bin")
    site.get("/larger.bin")
    site.wait_for(RequestFinished, 2)
    (started,) = site.wait_for(TransferStarted)
    assert isinstance(started, TransferStarted)
    assert started.path == "/larger.bin"


def test_errors_are_told_with_the_size_of_their_page(site: Site) -> None:
    page = site.get("/missing").body
    site.wait_for(RequestFinished)
    site.get("/plain.txt", "BREW")
    site.wait_for(RequestFinished, 2)
    site.raw(b"nonsense\r\n\r\n")
    missing, unknown, bad = site.wait_for(RequestFinished, 3)
    assert isinstance(missing, RequestFinished)
    assert isinstance(unknown, RequestFinished)
    assert isinstance(bad, RequestFinished)
    assert (missing.status, missing.body_bytes) == (404, len(page))
    assert (unknown.status, unknown.method) == (501, "BREW")
    assert (bad.status, bad.method, bad.target) == (400, "-", "-")


def test_what_one_request_said_is_not_told_of_the_next(site: Site) -> None:
    client = site.connect()
    client.get("/plain.txt", User_Agent="Phone/1")
    client.send(b"GET /other HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n")
    client.answer()
    bad = site.wait_for(RequestFinished, 2)[-1]
    assert isinstance(bad, RequestFinished)
    assert (bad.target, bad.status, bad.user_agent) == ("/other", 400, "")


def test_a_part_that_is_sent_is_a_transfer_of_its_size(site: Site) -> None:
    site.get("/big.bin", Range="bytes=1000-200999")
    (ended,) = site.wait_for(TransferEnded)
    (started,) = site.wait_for(TransferStarted)
    assert isinstance(started, TransferStarted)
    assert isinstance(ended, TransferEnded)
    assert started.size == ended.sent == 200000


def test_a_listing_an_error_and_a_head_are_no_transfers(site: Site) -> None:
    client = site.connect()
    client.get("/")
    client.get("/plain.txt", "HEAD")
    client.get("/missing")
    site.wait_for(RequestFinished, 3)
    assert not [event for event in site.events if isinstance(event, TransferStarted)]


def test_a_connection_without_a_request_is_no_event(site: Site, settles: Settles) -> None:
    site.connect().close()
    site.raw(b"GET / HT")
    settles(lambda: not site.server.connections, "no connection is left")
    assert [type(event) for event in site.events] == [ServerStarted]


def test_every_request_of_many_clients_is_told_once(site: Site, tree: Path) -> None:
    def ask() -> None:
        client = site.connect()
        for _ in range(50):
            assert client.get("/larger.bin").body == LARGER

    (tree / "larger.bin").write_bytes(LARGER)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    site.wait_for(RequestFinished, 400)
    started = site.wait_for(TransferStarted, 400)
    ended = site.wait_for(TransferEnded, 400)
    assert len(site.events) == 1201
    ids = {event.transfer_id for event in started if isinstance(event, TransferStarted)}
    assert len(ids) == 400
    assert {event.transfer_id for event in ended if isinstance(event, TransferEnded)} == ids


def test_what_goes_wrong_in_an_observer_harms_no_answer(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve()
    told = []

    def fail(event: Event) -> None:
        told.append(event)
        raise ZeroDivisionError

    site.server.on_event = fail
    client = site.connect()
    for target in ("/plain.txt", "/big.bin", "/sub/", "/plain.txt"):
        assert client.get(target).status == 200
    site.server.stop()
    assert len(told) == 7
    assert len(caplog.records) == len(told)


def test_a_server_tells_where_it_listens_and_that_it_has_stopped(serve: Serve) -> None:
    site = serve()
    site.wait_for(ServerStarted)
    site.server.stop()
    site.server.stop()
    address = ("127.0.0.1", site.port)
    assert site.events == [ServerStarted(*address), ServerStopped(*address)]
