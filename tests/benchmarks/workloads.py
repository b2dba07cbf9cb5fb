"""What is asked of the servers, of which of them, and what Folderport has to reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import archives
import big_files
import pages
import small_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from folder import SharedFolder

    Measure = Callable[[str, SharedFolder, int], Mapping[str, float]]
    """Starts the server of this name, asks it for so many seconds, and returns figures by name."""

OURS = "server_core"


@dataclass(frozen=True)
class Goal:
    """What one of our servers has to reach in a figure, as a ratio to a peer's or by itself."""

    figure: str
    peer: str | None
    """None where the figure itself is meant."""
    bound: float | None
    """None where it is only shown."""
    at_most: bool = False
    ours: str = OURS

    def is_reached(self, value: float) -> bool | None:
        """Return whether a value is good enough; None where there is no bound."""
        if self.bound is None:
            return None
        return value <= self.bound if self.at_most else value >= self.bound


@dataclass(frozen=True)
class Workload:
    """One kind of load."""

    title: str
    servers: tuple[str, ...]
    measure: Measure
    goals: tuple[Goal, ...] = ()


def at_least(
    figure: str, peer: str | None, bound: float | None, *, shared: bool = False
) -> list[Goal]:
    """Return the goal for our server, and for the application's share too where that is asked."""
    ours = (OURS, "share") if shared else (OURS,)
    return [Goal(figure, peer, bound, ours=one) for one in ours]


def at_most(figure: str, peer: str | None, bound: float, *, shared: bool = False) -> list[Goal]:
    """Return the same of a figure that has to be small."""
    ours = (OURS, "share") if shared else (OURS,)
    return [Goal(figure, peer, bound, at_most=True, ours=one) for one in ours]


BIG_SERVERS = (OURS, "share", "S", "nginx", "lighttpd", "copyparty")
SCALE_SERVERS = (OURS, "S", "nginx")
ZIP_SERVERS = ("share", "copyparty")
NAMES = "server_core-names"
HOOKS = "server_core-hooks"
PAGE_SERVERS = (NAMES, OURS, "share", "S", "nginx", "lighttpd", "copyparty")

WORKLOADS: dict[str, Workload] = {
    "small": Workload(
        "1 KiB, 32 connections",
        (OURS, "share", "S", "nginx", "lighttpd", "granian", "copyparty"),
        small_files.keep_alive,
        (
            *at_least("requests", "nginx", 1.2, shared=True),
            *at_least("requests", "S", 20, shared=True),
            *at_least("requests", "granian", 3, shared=True),
            *at_least("requests", "lighttpd", None, shared=True),
        ),
    ),
    "browser": Workload(
        "the same with a browser's 12 fields",
        (OURS, "share", "S", "nginx", "lighttpd"),
        small_files.as_a_browser,
        (
            *at_least("requests", "nginx", 1.0, shared=True),
            *at_least("requests", "S", 16, shared=True),
        ),
    ),
    "hooks": Workload(
        "1 KiB by a subclass's own do_GET",
        (HOOKS, "S", "S-hooks"),
        small_files.keep_alive,
        (
            Goal("requests", "S", 4, ours=HOOKS),
            # The same do_GET on http.server's classes, which do not look at a file either.
            Goal("requests", "S-hooks", None, ours=HOOKS),
        ),
    ),
    "close": Workload(
        "1 KiB, a connection for each request",
        (OURS, "S", "nginx", "lighttpd", "granian", "copyparty"),
        small_files.connection_each,
        (*at_least("requests", "nginx", 0.9), *at_least("requests", "S", 10)),
    ),
    "unchanged": Workload(
        "304",
        (OURS, "S", "nginx", "lighttpd", "copyparty"),
        small_files.unchanged,
        (*at_least("requests", "nginx", 1.0), *at_least("requests", "S", 18)),
    ),
    "big-1": Workload(
        "a big file, 1 connection",
        BIG_SERVERS,
        big_files.whole(1),
        (
            *at_least("gigabytes", "S", 1.2, shared=True),
            *at_most("cpu_per_gigabyte", "S", 0.8, shared=True),
        ),
    ),
    "big-16": Workload(
        "a big file, 16 connections",
        BIG_SERVERS,
        big_files.whole(16),
        (
            *at_least("gigabytes", "S", 1.9, shared=True),
            *at_least("gigabytes", "nginx", 1.1, shared=True),
            *at_most("cpu_per_gigabyte", "S", 0.4, shared=True),
        ),
    ),
    "ranges": Workload(
        "16 parts of a big file, after 16 times the whole",
        (OURS, "share", "nginx", "lighttpd"),
        big_files.ranges,
        (*at_least("of_whole", None, 0.9, shared=True),),
    ),
    "beside": Workload(
        "1 KiB, 32 connections, beside 4 big downloads",
        (OURS, "S", "nginx", "lighttpd"),
        big_files.small_beside,
        (
            *at_least("requests", "S", 10),
            *at_most("p99", "S", 0.2),
            *at_least("kept", None, 0.5),
        ),
    ),
    "tls": Workload(
        "a big file over HTTPS",
        (OURS, "S"),
        big_files.over_tls,
        (*at_least("gigabytes", "S", 1.0), *at_most("cpu_per_gigabyte", "S", 0.95)),
    ),
    "idle": Workload(
        "1,000 idle connections",
        (OURS, "S", "nginx", "lighttpd"),
        small_files.beside_idle,
        (*at_most("idle", None, 1.0), *at_least("of_alone", None, 0.9)),
    ),
    "start": Workload(
        "start to first answer",
        (OURS, "http.server"),
        small_files.start_to_answer,
        (*at_most("start", "http.server", 1.0),),
    ),
    "listing-100": Workload("listing of 100", PAGE_SERVERS, pages.listing(100)),
    "listing-1000": Workload("listing of 1,000", PAGE_SERVERS, pages.listing(1_000)),
    "listing-10000": Workload(
        "listing of 10,000",
        PAGE_SERVERS,
        pages.listing(10_000),
        (
            Goal("changed", "S", 0.3, at_most=True, ours=NAMES),
            *at_most("changed", "S", 0.95, shared=True),
            *at_most("again", "S", 0.02, shared=True),
        ),
    ),
    "listing-100000": Workload(
        "listing of 100,000",
        PAGE_SERVERS,
        pages.listing(100_000),
        (
            *at_most("first_byte", None, 50, shared=True),
            *at_most("growth", None, 32, shared=True),
        ),
    ),
    "zip-5000": Workload(
        "a ZIP of 5,000 files of 20 KiB",
        ZIP_SERVERS,
        archives.zipped(5_000, 20 << 10),
        (
            Goal("gigabytes", "copyparty", 3, ours="share"),
            Goal("first_byte", None, 25, at_most=True, ours="share"),
            Goal("growth", None, 30, at_most=True, ours="share"),
        ),
    ),
    "zip-4": Workload(
        "a ZIP of 4 files of 256 MiB",
        ZIP_SERVERS,
        archives.zipped(4, 256 << 20),
        (
            Goal("gigabytes", "copyparty", 2, ours="share"),
            Goal("first_byte", None, 25, at_most=True, ours="share"),
        ),
    ),
    "connections-1": Workload("1 KiB, 1 connection", SCALE_SERVERS, small_files.connections(1)),
    "connections-10": Workload("1 KiB, 10 connections", SCALE_SERVERS, small_files.connections(10)),
    "connections-100": Workload(
        "1 KiB, 100 connections", SCALE_SERVERS, small_files.connections(100)
    ),
    "connections-1000": Workload(
        "1 KiB, 1,000 connections",
        SCALE_SERVERS,
        small_files.connections(1_000),
        (*at_least("requests", "S", 15), *at_most("p99", "S", 0.1)),
    ),
    "connections-5000": Workload(
        "1 KiB, 5,000 connections", SCALE_SERVERS, small_files.connections(5_000)
    ),
}
