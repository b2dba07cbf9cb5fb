"""What a person chose is remembered, and no settings file, however broken, is an error."""

from __future__ import annotations

import os
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.settings import RECENT_FOLDERS, ShareSettings
from app.settings_store import SettingsStore

if TYPE_CHECKING:
    from pathlib import Path

# On Windows no path is whole without one.
DRIVE = os.path.splitdrive(os.getcwd())[0]
PICTURES = os.path.abspath("/home/ada/Pictures, and more")
CHOSEN = ShareSettings(
    folder=PICTURES,
    network="192.168.1.20",
    port=8080,
    protocol="HTTP/1.0",
    recent_folders=(
        PICTURES,
        os.path.abspath("/srv/日本 @home"),
        os.path.abspath('/tmp/"quoted"; 100%'),
    ),
    theme="dark",
)


def test_a_chosen_folder_comes_first_among_the_recent_ones() -> None:
    before = ShareSettings(recent_folders=("/a", "/b", "/c"))
    after = before.with_folder("/b")
    assert (after.folder, after.recent_folders) == ("/b", ("/b", "/a", "/c"))
    assert before.recent_folders == ("/a", "/b", "/c")


def test_only_the_latest_folders_are_remembered() -> None:
    chosen = ShareSettings()
    for number in range(RECENT_FOLDERS + 3):
        chosen = chosen.with_folder(f"/{number}")
    assert chosen.recent_folders == tuple(
        f"/{number}" for number in range(RECENT_FOLDERS + 2, 2, -1)
    )


def test_choosing_no_folder_leaves_the_recent_ones_alone() -> None:
    chosen = ShareSettings(folder="/a", recent_folders=("/a",)).with_folder("")
    assert (chosen.folder, chosen.recent_folders) == ("", ("/a",))


@pytest.mark.parametrize(
    "chosen",
    [
        ShareSettings(),
        CHOSEN,
        ShareSettings(folder=f"{DRIVE}/one", recent_folders=(f"{DRIVE}/one",), network="all"),
    ],
)
def test_what_was_saved_is_read_by_the_next_start(tmp_path: Path, chosen: ShareSettings) -> None:
    file = str(tmp_path / "folderport.ini")
    SettingsStore(file).save(chosen)
    assert SettingsStore(file).load() == chosen


def test_a_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    assert SettingsStore(str(tmp_path / "none.ini")).load() == ShareSettings()


def test_one_wrong_value_does_not_cost_the_others(tmp_path: Path) -> None:
    file = tmp_path / "folderport.ini"
    SettingsStore(str(file)).save(CHOSEN)
    file.write_text(file.read_text(encoding="utf-8").replace("port=8080", "port=eighty"), "utf-8")
    read = SettingsStore(str(file)).load()
    assert read.port is None
    assert (read.folder, read.theme, read.network) == (CHOSEN.folder, "dark", "192.168.1.20")


@pytest.mark.parametrize(
    "line",
    [
        "port=0",
        "port=65536",
        "port=-1",
        "port=80, 81",
        "port=٨٠",
        f"port={'9' * 5000}",
        "network=fritz.box",
        "network=192.168.1",
        "network=@Invalid()",
        "protocol=HTTP/3",
        "protocol=@ByteArray(HTTP)",
        "folder=Pictures",
        rf"folder={DRIVE}/a\0b",
        f"folder={DRIVE}/{'a' * 40_000}",
        "recent_folders=relative, also",
        "recent_folders=@Invalid()",
    ],
)
def test_a_value_that_makes_no_sense_counts_as_not_there(tmp_path: Path, line: str) -> None:
    file = tmp_path / "folderport.ini"
    file.write_text(f"[share]\n{line}\n", encoding="utf-8")
    assert SettingsStore(str(file)).load() == ShareSettings()


def test_a_folder_that_is_listed_twice_is_remembered_once(tmp_path: Path) -> None:
    file = tmp_path / "folderport.ini"
    first, second = f"{DRIVE}/a", f"{DRIVE}/b"
    file.write_text(f"[share]\nrecent_folders={first}, {second}, {first}\n", encoding="utf-8")
    assert SettingsStore(str(file)).load().recent_folders == (first, second)


def test_a_folder_whose_name_is_no_unicode_is_not_remembered_under_another_name(
    tmp_path: Path,
) -> None:
    file = str(tmp_path / "folderport.ini")
    known, other = f"{DRIVE}/a", f"{DRIVE}/b\udcff"
    SettingsStore(file).save(ShareSettings().with_folder(known).with_folder(other))
    read = SettingsStore(file).load()
    assert (read.folder, read.recent_folders) == ("", (known,))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.binary(max_size=400) | st.text(string.printable, max_size=400).map(str.encode))
def test_any_bytes_in_the_file_give_settings(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "folderport.ini"
    file.write_bytes(b"[share]\n" + content)
    read = SettingsStore(str(file)).load()
    assert read.protocol in ("HTTP/1.1", "HTTP/1.0")
    assert read.port is None or 0 < read.port <= 65535


def test_a_file_that_cannot_be_written_costs_the_settings_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="ascii")
    store = SettingsStore(str(tmp_path / "file" / "folderport.ini"))
    store.save(CHOSEN)
    assert store.load() == CHOSEN
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_place_of_the_window_is_kept_as_it_was_given(tmp_path: Path) -> None:
    file = str(tmp_path / "folderport.ini")
    geometry = bytes(range(256))
    SettingsStore(file).save_window_geometry(geometry)
    store = SettingsStore(file)
    assert store.window_geometry() == geometry
    store.save(CHOSEN)
    assert SettingsStore(file).window_geometry() == geometry


def test_without_a_known_place_of_the_window_there_are_no_bytes(tmp_path: Path) -> None:
    file = tmp_path / "folderport.ini"
    file.write_text("[window]\ngeometry=1, 2\n", encoding="utf-8")
    assert SettingsStore(str(file)).window_geometry() == b""
