"""Clients that reset their connection in the middle of a download take everything with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.http.processes.conftest import GivenBack, Launch, Leave, ServerProcess

pytestmark = pytest.mark.needs("/proc")

RESETS = 200
AT_A_TIME = 25
GROWTH = 3 << 20
"""Bytes by which memory may differ: threads that ended leave arenas that are used again."""


@pytest.mark.usefixtures("large")
def test_resets_in_the_middle_of_downloads_leave_nothing_behind(
    launch: Launch, python: Sequence[str], reset: Leave, given_back: GivenBack
) -> None:
    server = launch(python=python)
    assert server.get()[0].status == 200
    before = server.descriptors(), server.threads()
    # What is loaded and allocated for so many at a time stays.
    reset_some(server, reset)
    given_back(server, before)
    memory = server.memory()
    for _ in range(RESETS // AT_A_TIME):
        reset_some(server, reset)
    given_back(server, before)
    assert server.memory() - memory < GROWTH
    answer, body = server.get()
    assert (answer.status, body) == (200, b"twelve gulls\n")
    assert "Traceback" not in server.errors()
    # A client that leaves is one quiet line.
    assert server.errors().count("\n") <= RESETS + AT_A_TIME + 2


def reset_some(server: ServerProcess, reset: Leave) -> None:
    for client in [server.download("/large.bin") for _ in range(AT_A_TIME)]:
        reset(client)
