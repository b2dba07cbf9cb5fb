"""`python packaging/debian_trial.py DEB`: the .deb through the hands of apt, as its users have it.

In a minimal Debian made by debootstrap: install, start under a virtual screen as an ordinary user,
share and fetch, upgrade from an older version while it runs, fetch again, remove with nothing left
behind. It needs root, debootstrap, Xvfb and xdotool, a mirror of Debian, and some minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import secrets
import shutil
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

from virtual_screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = 1000
HOME = "/home/ann"
OLDER = "0.0.1"
SECONDS = 60.0
"""Until what was started must be there."""
# What apt and dpkg write of every package, whatever it is.
BOOKS = {
    *("/var/lib/apt", "/var/lib/dpkg", "/var/cache", "/var/log"),
    *("/proc", "/sys", "/dev", "/tmp", "/run"),  # noqa: S108 - in the Debian
}


class TrialError(Exception):
    """The package does not do what its users expect; its text says what it did."""


class Root:
    """A Debian in a folder."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def run(self, *command: str, user: int = 0) -> str:
        """Run a command in it and return what it said. Raises TrialError where it fails."""
        return _run("chroot", f"--userspec={user}:{user}", str(self.place), *command)

    def install(self, package: Path) -> str:
        """Install a package file and what it depends on, as a person does."""
        shutil.copy(package, self.place / "tmp")
        return self.run(
            *("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes"),
            *("--no-install-recommends", f"/tmp/{package.name}"),  # noqa: S108 - in the Debian
        )

    def files(self) -> set[str]:
        """List everything in it but the books of apt and dpkg."""
        found: set[str] = set()
        for folder, folders, names in os.walk(self.place):
            here = folder[len(str(self.place)) :]
            folders[:] = [name for name in folders if f"{here}/{name}" not in BOOKS]
            found.update(f"{here}/{name}" for name in (*folders, *names))
        return found

    def said(self) -> str:
        """Return the end of what Folderport has said in it."""
        return (self.place / "tmp" / "output").read_text("utf-8", "replace")[-3000:]

    @contextlib.contextmanager
    def folderport(self, display: str, folder: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
        """Start the installed Folderport in a window as an ordinary user."""
        command = ["chroot", f"--userspec={USER}:{USER}", str(self.place)]
        command += ["env", "-i", f"HOME={HOME}", "PATH=/usr/bin:/bin", f"DISPLAY={display}"]
        command += ["LANG=C.UTF-8", "folderport", "--bind", "local", "--port", str(port), folder]
        with (self.place / "tmp" / "output").open("ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _run(*command: str) -> str:
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        check=False, timeout=1200,
    )  # fmt: skip
    if result.returncode != 0:
        raise TrialError(f"`{' '.join(command)}` failed:\n{result.stdout[-3000:]}")
    return result.stdout


def _older(package: Path, place: Path) -> Path:
    """Make of a package one with an older version."""
    unpacked = place / "older"
    _run("dpkg-deb", "--raw-extract", str(package), str(unpacked))
    control = unpacked / "DEBIAN" / "control"
    lines = control.read_text().splitlines()
    lines = [f"Version: {OLDER}" if line.startswith("Version:") else line for line in lines]
    control.write_text("\n".join(lines) + "\n")
    made = place / f"folderport_{OLDER}.deb"
    _run("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(unpacked), str(made))
    shutil.rmtree(unpacked)
    return made


def _fetch(address: str, process: subprocess.Popen[bytes]) -> bytes:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(address, timeout=SECONDS) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            raise TrialError(f"{address} answers {error.code}") from error
        except urllib.error.URLError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise TrialError(f"{address} does not answer: {error.reason}") from error
            time.sleep(0.1)


def _try_pages(address: str, folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Fetch each file and compare it, and each kind of page, which loads parts of the program."""
    for path in sorted(folder.iterdir()):
        name = urllib.parse.quote(path.name)
        fetched = hashlib.sha256(_fetch(address + name, process)).hexdigest()
        if fetched != hashlib.sha256(path.read_bytes()).hexdigest():
            raise TrialError(f"{path.name} arrives as another file")
        _fetch(f"{address}{name}?view", process)
    for page in ("", "?layout=grid", "?search=holi", "?format=json", "?zip", "?tar"):
        _fetch(address + page, process)
    if not _fetch(f"{address}picture.png?thumbnail", process).startswith(b"RIFF"):
        raise TrialError("the picture has no thumbnail")


def _wait_for_window(display: str, root: Root) -> None:
    command = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Folderport"]
    told = {**os.environ, "DISPLAY": display}
    try:
        subprocess.run(command, env=told, capture_output=True, timeout=SECONDS, check=True)
    except subprocess.SubprocessError as error:
        raise TrialError(f"there is no window of Folderport. It said:\n{root.said()}") from error


def _make_browser(root: Root) -> None:
    """Put into its place a browser that notes in what environment it was started."""
    browser = root.place / "usr" / "bin" / "xdg-open"
    browser.write_text('#!/bin/sh\nenv > /tmp/noted\necho "address=$1" >> /tmp/noted\n')
    browser.chmod(0o755)


def _try_browser(display: str, root: Root, address: str) -> None:
    """Press the button that opens the share in the browser, which finds its own libraries."""
    noted = root.place / "tmp" / "noted"
    search = ("xdotool", "search", "--onlyvisible", "--name", "Folderport")
    _run("env", f"DISPLAY={display}", *search, "windowfocus", "--sync", "key", "alt+o")
    deadline = time.monotonic() + SECONDS
    while not noted.exists() or "address=" not in noted.read_text():
        if time.monotonic() > deadline:
            raise TrialError(f"the browser was not opened. It said:\n{root.said()}")
        time.sleep(0.1)
    told = dict(line.split("=", 1) for line in noted.read_text().splitlines() if "=" in line)
    if told["address"] != address:
        raise TrialError(f"the browser was to open {told['address']}")
    ours = [f"{name}={value}" for name, value in told.items() if "folderport/" in value]
    if ours:
        raise TrialError(f"the browser would load what is in the bundle: {ours}")


def _make_shared(place: Path) -> None:
    from PIL import Image  # late: it comes with Folderport

    place.mkdir(parents=True)
    (place / "holiday film.bin").write_bytes(secrets.token_bytes(5_000_000))
    (place / "read me.md").write_text("# Holidays\n\n```python\nprint('sea')\n```\n")
    (place / "program.py").write_text("def f() -> None: ...\n")
    Image.effect_noise((900, 600), 80).save(place / "picture.png")


def trial(package: Path, suite: str, mirror: str, place: Path) -> None:
    """Go through the life of the package. Raises TrialError at the first thing that is wrong."""
    version = _run("dpkg-deb", "--field", str(package), "Version").strip()
    root = Root(place / "debian")
    _say(f"making a minimal Debian {suite}")
    _run("debootstrap", "--variant=minbase", suite, str(root.place), *([mirror] if mirror else []))
    root.run("useradd", "--create-home", "--uid", str(USER), "ann")
    _make_browser(root)
    before = root.files()
    older = _older(package, place)
    folder = root.place / HOME.strip("/") / "Holiday pictures"
    _make_shared(folder)
    _run("chown", "-R", f"{USER}:{USER}", str(folder))
    _say(f"installing {OLDER}")
    root.install(older)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    shared = f"{HOME}/{folder.name}"
    with screen() as display:
        with root.folderport(display, shared, port) as process:
            _wait_for_window(display, root)
            _fetch(address, process)
            _say(f"{OLDER} shares in its window; upgrading to {version} while it does")
            root.install(package)
            _try_pages(address, folder, process)
            _say("every file and page is there after the upgrade")
            process.send_signal(signal.SIGINT)
            process.wait(20)
        told = root.run("folderport", "--version", user=USER).strip()
        if told != f"folderport {version.partition('-')[0]}":
            raise TrialError(f"after the upgrade, --version tells {told!r}")
        with root.folderport(display, shared, port) as process:
            _wait_for_window(display, root)
            _try_pages(address, folder, process)
            _try_browser(display, root, address)
            _say(f"{told} shares in its window; every file and page is there, and the browser")
            process.send_signal(signal.SIGINT)
            process.wait(20)
    if "Traceback" in root.said():
        raise TrialError(f"Folderport said:\n{root.said()}")
    shutil.rmtree(root.place / HOME.strip("/"))
    root.run("apt-get", "purge", "--yes", "folderport")
    root.run("apt-get", "autoremove", "--purge", "--yes")
    left = {path for path in root.files() - before if "folderport" in path.lower()}
    if left:
        raise TrialError("removed, and left behind: " + ", ".join(sorted(left)))
    others = sorted(root.files() - before)
    _say(f"removed; nothing of it is left ({len(others)} files of what came with it: {others[:5]})")


def _say(sentence: str) -> None:
    print(f"debian trial: {sentence}", flush=True)


def main() -> None:
    """Try the package that the command line names; the status is 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", metavar="DEB", type=Path)
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--mirror", default="", help="of Debian (default: debootstrap's own)")
    given = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("debian trial: only root can make a Debian in a folder; run it by sudo.")
    with tempfile.TemporaryDirectory(prefix="folderport-trial-") as place:
        try:
            trial(given.package.resolve(), given.suite, given.mirror, Path(place))
        except TrialError as error:
            sys.exit(f"debian trial: {error}")
    _say("passed")


if __name__ == "__main__":
    main()
