"""Servers as processes of their own, trees to fetch from them, and clients that are not ours."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENT_SECONDS = 25
LARGE = 24 << 20
"""Bytes: enough to be killed half-way, and for eight connections at once."""
PACKAGES = ("email", "encodings", "json", "logging", "unittest")
"""What every Python has in its library: some 200 files in some folders."""

NAMES = (
    *("two words.txt", " leading and trailing ", "100 %.txt", "#1.txt", "what?.txt", "a;b;.txt"),
    *("it's.txt", '"quoted".txt', "a&b=c+d,e.txt", "<b>&amp;.txt", "back\\slash.txt", "[1]*.txt"),
    *("-rf", "tilde~$HOME`.txt", "a:b@c.txt", "{x}|^.txt", "Größe.txt", "Gro\u0308ße.txt"),
    *("😀👩\u200d🚀.txt", "קובץ.txt", "文件.txt"),
)
"""What is hard to link to, and yet saved under the same name by every client here."""


class Served:
    """A server in a process of its own: where it is, and what it logged."""

    def __init__(self, url: str, log: Path, line: re.Pattern[str]) -> None:
        self.url = url
        self._log = log
        self._line = line

    def answers(self, target: str) -> list[tuple[int, int]]:
        """List the answers to requests for `target`, as logged: the status, the body's bytes.

        A share logs an answer that has ended, and what has left of it; server_core one that
        begins, and how long it is to be.
        """
        found = self._line.findall(self._log.read_text(encoding="utf-8"))
        return [
            (int(status), int(size.replace(",", "")))
            for asked, status, size in found
            if asked == target
        ]


class Serve(Protocol):
    """Serves a folder until the test ends."""

    def __call__(self, folder: Path) -> Served: ...


class RunClient(Protocol):
    """Runs a program to its end, which must be a good one."""

    def __call__(self, *command: str | Path, cwd: Path | None = None) -> str: ...


class BeginClient(Protocol):
    """Starts a program that is killed with the test, where it still runs."""

    def __call__(self, *command: str | Path) -> subprocess.Popen[bytes]: ...


@pytest.fixture(params=["HTTP/1.0", "HTTP/1.1", "share"])
def serve(
    request: pytest.FixtureRequest, tmp_path: Path, run_folderport: Callable[..., object]
) -> Iterator[Serve]:
    """`python -m server_core` with both versions, and the application's share."""
    started: list[subprocess.Popen[bytes]] = []

    def start_share(folder: Path) -> Served:
        words = ("--headless", folder, "--bind", "127.0.0.1", "--port", "0")
        program = run_folderport(*words)
        line = re.compile(r"(?m)^[\d:]+ 127\.0\.0\.1 GET (.+) (\d{3}) ([\d,]+) bytes ")
        return Served(program.address(), tmp_path / "process-0" / "stdout", line)

    def start_server(folder: Path) -> Served:
        log = tmp_path / "log"
        command = [sys.executable, "-P", "-m", "server_core", "0", "--bind", "127.0.0.1"]
        command += ["--protocol", request.param, "--directory", str(folder)]
        with log.open("wb") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        started.append(process)
        assert process.stdout is not None
        first = process.stdout.readline().decode()
        found = re.search(r"\((http://.*/)\)", first)
        assert found is not None, log.read_text()
        line = re.compile(r'"GET (\S+) HTTP/1\.[01]" (\d{3}) (\d+)')
        return Served(found[1], log, line)

    yield start_share if request.param == "share" else start_server
    for process in started:
        with process:
            process.kill()
        assert b"Traceback" not in (tmp_path / "log").read_bytes()


@pytest.fixture(autouse=True)
def _without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def run_client() -> RunClient:
    def run(*command: str | Path, cwd: Path | None = None) -> str:
        # A log of the client's may hold any bytes: the names are those of the tree.
        done = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=CLIENT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def begin_client() -> Iterator[BeginClient]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(*command: str | Path) -> subprocess.Popen[bytes]:
        nothing = subprocess.DEVNULL
        started.append(subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing))
        return started[-1]

    yield begin
    for client in started:
        client.kill()
        client.wait()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Some of this interpreter's library, and files whose names are hard to link to."""
    root = tmp_path / "tree"
    leave_out = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        library = Path(sysconfig.get_path("stdlib"), package)
        shutil.copytree(library, root / package, ignore=leave_out)
    hard = root / "50 % of #1? ä" / "it's <so>"
    hard.mkdir(parents=True)
    for name in NAMES:
        (hard / name).write_text(f"This is {name!a}.\n")
    (hard / "nothing.txt").touch()
    return root


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A folder whose only file, "large.bin", has some tens of MiB of random bytes."""
    root = tmp_path / "large"
    root.mkdir()
    (root / "large.bin").write_bytes(random.Random(7).randbytes(LARGE))
    return root


@pytest.fixture
def sha256() -> Callable[[Path], str]:
    return digest


def digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@pytest.fixture
def hashes() -> Callable[[Path], dict[bytes, str]]:
    """The SHA-256 of every file of a tree, by its path there in bytes."""

    def read(root: Path) -> dict[bytes, str]:
        files = (path for path in root.rglob("*") if path.is_file())
        return {os.fsencode(path.relative_to(root)): digest(path) for path in files}

    return read
