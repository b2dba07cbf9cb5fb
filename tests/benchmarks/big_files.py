"""Workloads of one big file: how much a second, and what a gigabyte costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clients import Downloads, download_securely, load
from folder import BIG, SharedFolder
from servers import running
from small_files import CONNECTIONS, MEBIBYTE, TARGET, figures_of

if TYPE_CHECKING:
    from collections.abc import Callable

GIGABYTE = 1e9
BESIDE = 4
PARTS = 16


def whole(connections: int) -> Callable[[str, SharedFolder, int], dict[str, float]]:
    """Return the workload of so many connections that each read the file again and again."""

    def download(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
        target = folder.big()
        with running(name, folder.path) as server, Downloads(server, target, connections) as client:
            client.rate(0.2)  # until all of them are under way
            server.tree.forget_peak()
            before = server.tree.cpu_seconds()
            rate = client.rate(seconds)
            spent = server.tree.cpu_seconds() - before
            return {
                "gigabytes": rate / GIGABYTE,
                "cpu_per_gigabyte": spent / (rate * seconds / GIGABYTE),
                "peak": server.tree.peak() / MEBIBYTE,
            }

    return download


def ranges(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
    """Read a part of the file on each connection, after all of it on each."""
    target = folder.big()
    with running(name, folder.path) as server:
        with Downloads(server, target, PARTS) as client:
            client.rate(0.2)
            of_whole = client.rate(seconds)
        with Downloads(server, target, PARTS, BIG) as client:
            client.rate(0.2)
            before = server.tree.cpu_seconds()
            rate = client.rate(seconds)
            spent = server.tree.cpu_seconds() - before
        return {
            "gigabytes": rate / GIGABYTE,
            "cpu_per_gigabyte": spent / (rate * seconds / GIGABYTE),
            "of_whole": rate / of_whole,
        }


def small_beside(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
    """Ask for small files beside downloads, which were alone before."""
    target = folder.big()
    with running(name, folder.path) as server, Downloads(server, target, BESIDE) as client:
        client.rate(0.2)
        alone = client.rate(seconds)
        before, read = server.tree.cpu_seconds(), client.count()
        found = load(server, TARGET, CONNECTIONS, seconds)
        beside = (client.count() - read) / found.seconds
        spent = server.tree.cpu_seconds() - before
        return {
            **figures_of(found, spent),
            "gigabytes": beside / GIGABYTE,
            "kept": beside / alone,
        }


def over_tls(name: str, folder: SharedFolder, seconds: int) -> dict[str, float]:
    """Read the file over HTTPS."""
    target = folder.big()
    with running(name, folder.path, folder.certificate()) as server:
        before = server.tree.cpu_seconds()
        size, lasted = download_securely(server, target, seconds)
        spent = server.tree.cpu_seconds() - before
        return {
            "gigabytes": size / lasted / GIGABYTE,
            "cpu_per_gigabyte": spent / (size / GIGABYTE),
            "peak": server.tree.peak() / MEBIBYTE,
        }
