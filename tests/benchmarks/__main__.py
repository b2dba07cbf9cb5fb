"""`python3 tests/benchmarks`: Folderport beside its peers, on this machine, over loopback.

    python3 tests/benchmarks [--rounds N] [--seconds S] [--only WORKLOAD ...] [--servers NAME ...]
                             [--json tests/benchmarks/results/NAME.json]

In each round every server is started, put under load and ended, one after the other, so that what
changes on the machine meanwhile changes for all. Shown are medians: of each figure, and of the
ratios of two figures of one round. The base is S, http.server made fair (see fair.py). All servers
write a log of their requests to a file but granian, which has none for folders. CPU time and memory
are those of a server with all its processes. It needs Linux, and a machine that is idle otherwise.

Beside it stand, with arguments of their own: startup.py, how long the application takes to start,
and window.py, how smooth the window stays under load.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
DEFAULT_ROUNDS = 5
DEFAULT_SECONDS = 4


def main() -> None:
    """Measure, and print the tables."""
    enter_environment()
    from programs import PYTHON as PYTHON_PEERS
    from programs import SYSTEM, Programs
    from table import tables

    options = arguments().parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    plan = chosen(options.only, options.servers)
    peers = {server for servers in plan.values() for server in servers}
    known = {*SYSTEM, *PYTHON_PEERS}
    programs = Programs((peers & known) | {"wrk", "curl"})
    missing = known - programs.found
    plan = {
        name: [server for server in servers if server not in missing]
        for name, servers in plan.items()
    }
    rounds = measured(plan, options.rounds, options.seconds)
    command = "python3 tests/benchmarks " + " ".join(sys.argv[1:])
    print(tables(rounds, command.strip()))
    if options.json is not None:
        record = {**machine(), "programs": programs.versions(), "command": command.strip()}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({**record, "rounds": rounds}, indent=1) + "\n")


def enter_environment() -> None:
    """Go on with .venv's Python, in which the application and its servers run too."""
    if sys.platform != "linux":
        sys.exit("The benchmarks need Linux: they read CPU time and memory from /proc.")
    if not PYTHON.exists():
        sys.exit("Run `python3 tests` once: it makes .venv, in which the benchmarks run.")
    if not os.path.samefile(sys.prefix, PYTHON.parents[1]):
        os.execv(PYTHON, [str(PYTHON), *sys.argv])


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    from servers import COMMANDS
    from workloads import WORKLOADS

    parser = argparse.ArgumentParser(prog="python3 tests/benchmarks")
    parser.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS, metavar="N")
    parser.add_argument(
        "--seconds", type=int, default=DEFAULT_SECONDS, metavar="S", help="of each load"
    )
    parser.add_argument("--only", nargs="+", choices=list(WORKLOADS), metavar="WORKLOAD")
    parser.add_argument("--servers", nargs="+", choices=list(COMMANDS), metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of each round")
    parser.epilog = f"Workloads: {', '.join(WORKLOADS)}. Servers: {', '.join(COMMANDS)}."
    return parser


def chosen(only: Sequence[str] | None, servers: Sequence[str] | None) -> dict[str, list[str]]:
    """Return the servers of each workload that was asked for."""
    from workloads import WORKLOADS

    return {
        name: [server for server in WORKLOADS[name].servers if servers is None or server in servers]
        for name in only or WORKLOADS
    }


def measured(
    plan: dict[str, list[str]], rounds: int, seconds: int
) -> list[dict[str, dict[str, dict[str, float]]]]:
    """Measure everything in each round; whoever fails in a workload is left out of it."""
    from folder import SharedFolder
    from programs import say
    from servers import NotMeasuredError
    from workloads import WORKLOADS

    results: list[dict[str, dict[str, dict[str, float]]]] = []
    with SharedFolder() as folder:
        for number in range(1, rounds + 1):
            figures: dict[str, dict[str, dict[str, float]]] = {}
            for name, servers in plan.items():
                figures[name] = {}
                for server in list(servers):
                    started = time.monotonic()
                    try:
                        found = WORKLOADS[name].measure(server, folder, seconds)
                    except (NotMeasuredError, OSError, subprocess.TimeoutExpired) as error:
                        say(f"{name}: {server} is left out: {error}")
                        servers.remove(server)
                        continue
                    figures[name][server] = dict(found)
                    lasted = time.monotonic() - started
                    say(f"round {number} of {rounds}, {name}: {server} ({lasted:.0f} s)")
            results.append(figures)
    return results


def machine() -> dict[str, object]:
    """Return what the figures depend on."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "processors": os.cpu_count(),
        "load": os.getloadavg(),
    }


if __name__ == "__main__":
    # The servers are ended, however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
