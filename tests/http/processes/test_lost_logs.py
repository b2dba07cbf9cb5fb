"""A log that nobody reads any more, or for now, or that cannot be written, harms no answer."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conftest import Settles

    from tests.http.processes.conftest import Launch, ServerProcess

pytestmark = pytest.mark.needs("/proc")  # and of its kind /dev/full

REQUESTS = 300
"""Enough that their lines would fill every buffer on the way."""
CLOSED = ("sh", "-c", 'exec "$@" 2>&-', "sh")


def into_a_pipe_without_a_reader() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def onto_a_full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.fixture(params=[into_a_pipe_without_a_reader, onto_a_full_disk, None])
def server(
    request: pytest.FixtureRequest, launch: Launch, python: Sequence[str]
) -> Iterator[ServerProcess]:
    """A server whose standard error takes nothing, or is closed from the start."""
    where: Callable[[], int] | None = request.param
    if where is None:
        yield launch(python=python, under=CLOSED)
        return
    log = where()
    try:
        yield launch(python=python, stderr=log)
    finally:
        os.close(log)


def test_every_answer_comes_and_the_end_is_clean(server: ServerProcess) -> None:
    for number in range(REQUESTS):
        if number % 2:
            assert server.get("/missing")[0].status == 404
        else:
            assert server.get()[1] == b"twelve gulls\n"
    with server.connect() as client:
        client.sendall(b"no request\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert server.end(signal.SIGINT)[0] == 0


def test_a_reader_that_leaves_in_between_is_not_missed(
    launch: Launch, python: Sequence[str], settles: Settles
) -> None:
    reader, writer = os.pipe()
    server = launch(python=python, stderr=writer)
    os.close(writer)
    assert server.get()[0].status == 200
    os.close(reader)
    for _ in range(20):
        assert server.get()[1] == b"twelve gulls\n"
    settles(lambda: server.threads() < 5, "no thread has got stuck")
    assert server.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_reader_that_stops_reading_holds_up_neither_answers_nor_the_end(
    launch: Launch, settles: Settles, number: int
) -> None:
    reader, writer = os.pipe()
    import fcntl  # not on Windows

    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 16384)
    server = launch(stderr=writer)
    os.close(writer)
    try:
        for _ in range(REQUESTS):
            assert server.get()[1] == b"twelve gulls\n"
            assert server.get("/missing")[0].status == 404
        assert server.threads() < 10
        # It goes on, and is told what there is to be told from then on.
        os.set_blocking(reader, False)
        told = bytearray(os.read(reader, 1 << 20))
        assert server.get("/last")[0].status == 404

        def is_told() -> bool:
            with contextlib.suppress(BlockingIOError):
                told.extend(os.read(reader, 1 << 20))
            return b'"GET /last HTTP/1.1" 404' in told

        settles(is_told, "the line after the pause is there")
        for _ in range(REQUESTS):
            assert server.get()[0].status == 200
        status, seconds = server.end(number)
        assert status == 0
        assert seconds < 3
    finally:
        os.close(reader)
