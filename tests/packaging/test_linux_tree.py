"""packaging/linux_tree.py: what a Linux is given, as its own tools read it."""

from __future__ import annotations

import configparser
import gzip
import shlex
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

import icons
import linux_tree

pytestmark = pytest.mark.needs("packages of Linux")

VERSION = "1.2.3"


@pytest.fixture
def usr(bundle: Path, tmp_path: Path) -> Path:
    root = tmp_path / "root"
    linux_tree.write(VERSION, bundle, root)
    return root / "usr"


def entries(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # as its documentation has it
    parser.read(path, "utf-8")
    return parser


def test_the_desktop_file_is_valid_and_opens_folders(usr: Path) -> None:
    path = usr / "share/applications" / f"{linux_tree.APP_ID}.desktop"
    told = subprocess.run(
        ["desktop-file-validate", "--warn-kde", path], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    entry = entries(path)["Desktop Entry"]
    assert entry["MimeType"] == "inode/directory;"
    assert shlex.split(entry["Exec"]) == ["folderport", "--ask", "%f"]


def test_the_window_says_which_desktop_file_is_its_own() -> None:
    source = (linux_tree.build_environment.ROOT / "app" / "application.py").read_text()
    assert f'setDesktopFileName("{linux_tree.APP_ID}")' in source


def test_software_centres_can_show_it(usr: Path) -> None:
    path = usr / "share/metainfo" / f"{linux_tree.APP_ID}.metainfo.xml"
    told = subprocess.run(
        ["appstreamcli", "validate", "--no-net", "--pedantic", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    assert "Validation was successful" in told.stdout
    assert not any(line.startswith(("E:", "W:", "I:", "P:")) for line in told.stdout.splitlines())
    [release] = ET.parse(path).getroot().iter("release")
    assert release.attrib == {"version": VERSION, "date": "2023-11-14"}


@pytest.mark.parametrize(
    ("place", "section", "folder"),
    [
        ("kio/servicemenus/folderport.desktop", "Desktop Action shareWithFolderport", "%f"),
        ("nemo/actions/folderport.nemo_action", "Nemo Action", "%F"),
        ("nemo/actions/folderport-here.nemo_action", "Nemo Action", "%P"),
        ("Thunar/sendto/folderport.desktop", "Desktop Entry", "%f"),
    ],
)
def test_menus_of_file_managers_share_the_folder_that_was_clicked(
    usr: Path, place: str, section: str, folder: str
) -> None:
    entry = entries(usr / "share" / place)[section]
    assert "Folderport" in entry["Name"]
    assert "Folderport" in entry["Name[de]"]
    assert shlex.split(entry["Exec"]) == ["folderport", folder]


def test_every_menu_has_a_place() -> None:
    menus = {path.name for path in linux_tree.SOURCE.iterdir()}
    assert {name for name in menus if "folderport." not in name or "nemo" in name} == {
        *linux_tree.MENUS,
        "copyright",
        "lintian-overrides",
    }


def test_the_icon_is_there_in_every_size(usr: Path) -> None:
    hicolor = usr / "share/icons/hicolor"
    for side in icons.HICOLOR:
        path = hicolor / f"{side}x{side}" / "apps" / f"{linux_tree.APP_ID}.png"
        with Image.open(path) as image:
            assert image.size == (side, side)
            assert image.getchannel("A").getextrema() == (0, 255)
    assert (hicolor / "scalable/apps" / f"{linux_tree.APP_ID}.svg").read_bytes().startswith(b"<svg")


def test_the_command_is_a_link_into_the_bundle(usr: Path) -> None:
    command = usr / "bin" / "folderport"
    assert command.readlink() == Path("../lib/folderport/folderport")
    assert command.resolve().read_bytes() == Path("/bin/true").read_bytes()


def test_programs_alone_can_be_started_and_everybody_can_read(usr: Path, moment: int) -> None:
    inside = usr / "lib/folderport"
    modes = {
        "": 0o755,
        "folderport": 0o755,
        "_internal/libown.so.1": 0o644,
        "_internal/data ä.txt": 0o644,
    }
    assert {name: (inside / name).stat().st_mode & 0o7777 for name in modes} == modes
    assert {path.lstat().st_mtime for path in usr.rglob("*")} == {moment}


def test_the_licence_and_the_changes_are_where_they_are_looked_for(usr: Path) -> None:
    documents = usr / "share/doc/folderport"
    licence = (linux_tree.build_environment.ROOT / "LICENSE").read_text().split()
    copied = [word for word in (documents / "copyright").read_text().split() if word != "."]
    assert " ".join(licence[-100:]) in " ".join(copied)
    changes = gzip.decompress((documents / "changelog.gz").read_bytes())
    assert changes.startswith(b"# Changelog")
