"""packaging/windows_setup.py and windows_zip.py: what people on Windows are given."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from PIL import Image

import windows_setup
import windows_signature
import windows_zip

VERSION = "1.2.3"
PAYLOAD = (
    "Folderport.exe",
    "folderport-terminal.exe",
    "_internal/a name with spaces.dll",
    "_internal/Größe.txt",
    "_internal/costs $5.txt",
    "_internal/deep/er/data",
)
SCRIPT = windows_setup.SCRIPT.read_text("utf-8")


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    """A folder of files as PyInstaller makes one on Windows."""
    place = tmp_path / "payload"
    for name in PAYLOAD:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return place


@pytest.mark.programs("makensis", "7z")
def test_the_setup_holds_each_file_of_the_bundle(payload: Path, tmp_path: Path) -> None:
    setup = windows_setup.build(payload, VERSION, tmp_path)
    unpacked = tmp_path / "unpacked"
    subprocess.run(["7z", "x", "-bso0", f"-o{unpacked}", setup], check=True)
    own = {"uninstall.exe"}
    found = {
        path.relative_to(unpacked).as_posix(): path.read_bytes()
        for path in unpacked.rglob("*")
        if path.is_file() and "$PLUGINSDIR" not in path.parts and path.name not in own
    }
    assert found == {name: (payload / name).read_bytes() for name in PAYLOAD}
    assert setup.read_bytes().startswith(b"MZ")


def machine_of(program: Path) -> int:
    """Give the kind of processor that a program of Windows says it is for."""
    content = program.read_bytes()
    (header,) = struct.unpack_from("<I", content, 0x3C)
    machine: int = struct.unpack_from("<H", content, header + 4)[0]
    return machine


@pytest.mark.programs("makensis", "7z")
def test_the_setup_is_built_by_nsis_as_its_makers_ship_it(
    payload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nsis = tmp_path / "nsis"
    # For 64 bits, which Debian adds, there is nothing else.
    shutil.copytree("/usr/share/nsis", nsis, ignore=shutil.ignore_patterns("*amd64*"))
    monkeypatch.setenv("NSISDIR", str(nsis))
    setup = windows_setup.build(payload, VERSION, tmp_path)
    assert machine_of(setup) == 0x014C
    told = subprocess.run(["7z", "l", setup], capture_output=True, text=True, check=True).stdout
    assert "folderport-terminal.exe" in told


@pytest.mark.programs("makensis", "7z")
def test_two_setups_are_the_same_to_the_byte(payload: Path, tmp_path: Path) -> None:
    made = []
    for name, written in {"first": 1_000_000_000, "second": 1_600_000_000}.items():
        (tmp_path / name).mkdir()
        for path in payload.rglob("*"):
            os.utime(path, (written, written))
        made.append(windows_setup.build(payload, VERSION, tmp_path / name).read_bytes())
    assert made[0] == made[1]


@pytest.mark.programs("makensis", "7z")
def test_a_fault_in_the_script_is_told(
    payload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.nsi"
    broken.write_text(SCRIPT.replace("SectionEnd", "SectionOver", 1), "utf-8")
    monkeypatch.setattr(windows_setup, "SCRIPT", broken)
    with pytest.raises(subprocess.CalledProcessError) as failure:
        windows_setup.build(payload, VERSION, tmp_path)
    assert "SectionOver" in failure.value.stdout


def sections() -> tuple[str, str]:
    """Give what installs, and what takes away."""
    text = SCRIPT.replace("!insertmacro ADD_VERB ", "WriteRegStr HKCU verb ")
    return tuple(text.split('Section "Uninstall"'))  # type: ignore[return-value] # of two


def test_what_is_written_at_install_is_taken_away() -> None:
    install, uninstall = sections()
    keys = set(re.findall(r'WriteReg\w+ HKCU "(\$\{UNINSTALL_KEY\})"', install))
    verbs = re.findall(r'WriteRegStr HKCU verb "([^"]+)"', install)
    shortcuts = set(re.findall(r'CreateShortcut "([^"]+)"', install))
    assert keys
    assert len(verbs) == 3
    assert len(shortcuts) == 2
    removed = set(re.findall(r'DeleteRegKey HKCU "([^"]+)"', uninstall))
    assert removed == keys | {f"${{SHELL_KEY}}\\{of}\\shell\\${{VERB}}" for of in verbs}
    assert shortcuts <= set(re.findall(r'Delete "([^"]+)"', uninstall))


def test_files_are_taken_away_one_by_one(payload: Path) -> None:
    lines = windows_setup._removals(payload).splitlines()
    assert '!insertmacro TAKE_AWAY "$INSTDIR\\_internal\\costs $$5.txt"' in lines
    assert len(lines) == len(PAYLOAD) + 3
    assert lines.index('RMDir "$INSTDIR\\_internal\\deep\\er"') < lines.index(
        'RMDir "$INSTDIR\\_internal"'
    )
    # Only what holds nothing but files of our own making goes as a whole.
    assert re.findall(r'RMDir /r "([^"]+)"', SCRIPT) == [
        "${SUPERSEDED}",
        "$LOCALAPPDATA\\folderport\\thumbnails",
    ]


def test_the_zip_is_one_folder_and_always_the_same(payload: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    made = windows_zip.build(payload, VERSION, tmp_path)
    assert made.read_bytes() == windows_zip.build(payload, VERSION, tmp_path / "other").read_bytes()
    with zipfile.ZipFile(made) as archive:
        assert archive.testzip() is None
        assert {info.filename for info in archive.infolist()} == {
            f"Folderport-{VERSION}/{name}" for name in PAYLOAD
        }
        assert archive.infolist()[0].date_time == (2023, 11, 14, 22, 13, 20)


def test_the_icons_hold_every_size(tmp_path: Path) -> None:
    windows_setup.icons.write_ico(tmp_path / "folderport.ico")
    with Image.open(tmp_path / "folderport.ico") as icon:
        assert icon.info["sizes"] == {(side, side) for side in windows_setup.icons.WINDOWS}
    windows_setup.icons.write_icns(tmp_path / "folderport.icns")
    with Image.open(tmp_path / "folderport.icns") as icon:
        assert {width * scale for width, _, scale in icon.info["sizes"]} >= {32, 256, 1024}


@pytest.fixture
def signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of what is signed from now on, by a command in a folder with a blank in its name."""
    command = tmp_path / "the tools" / "sign"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{tmp_path}/signed"\nprintf S >> "$1"\n')
    command.chmod(0o755)
    monkeypatch.setenv(windows_signature.VARIABLE, str(command))
    return tmp_path / "signed"


@pytest.mark.programs("makensis", "7z")
def test_the_setup_and_its_uninstaller_are_signed(
    payload: Path, tmp_path: Path, signed: Path
) -> None:
    setup = windows_setup.build(payload, VERSION, tmp_path)
    uninstaller, last = signed.read_text().splitlines()
    assert last == str(setup)
    assert uninstaller != last
    assert setup.read_bytes().endswith(b"S")


@pytest.mark.programs("makensis", "7z")
def test_a_setup_that_could_not_be_signed_is_none(
    payload: Path, tmp_path: Path, signed: Path
) -> None:
    (signed.parent / "the tools" / "sign").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(subprocess.CalledProcessError):
        windows_setup.build(payload, VERSION, tmp_path)


def test_the_programs_of_a_bundle_are_signed(payload: Path, signed: Path) -> None:
    windows_signature.sign(payload)
    names = [Path(line).name for line in signed.read_text().splitlines()]
    assert names == ["Folderport.exe", "folderport-terminal.exe"]


def test_without_a_command_nothing_is_signed(
    payload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(windows_signature.VARIABLE, raising=False)
    before = (payload / "Folderport.exe").read_bytes()
    windows_signature.sign(payload)
    assert (payload / "Folderport.exe").read_bytes() == before
    assert windows_signature.in_a_shell() == ""


def test_the_command_of_windows_keeps_its_quotation_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(windows_signature.VARIABLE, r"D:\a b\sign.cmd")
    monkeypatch.setattr(windows_signature.sys, "platform", "win32")
    assert windows_signature.in_a_shell() == r'call "D:\a b\sign.cmd"'
