"""The Flatpak: flatpak-builder understands its manifest, and it asks for a window and a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.needs("packages of Linux")
ROOT = Path(__file__).parents[2]
ID = "io.github.folderport.folderport"


@pytest.fixture
def flatpak(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    import flatpak

    return flatpak


def make_wheel(folder: Path, name: str) -> None:
    """A wheel of one module, and a command of the same name which prints it."""
    folder.mkdir(exist_ok=True)
    about = f"{name}-1.2.3.dist-info"
    files = {
        f"{name}.py": f"def main() -> None:\n    print('{name}')\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    with zipfile.ZipFile(folder / f"{name}-1.2.3-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        listed = "".join(f"{path},,\n" for path in (*files, f"{about}/RECORD"))
        wheel.writestr(f"{about}/RECORD", listed)


@pytest.fixture
def folder(flatpak: ModuleType, tmp_path: Path) -> Path:
    for name in ("folderport", "qrcode", "PySide6_Essentials", "shiboken6"):
        make_wheel(tmp_path / "got", name)
    flatpak.write("1.2.3", tmp_path / "got", tmp_path / "flatpak")
    return tmp_path / "flatpak"


def understood(folder: Path) -> dict[str, Any]:
    """The manifest as flatpak-builder reads it, which warns of what it does not know."""
    # Whatever it is asked, it makes a folder for itself where it is.
    beside = folder.parent
    command = ["flatpak-builder", "--show-manifest", str(folder / f"{ID}.yaml")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=beside)
    assert (result.stderr.strip(), result.returncode) == ("", 0)
    manifest: dict[str, Any] = json.loads(result.stdout)
    return manifest


def test_flatpak_builder_understands_every_word_of_the_manifest(folder: Path) -> None:
    manifest = understood(folder)
    assert manifest["id"] == ID
    assert manifest["command"] == "folderport"
    # Of a Qt in either, the wheel of PySide6 would find libraries of another version than its own.
    assert manifest["runtime"] == "org.freedesktop.Platform"
    assert "base" not in manifest


def test_the_sandbox_is_given_no_files_and_no_buses(folder: Path) -> None:
    assert set(understood(folder)["finish-args"]) == {
        "--share=network",
        "--share=ipc",
        "--socket=wayland",
        "--socket=fallback-x11",
        "--device=dri",
    }


def test_all_that_the_manifest_names_lies_beside_it(folder: Path) -> None:
    (module,) = understood(folder)["modules"]
    named = {source["path"] for source in module["sources"]}
    assert {path.name for path in folder.iterdir()} == {f"{ID}.yaml", *named}
    wheels = [path.name.partition("-")[0] for path in (folder / "wheels").iterdir()]
    assert sorted(wheels) == ["PySide6_Essentials", "folderport", "qrcode", "shiboken6"]


def test_its_commands_install_the_program_and_what_the_desktop_shows(
    folder: Path, tmp_path: Path
) -> None:
    (module,) = understood(folder)["modules"]
    app = tmp_path / "app"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "FLATPAK_DEST": str(app), "PATH": path}
    for command in module["build-commands"]:
        subprocess.run(["sh", "-ec", command], cwd=folder, env=environment, check=True)
    assert (app / "share" / "applications" / f"{ID}.desktop").is_file()
    assert (app / "share" / "metainfo" / f"{ID}.metainfo.xml").is_file()
    (modules,) = app.rglob("site-packages")
    command = [str(app / "bin" / "folderport")]
    environment["PYTHONPATH"] = str(modules)
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert result.stdout == "folderport\n"


@pytest.mark.programs("desktop-file-validate", "appstreamcli")
def test_no_folder_is_handed_into_the_sandbox(folder: Path) -> None:
    entry = folder / "share" / "applications" / f"{ID}.desktop"
    metainfo = folder / "share" / "metainfo" / f"{ID}.metainfo.xml"
    assert re.findall(r"^(?:Exec|MimeType)=.*$", entry.read_text(), re.MULTILINE) == [
        "Exec=folderport --ask"
    ]
    assert "inode/directory" not in metainfo.read_text()
    for command in (
        ["desktop-file-validate", "--no-hints", entry],
        ["appstreamcli", "validate", "--no-net", "--pedantic", metainfo],
    ):
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout


def test_without_a_wheel_of_the_version_it_is_refused(flatpak: ModuleType, tmp_path: Path) -> None:
    make_wheel(tmp_path / "got", "folderport")
    with pytest.raises(RuntimeError, match=r"holds no wheel of Folderport 1\.3\.0\. Make it first"):
        flatpak.write("1.3.0", tmp_path / "got", tmp_path / "flatpak")


def test_nothing_of_an_older_folder_goes_along(
    flatpak: ModuleType, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match=r"is there already\. Remove it"):
        flatpak.write("1.2.3", tmp_path / "got", folder)
