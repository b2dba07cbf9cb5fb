"""How fast server_core is beside nginx and http.server: medians of paired ratios.

    python3 tests/benchmarks [--rounds N] [--seconds S] [--only WORD] [--json FILE]

Every load goes to each server in turn, round after round, so that a machine that grows slow is slow
for all of them; a figure is the median of what one server did in a round divided by what the other
did. S is http.server of the same interpreter made fair: HTTP/1.1, TCP_NODELAY, a backlog of 1024.
All servers write a log; nginx has one worker. It needs Linux, and installs wrk and nginx with
apt-get where they are missing. Beside it: startup.py (how long a start takes) and window.py (how
smooth the window stays).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import loads  # noqa: E402 - this folder is no package
import peers  # noqa: E402 - this folder is no package

BIG = 1 << 30
ENTRIES = 10_000


def table(folder: Path) -> dict[str, tuple[list[str], object]]:
    """Return the loads by name: which servers they go to, ours first, and what they are."""
    listed = folder / "many"

    def touch() -> None:
        (listed / "0000.bin").rename(listed / "again")
        (listed / "again").rename(listed / "0000.bin")

    changed = loads.listings("/many/", is_touched=True, touch=touch)
    same = loads.listings("/many/", is_touched=False, touch=touch)
    return {
        "small file, 32 connections": (["ours", "nginx", "S"], loads.requests("/small.bin", 32)),
        "the same, through the share": (["share", "nginx", "S"], loads.requests("/small.bin", 32)),
        "with a browser's 12 fields": (
            ["share", "nginx", "S"],
            loads.requests("/small.bin", 32, *loads.BROWSER),
        ),
        "a do_GET of one's own": (["ours, do_GET", "S, do_GET"], loads.requests("/", 32)),
        "a connection for each": (
            ["ours", "nginx", "S"],
            loads.requests("/small.bin", 32, "Connection: close"),
        ),
        "304": (["ours", "nginx", "S"], loads.requests("/small.bin", 32, loads.LATER)),
        "1,000 active connections": (["ours", "nginx", "S"], loads.requests("/small.bin", 1000)),
        "big file, 1 connection": (["share", "nginx", "S"], loads.downloads(1)),
        "big file, 16 connections": (["share", "nginx", "S"], loads.downloads(16)),
        "big file, 16 parts at once": (["share", "nginx"], loads.downloads(16, size=BIG)),
        "big file over HTTPS": (["ours, HTTPS", "S, HTTPS"], loads.downloads(1, is_secure=True)),
        "small beside 4 big ones": (["ours", "nginx", "S"], loads.beside_downloads),
        "10,000 names": (["ours, names only", "S"], changed),
        "10,000 names, sizes, dates": (["ours", "S"], changed),
        "10,000 entries again": (["ours", "S"], same),
        "memory of an idle connection": (["ours", "nginx", "S"], loads.idle_memory),
    }


def main() -> None:
    """Measure, print a table in Markdown, and keep what was measured."""
    given = arguments()
    install()
    measured: dict[str, dict[str, list[list[float]]]] = {}
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.chmod(place, 0o755)
        folder = make_tree(place)
        for load, (names, run) in table(folder).items():
            if given.only not in load:
                continue
            figures: dict[str, list[list[float]]] = {peer: [] for peer in names}
            with peers.running(names, folder, place) as started:
                for _ in range(given.rounds):
                    for peer in started.values():
                        before = peer.cpu_seconds()
                        figure = run(peer, given.seconds)  # type: ignore[operator] # it is a load
                        spent = peer.cpu_seconds() - before
                        figures[peer.name].append([figure, spent, float(peer.memory())])
            measured[load] = figures
            print(row(load, figures), flush=True)
    if given.json:
        Path(given.json).write_text(json.dumps(measured, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description="How fast server_core is beside others.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one load on one server")
    parser.add_argument("--only", default="", help="the loads that have this in their name")
    parser.add_argument("--json", help="keep every figure in this file")
    return parser.parse_args()


def install() -> None:
    """Have wrk and nginx, or exit with what to do."""
    missing = [name for name in ("wrk", "nginx") if not shutil.which(name, path=paths())]
    if missing and subprocess.run(["apt-get", "install", "--yes", "-q", *missing]).returncode:
        sys.exit("Install these first: " + " ".join(missing))
    os.environ["PATH"] = paths()


def paths() -> str:
    """Return where programs are looked for."""
    return os.environ.get("PATH", "") + ":/usr/sbin"


def make_tree(place: Path) -> Path:
    """Make the folder that is served, and a certificate beside it."""
    folder = place / "tree"
    (folder / "many").mkdir(parents=True)
    (folder / "small.bin").write_bytes(os.urandom(1024))
    with (folder / "big.bin").open("wb") as file:
        file.write(bytes(1 << 20) * (BIG >> 20))
    for number in range(ENTRIES):
        (folder / "many" / f"{number:04}.bin").write_bytes(b"x" * (number % 100))
    trust = [peers.PYTHON, "-m", "trustme", "-q", "-d", str(place), "-i", "127.0.0.1"]
    subprocess.run(trust, check=True)
    long_ago = 1_700_000_000
    os.utime(folder / "small.bin", (long_ago, long_ago))
    return folder


def row(load: str, figures: dict[str, list[list[float]]]) -> str:
    """Return a line of the table: our figure, and its ratio to each of the others."""
    ours, *others = figures
    middle = statistics.median(figure[0] for figure in figures[ours])
    ratios = []
    for other in others:
        pairs = zip(figures[ours], figures[other], strict=True)
        ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in pairs)
        ratios.append(f"{ratio:.2f} x {other}")
    return f"| {load} | {middle:,.0f} | {', '.join(ratios)} |"


if __name__ == "__main__":
    main()
