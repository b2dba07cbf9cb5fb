"""What a command line says is for once: kept is what the person chose, and what was shared."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.options import Options
from app.settings import ShareSettings
from app.settings_store import SessionSettings, SettingsStore

if TYPE_CHECKING:
    from pathlib import Path

# As this system has them: on Windows no path is whole without a drive.
PICTURES = os.path.abspath("/home/ada/Pictures")
MUSIC = os.path.abspath("/home/ada/Music")
STICK = os.path.abspath("/media/stick")
KEPT = ShareSettings(
    folder=PICTURES,
    network="192.168.1.20",
    port=8080,
    recent_folders=(PICTURES, MUSIC),
)
ONCE = Options(folder=STICK, bind="local", port=9000, protocol="HTTP/1.0")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = str(tmp_path / "folderport.ini")
    SettingsStore(path).save(KEPT)
    return path


@pytest.fixture
def session(file: str) -> SessionSettings:
    return SessionSettings(SettingsStore(file))


def in_the_file(file: str) -> ShareSettings:
    return SettingsStore(file).load()


def test_a_command_line_takes_the_place_of_what_is_kept(
    session: SessionSettings, file: str
) -> None:
    shown = session.apply(ONCE, session.kept)
    assert (shown.folder, shown.network, shown.port) == (STICK, "local", 9000)
    assert shown.protocol == "HTTP/1.0"
    assert shown.recent_folders == (STICK, PICTURES, MUSIC)
    assert session.to_share(shown) == shown
    assert in_the_file(file) == KEPT


def test_what_is_not_said_stays(session: SessionSettings) -> None:
    assert session.apply(Options(), session.kept) == KEPT
    assert session.apply(Options(protocol="HTTP/9"), session.kept) == KEPT


def test_a_later_choice_does_not_keep_what_was_said_for_once(
    session: SessionSettings, file: str
) -> None:
    shown = session.apply(ONCE, session.kept)
    session.save(replace(shown, theme="dark"))
    assert in_the_file(file) == replace(KEPT, theme="dark")


def test_what_the_person_chose_in_its_place_is_kept(session: SessionSettings, file: str) -> None:
    shown = session.apply(ONCE, session.kept)
    session.save(replace(shown, network="all"))
    assert in_the_file(file) == replace(KEPT, network="all")
    # Also where it is what the command line had said, chosen again.
    session.save(shown)
    assert in_the_file(file) == replace(KEPT, network="local")


def test_a_shared_folder_is_kept_wherever_it_was_named(session: SessionSettings, file: str) -> None:
    shown = session.apply(ONCE, session.kept)
    session.keep_folder(STICK)
    assert in_the_file(file) == KEPT.with_folder(STICK)
    session.save(replace(shown, theme="dark"))
    assert in_the_file(file) == replace(KEPT.with_folder(STICK), theme="dark")


def test_a_folder_that_was_never_shared_is_not_among_the_recent_ones(
    session: SessionSettings, file: str
) -> None:
    shown = session.apply(ONCE, session.kept)
    session.save(shown.with_folder(MUSIC))
    assert in_the_file(file).recent_folders == (MUSIC, PICTURES)
    session.save(shown.with_folder(MUSIC).with_folder(STICK))
    assert in_the_file(file).recent_folders[0] == STICK


def test_any_port_is_asked_of_the_system_until_one_is_chosen(
    session: SessionSettings, file: str
) -> None:
    shown = session.apply(Options(port=0), session.kept)
    assert shown.port is None
    assert session.to_share(shown).port == 0
    session.save(replace(shown, theme="dark"))
    assert session.to_share(shown).port == 0
    assert in_the_file(file).port == 8080
    session.save(replace(shown, port=8081))
    session.save(shown)
    assert session.to_share(shown).port is None
    assert in_the_file(file).port is None


def test_a_later_command_line_counts_for_what_it_says(session: SessionSettings, file: str) -> None:
    shown = session.apply(Options(bind="local", port=0), session.kept)
    shown = session.apply(Options(port=9000), shown)
    assert (shown.network, session.to_share(shown).port) == ("local", 9000)
    session.save(shown)
    assert in_the_file(file) == KEPT


def test_no_port_is_kept_as_the_number_0(tmp_path: Path) -> None:
    file = str(tmp_path / "folderport.ini")
    SettingsStore(file).save(ShareSettings(port=0))
    assert SettingsStore(file).load().port is None
    assert "port=0" not in (tmp_path / "folderport.ini").read_text("utf-8")
