"""`python packaging/windows_trial.py`: the setup for Windows through its life, under Wine.

Two setups are made, of an older and a newer version, around a program of Wine's own. The older one
is installed silently; while its programs run the newer one is installed over it; then it is
uninstalled while it runs, and Windows started anew. After each, the files, the start menu and the
registry are looked at. It needs Wine of 64 bits, makensis and Xvfb.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import windows_setup
from virtual_screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 300.0
"""Seconds that one step may take; the first one makes a Windows."""
UNINSTALL_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Folderport"
START_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
VERBS = [rf"HKCU\Software\Classes\{of}\shell" for of in ("Directory", r"Directory\Background")]
OWN_FILE = "_internal/a file of mine.txt"
KEPT = (
    "Roaming/Folderport/Folderport.ini",
    "Local/cache/folderport/folderport.lock",
    "Local/cache/folderport/folderport.pipe",
    "Local/folderport/thumbnails/small.webp",
)
"""What a running Folderport writes, below the folder for the data of applications."""
LOADED = "_internal/loaded.dll"
"""Of both versions: another program is started from it, for Windows to keep it as it does a DLL."""


class TrialError(Exception):
    """The setup does not do what its users expect; its text says what it did."""


class Windows:
    """A Windows of Wine's in a folder."""

    def __init__(self, place: Path, display: str) -> None:
        self._told = {
            **os.environ,
            "WINEPREFIX": str(place / "wine"),
            "HOME": str(place),
            "USER": "ann",
            "WINEDEBUG": "-all",
            "DISPLAY": display,
        }
        self.drive = place / "wine/drive_c"
        self.run("wineboot", "--init")
        self.run("winecfg", "-v", "win10")
        [self.data] = (place / "wine/drive_c/users").glob("*/AppData/Local")
        self.desktop = self.data.parents[1] / "Desktop" / "Folderport.lnk"
        self.program = self.data / "Programs" / "Folderport"
        self.shortcut = (
            self.data.parent / "Roaming/Microsoft/Windows/Start Menu/Programs/Folderport.lnk"
        )

    def run(self, *command: str | Path) -> str:
        """Run a program to its end. Raises TrialError where it fails."""
        told = self._start(command)
        said, _ = told.communicate(timeout=PATIENCE)
        if told.returncode != 0:
            raise TrialError(f"{command[0]} ended with {told.returncode}: {said}")
        return said

    @contextlib.contextmanager
    def running(self, program: Path) -> Iterator[None]:
        """Keep a program running."""
        process = self._start([program])
        try:
            yield
            if process.poll() is not None:
                raise TrialError(f"{program.name} did not go on running")
        finally:
            self.run("taskkill", "/f", "/im", program.name)
            process.wait(PATIENCE)

    def _start(self, command: tuple[str | Path, ...] | list[Path]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["wine", *map(str, command)],
            env=self._told,
            # Of the drive that programs are on, as in Windows; else it is the one that all else is.
            cwd=self.drive if self.drive.exists() else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
        )

    def registry(self, key: str) -> str:
        """Return what is below a key; "" where it is not there."""
        try:
            return self.run("reg", "query", key, "/s")
        except TrialError:
            return ""

    def expect(
        self, files: set[str], version: str, superseded: int = 0, *, has_menu: bool = True
    ) -> None:
        """Compare what is installed. Raises TrialError; with version "", nothing may be.

        `superseded` is the number of files that running programs keep.
        """
        place = self.program
        found = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
        kept = {name for name in found if name.startswith("superseded/")}
        if found - kept != files or len(kept) != superseded:
            raise TrialError(f"{sorted(found)} are there and not {sorted(files)}")
        if self.shortcut.exists() != bool(version):
            raise TrialError("the start menu is not as it should be")
        told = self.registry(UNINSTALL_KEY)
        if version not in told or bool(told) != bool(version):
            raise TrialError(f"the list of programs holds {told!r}")
        for key in VERBS:
            if ("Folderport.exe" in self.registry(key)) != (bool(version) and has_menu):
                raise TrialError(f"the menu of folders is not as it should be: {key}")
        if self.desktop.exists() != (bool(version) and not has_menu):
            raise TrialError("the desktop is not as it should be")
        older = list(self.drive.rglob("older.exe"))
        if older:
            raise TrialError(f"a copy of the older uninstaller was left: {older}")


def payload(place: Path, program: Path, *names: str) -> Path:
    """Make a bundle with a program and some files."""
    for name in ("Folderport.exe", "folderport-terminal.exe", *names):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, place / name)
    return place


def trial(place: Path, windows: Windows) -> None:
    """Install, upgrade while it runs, uninstall. Raises TrialError."""
    notepad = next(Path(windows.data.parents[3], "windows").rglob("notepad.exe"))
    setups = [
        windows_setup.build(payload(place / version, notepad, *names), version, place)
        for version, names in {
            "0.0.1": [LOADED, "_internal/sub/old.dll"],
            "0.0.2": [LOADED, "_internal/new $5 Größe.dll"],
        }.items()
    ]
    programs = {"Folderport.exe", "folderport-terminal.exe", "uninstall.exe", LOADED}
    windows.run(setups[0], "/S")
    windows.expect({*programs, "_internal/sub/old.dll"}, "0.0.1")
    _say("installed silently")
    (windows.program / OWN_FILE).write_text("mine")
    # A person may have chosen otherwise.
    for key in VERBS:
        windows.run("reg", "delete", key, "/f")
    shutil.copy(windows.shortcut, windows.desktop)
    kept = [windows.data.parent / name for name in KEPT]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept")
    loaded = windows.program / LOADED
    with windows.running(windows.program / "Folderport.exe"), windows.running(loaded):
        windows.run(setups[1], "/S")
        files = {*programs, OWN_FILE, "_internal/new $5 Größe.dll"}
        windows.expect(files, "0.0.2", superseded=2, has_menu=False)
        if not all(path.exists() for path in kept):
            raise TrialError("the upgrade took what a person had chosen")
    _say("upgraded while it ran; the menu and the desktop are as a person had chosen")
    # It starts a copy of itself that goes on, unless it is told where it is.
    where = "C:\\" + str(windows.program.relative_to(windows.data.parents[3])).replace("/", "\\")
    with windows.running(loaded):
        windows.run(windows.program / "uninstall.exe", "/S", f"_?={where}")
        windows.expect({"uninstall.exe", OWN_FILE}, "", superseded=1)
    left = [path for path in kept if path.exists() or path.parent.exists()]
    if left:
        raise TrialError(f"uninstalled, and left behind: {left}")
    # At a start, Wine does what is under Run alone.
    windows.run("reg", "copy", f"{START_KEY}Once", START_KEY, "/f")
    windows.run("wineboot")
    windows.expect({"uninstall.exe", OWN_FILE}, "")
    _say("uninstalled while it ran; a person's own file was left, and nothing else after a restart")


def _say(sentence: str) -> None:
    print(f"windows trial: {sentence}", flush=True)


def main() -> None:
    """Try the setup; the status is 0 where all is well."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1700000000")
    with (
        tempfile.TemporaryDirectory(
            prefix="folderport-trial-", ignore_cleanup_errors=True
        ) as place,
        screen() as display,
    ):
        try:
            trial(Path(place), Windows(Path(place), display))
        except TrialError as error:
            sys.exit(f"windows trial: {error}")
    _say("passed")


if __name__ == "__main__":
    main()
