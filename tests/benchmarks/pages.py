"""Workloads of the pages that list a folder."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from clients import ask
from folder import SETTLING
from servers import NotMeasuredError, running
from small_files import MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from folder import SharedFolder

ASKED_BEFORE = 2
"""Times that a page is asked for before it is worth keeping."""
FEWEST = 3
MOST = 200
"""Bounds of the number of times that a page is asked for."""


def listing(entries: int) -> Callable[[str, SharedFolder, int], dict[str, float]]:
    """Return the workload of a page with so many entries, of a folder that changed and did not."""

    def ask_for_page(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
        target = folder.listing(entries)
        changed: list[float] = []
        first_bytes: list[float] = []
        with running(name, folder.path) as server:
            server.tree.forget_peak()
            before = server.tree.resident()
            ask(server, target)
            growth = server.tree.peak() - before
            for _ in in_time(seconds):
                folder.change(target)
                answer = ask(server, target)
                if answer.status != 200:
                    raise NotMeasuredError(f"it answers {answer.status}")
                changed.append(answer.whole)
                first_bytes.append(answer.first_byte)
            time.sleep(SETTLING)
            for _ in range(ASKED_BEFORE):
                ask(server, target)
            again = [ask(server, target).whole for _ in in_time(seconds)]
        return {
            "changed": statistics.median(changed) * 1000,
            "first_byte": statistics.median(first_bytes) * 1000,
            "again": statistics.median(again) * 1000,
            "growth": growth / MEBIBYTE,
        }

    return ask_for_page


def in_time(seconds: float) -> Iterator[int]:
    """Yield until the time is over, but within the bounds."""
    ends = time.monotonic() + seconds
    for number in range(MOST):
        if number >= FEWEST and time.monotonic() > ends:
            return
        yield number
