"""Workloads of whole folders as one ZIP: how fast, how soon, and in how much memory."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from clients import ask
from pages import in_time
from servers import NotMeasuredError, running
from small_files import MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from folder import SharedFolder

STARTS = 3
"""Servers that are started: what one remembers of a folder makes its second ZIP another matter."""
GIGABYTE = 1e9


def zipped(files: int, size: int) -> Callable[[str, SharedFolder, int], dict[str, float]]:
    """Return the workload of a folder with so many files of this size in bytes."""

    def download(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
        target = folder.files(files, size) + "?zip"
        rates: list[float] = []
        first_bytes: list[float] = []
        growths: list[float] = []
        again: list[float] = []
        for number in range(STARTS):
            with running(name, folder.path) as server:
                ask(server, "/small.bin")
                server.tree.forget_peak()
                before = server.tree.resident()
                answer = ask(server, target)
                growths.append((server.tree.peak() - before) / MEBIBYTE)
                if answer.status != 200 or answer.length < files * size:
                    raise NotMeasuredError(f"it answers {answer.status}, {answer.length} bytes")
                rates.append(answer.length / answer.whole)
                first_bytes.append(answer.first_byte)
                if number == STARTS - 1:
                    for _ in in_time(seconds):
                        answer = ask(server, target)
                        again.append(answer.length / answer.whole)
        return {
            "gigabytes": statistics.median(rates) / GIGABYTE,
            "gigabytes_again": statistics.median(again) / GIGABYTE,
            "first_byte": statistics.median(first_bytes) * 1000,
            "growth": statistics.median(growths),
        }

    return download
