"""Twenty thousand requests need no more memory than two thousand."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from tests.http.processes.conftest import Launch, RequestOf, ServerProcess

pytestmark = pytest.mark.needs("/proc")

REQUESTS = 20_000
WARM_UP = 2_000
ON_A_CONNECTION = 500
GROWTH = 2 << 20
"""Bytes by which memory may grow: a hundred for each request would already be too many."""


@dataclass(frozen=True)
class Question:
    """A request, and what is sure of its answer."""

    asked: bytes
    """In it, NUMBER stands for another one each time."""
    status: bytes
    length: int
    """In bytes, with the head."""


def test_memory_is_flat_over_twenty_thousand_requests(
    launch: Launch, python: Sequence[str], request_of: RequestOf
) -> None:
    server = launch(python=python)
    etag = server.get()[0].headers["ETag"]
    questions = [
        learn(server, request_of(target, **fields), status)
        for target, fields, status in (
            ("/plain.txt", {}, b"200"),
            # A target that was never asked for before.
            ("/plain.txt?NUMBER", {}, b"200"),
            ("/plain.txt", {"If_None_Match": etag}, b"304"),
            ("/big.bin", {"Range": "bytes=1000-4999"}, b"206"),
            ("/sub", {}, b"301"),
            ("/sub/", {}, b"200"),
        )
    ]
    ask(server, questions, range(WARM_UP))
    before = server.memory()
    ask(server, questions, range(WARM_UP, REQUESTS))
    assert server.memory() - before < GROWTH
    assert "Traceback" not in server.errors()


def learn(server: ServerProcess, asked: bytes, status: bytes) -> Question:
    """Ask once; every answer to the same is as long, whatever the time."""
    with server.connect() as client:
        client.sendall(asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 " + status), answer
    return Question(asked, status, len(answer) - len(b"Connection: close\r\n"))


def ask(server: ServerProcess, questions: list[Question], numbers: range) -> None:
    """Ask one after the other, some hundreds of times on a connection."""
    for first in numbers[::ON_A_CONNECTION]:
        with contextlib.closing(server.connect()) as client:
            for number in range(first, first + ON_A_CONNECTION):
                ask_one(client, questions[number % len(questions)], number)


def ask_one(client: socket.socket, question: Question, number: int) -> None:
    client.sendall(question.asked.replace(b"NUMBER", b"%06d" % number))
    answer = client.recv(65536)
    while len(answer) < question.length:
        part = client.recv(65536)
        assert part, answer
        answer += part
    assert len(answer) == question.length
    assert answer.startswith(b"HTTP/1.1 " + question.status), answer
