"""`python packaging/smoke_test.py ARTEFACT` tells whether what was built starts, shares and stops.

An artefact is anything that build.py makes, or a program that is installed. It is unpacked where
need be, asked for its version, and shares a folder from the terminal and in a window that is drawn
off screen; a file is fetched from each, and compared.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import unpacking

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 60.0
"""Until an address is told, or served: a first start on a busy machine may be slow."""
STOP_SECONDS = 20.0
FILE_NAME = "a file ä.bin"


class SmokeTestError(Exception):
    """What was built does not do what it is for; its text says what it did instead."""


def check(program: list[str], version: str) -> list[str]:
    """Run all that is looked at, and return a line for each. Raises SmokeTestError."""
    with tempfile.TemporaryDirectory(prefix="folderport-smoke-") as home:
        folder = Path(home, "shared folder")
        folder.mkdir()
        (folder / FILE_NAME).write_bytes(secrets.token_bytes(3_000_000))
        told = _version(program, home)
        if told != f"folderport {version}":
            raise SmokeTestError(f"--version tells {told!r} and not 'folderport {version}'")
        return [
            told,
            f"from the terminal: {_share_from_terminal(program, folder, home)}",
            f"from the window: {_share_from_window(program, folder, home)}",
        ]


def _environment(home: str) -> dict[str, str]:
    """Give the variables of a person who never used Folderport, with no screen to look at."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    places = ("CONFIG", "CACHE", "DATA", "STATE")
    private = {f"XDG_{place}_HOME": os.path.join(home, place.lower()) for place in places}
    private |= {"HOME": home, "XDG_RUNTIME_DIR": home, "QT_QPA_PLATFORM": "offscreen"}
    return {**kept, **private}


def _version(program: list[str], home: str) -> str:
    told = subprocess.run(
        [*program, "--version"],
        env=_environment(home),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    if told.returncode != 0:
        raise SmokeTestError(f"--version ends with {told.returncode}: {told.stderr.strip()}")
    return told.stdout.strip()


def _share_from_terminal(program: list[str], folder: Path, home: str) -> str:
    command = [*program, "--headless", "--bind", "local", "--port", "0", str(folder)]
    with _running(command, home) as (process, output):
        deadline = time.monotonic() + START_SECONDS
        while (found := re.search(r"http://\S+", output.read_text("utf-8", "replace"))) is None:
            _wait(process, output, deadline, "it tells no address")
        _fetch(found[0], folder, process, output)
        return _stop(process, output)


def _share_from_window(program: list[str], folder: Path, home: str) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # On Windows, what has a window is another program than what has a terminal.
    windowed = Path(program[0]).with_name("Folderport.exe")
    start = [str(windowed)] if windowed.is_file() else program
    command = [*start, "--bind", "local", "--port", str(port), str(folder)]
    with _running(command, home) as (process, output):
        _fetch(f"http://127.0.0.1:{port}/", folder, process, output)
        return _stop(process, output)


@contextlib.contextmanager
def _running(command: list[str], home: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Run a program with its output in a file, which is never full; it has ended afterwards."""
    with tempfile.TemporaryDirectory(dir=home) as place:
        output = Path(place, "output")
        with output.open("wb") as file:
            process = subprocess.Popen(
                command,
                env=_environment(home),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            yield process, output
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], output: Path, deadline: float, complaint: str) -> None:
    """Wait a moment for a process. Raises SmokeTestError where it has ended or takes too long."""
    ended = process.poll() is not None
    if ended or time.monotonic() > deadline:
        said = output.read_text("utf-8", "replace")[-3000:]
        state = f"ended with {process.returncode}" if ended else "goes on"
        raise SmokeTestError(f"{complaint} and {state}. It said:\n{said}")
    time.sleep(0.05)


def _fetch(address: str, folder: Path, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            fetched = _get(address + urllib.parse.quote(FILE_NAME))
            break
        except urllib.error.HTTPError as error:
            raise SmokeTestError(f"{address} answers {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            _wait(process, output, deadline, f"{address} does not answer ({error.reason})")
    if fetched != (folder / FILE_NAME).read_bytes():
        raise SmokeTestError(f"what {address} gives is not what is in the folder")
    if urllib.parse.quote(FILE_NAME).encode() not in _get(address):
        raise SmokeTestError(f"the page at {address} does not name the file")


def _get(address: str) -> bytes:
    # No proxy stands between this computer and itself, whatever the environment says.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=START_SECONDS) as answer:
        content: bytes = answer.read()
        return content


def _stop(process: subprocess.Popen[bytes], output: Path) -> str:
    if sys.platform == "win32":
        process.terminate()  # a windowed program has no console by which it could be interrupted
        process.wait(STOP_SECONDS)
        return "shared and fetched"
    process.send_signal(signal.SIGINT)
    try:
        status = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SmokeTestError(f"it does not stop within {STOP_SECONDS:.0f} seconds") from error
    if "Traceback" in output.read_text("utf-8", "replace"):
        raise SmokeTestError(f"it stops with a traceback:\n{output.read_text('utf-8', 'replace')}")
    if status != 0:
        raise SmokeTestError(f"it ends with {status} where it is asked to stop")
    return "shared, fetched and stopped"


def main() -> None:
    """Check the artefact that the command line names; the status is 0 where all is well."""
    if len(sys.argv) not in {2, 3}:
        sys.exit("usage: python packaging/smoke_test.py ARTEFACT [VERSION]")
    artefact = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from app import __version__

    version = sys.argv[2] if len(sys.argv) == 3 else __version__
    try:
        with unpacking.program_of(artefact) as program:
            for line in check(program, version):
                print(line)
    except (SmokeTestError, unpacking.UnpackingError) as error:
        sys.exit(f"smoke test of {artefact.name}: {error}")
    print(f"{artefact.name}: passed")


if __name__ == "__main__":
    main()
