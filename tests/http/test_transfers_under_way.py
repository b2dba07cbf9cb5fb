"""Downloads that take their time: how far they have come, and what may happen meanwhile."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

import pytest

from server_core import RequestFinished, SimpleHTTPRequestHandler, TransferEnded
from server_core.leadership import Leadership

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Client, Serve, Settles, Site

SIZE = 64 << 20
"""Bytes; more than the buffers of two sockets hold."""


@pytest.fixture(params=[pytest.param("sendfile", marks=pytest.mark.needs("sendfile")), "copied"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways in which a body leaves: the system copies it, or we do."""
    monkeypatch.setattr("server_core.writer._CAN_SENDFILE", request.param == "sendfile")
    return str(request.param)


@pytest.fixture
def large(tree: Path) -> Path:
    path = tree / "large.bin"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


def begin(site: Site, settles: Settles, target: str = "/large.bin") -> Client:
    """Return a client that has read the head and a little of the body, and reads no more."""
    client = site.connect(receive_buffer=65536)
    client.ask(target, User_Agent="Phone/1")
    while client.stream.readline() != b"\r\n":
        pass
    assert len(client.stream.read(1000)) == 1000
    settles(lambda: any(live.sent for live in site.server.transfers.snapshot()), "it has begun")
    return client


@pytest.mark.usefixtures("way", "large")
def test_a_snapshot_says_how_far_a_download_has_come(site: Site, settles: Settles) -> None:
    client = begin(site, settles)
    (live,) = site.server.transfers.snapshot()
    assert (live.path, live.size, live.user_agent) == ("/large.bin", SIZE, "Phone/1")
    assert (live.client_host, len(site.server.transfers)) == ("127.0.0.1", 1)
    assert 0 < live.sent < SIZE
    before = live.sent
    client.stream.read(SIZE // 2)
    settles(lambda: site.server.transfers.snapshot()[0].sent > before, "it has come further")
    assert len(client.stream.read(SIZE - SIZE // 2 - 1000)) == SIZE - SIZE // 2 - 1000
    (ended,) = site.wait_for(TransferEnded)
    assert isinstance(ended, TransferEnded)
    assert (ended.sent, ended.complete) == (SIZE, True)
    assert site.server.transfers.snapshot() == ()
    assert client.get("/plain.txt").status == 200


@pytest.mark.usefixtures("large")
def test_a_small_request_does_not_wait_for_a_large_one(site: Site, settles: Settles) -> None:
    slow = [begin(site, settles) for _ in range(20)]
    for _ in range(20):
        assert site.get("/plain.txt").status == 200
    settles(lambda: len(site.server.transfers) == len(slow), "the slow ones alone are left")


@pytest.mark.usefixtures("way", "large")
@pytest.mark.parametrize("leave", ["close", "reset"])
def test_clients_that_leave_take_everything_with_them(
    site: Site,
    settles: Settles,
    descriptors: Callable[[], int],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    leave: str,
) -> None:
    monkeypatch.setattr(Leadership, "idle_timeout", 0.5)
    assert site.get("/plain.txt", "HEAD").status == 200
    settles(lambda: not site.server.connections, "the first connection is gone")
    before = descriptors(), threading.active_count()
    for _ in range(5):
        for client in [begin(site, settles) for _ in range(10)]:
            getattr(client, leave)()
        site.connect().reset()
    ended = site.wait_for(TransferEnded, 50)
    assert not any(event.complete for event in ended if isinstance(event, TransferEnded))
    requests = site.wait_for(RequestFinished, 51)[1:]
    assert not any(event.complete for event in requests if isinstance(event, RequestFinished))
    settles(lambda: not site.server.connections, "no connection is left")
    settles(lambda: (descriptors(), threading.active_count()) <= before, "all is given back")
    assert len(site.server.transfers) == 0
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.usefixtures("way")
def test_a_file_that_grows_is_sent_as_long_as_it_was(
    site: Site, large: Path, settles: Settles
) -> None:
    client = begin(site, settles)
    with large.open("ab") as file:
        file.write(b"more" * 10000)
    assert len(client.stream.read(SIZE - 1000)) == SIZE - 1000
    assert client.get("/plain.txt").body == b"twelve gulls\n"


@pytest.mark.usefixtures("way")
def test_a_file_that_shrinks_ends_the_connection(site: Site, large: Path, settles: Settles) -> None:
    client = begin(site, settles)
    client.send(b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    os.truncate(large, SIZE // 2)
    rest = client.rest()
    assert len(rest) <= SIZE // 2 - 1000
    assert rest.count(b"\0") == len(rest)
    (ended,) = site.wait_for(TransferEnded)
    (finished,) = site.wait_for(RequestFinished)
    assert isinstance(ended, TransferEnded)
    assert isinstance(finished, RequestFinished)
    assert not ended.complete
    assert not finished.complete


@pytest.mark.usefixtures("way")
def test_a_file_is_renamed_and_deleted_while_it_is_sent(
    site: Site, large: Path, settles: Settles
) -> None:
    client = begin(site, settles)
    renamed = large.rename(large.with_name("renamed.bin"))
    assert site.get("/renamed.bin", "HEAD").status == 200
    renamed.unlink()
    assert len(client.stream.read(SIZE - 1000)) == SIZE - 1000
    (ended,) = site.wait_for(TransferEnded)
    assert isinstance(ended, TransferEnded)
    assert ended.complete


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param("replaced", marks=pytest.mark.needs("files that give way while open")),
        "deleted",
    ],
)
def test_a_file_that_is_exchanged_is_sent_as_it_was(
    site: Site, large: Path, settles: Settles, change: str
) -> None:
    client = begin(site, settles)
    other = large.with_name("other")
    other.write_bytes(b"x" * 100)
    if change == "replaced":
        other.replace(large)
    else:
        large.unlink()
    body = client.stream.read(SIZE - 1000)
    assert body.count(b"\0") == SIZE - 1000
    assert client.get("/plain.txt").body == b"twelve gulls\n"


@pytest.mark.usefixtures("large")
def test_a_body_that_an_override_sends_short_ends_the_connection(serve: Serve) -> None:
    class Short(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            source = self.send_head()
            assert source is not None
            self.wfile.write(source.read(10))
            source.close()

    client = serve(Short).connect()
    client.ask("/plain.txt")
    client.send(b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.rest().endswith(b"\r\n\r\ntwelve gul")


@pytest.mark.needs("sendfile")
def test_the_system_copies_what_is_long_and_only_that(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = []
    sendfile = os.sendfile

    def count(*arguments: int) -> int:
        copied.append(sendfile(*arguments))
        return copied[-1]

    monkeypatch.setattr(os, "sendfile", count)
    site.get("/plain.txt")
    assert not copied
    assert site.get("/big.bin").body == bytes(range(256)) * 4096
    site.wait_for(TransferEnded)
    assert sum(copied) == 256 * 4096


@pytest.mark.needs("sendfile")
def test_a_file_system_without_sendfile_is_read(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "sendfile", refuse)
    assert site.get("/big.bin").body == bytes(range(256)) * 4096
    part = site.get("/big.bin", Range="bytes=7-99999").body
    assert part == (bytes(range(256)) * 400)[7:100_000]
    for ended in site.wait_for(TransferEnded, 2):
        assert isinstance(ended, TransferEnded)
        assert ended.complete
