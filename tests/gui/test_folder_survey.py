"""Counting a folder: beside the window, with a bound and a deadline."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from app.models.folder_survey import FolderSummary, FolderSurvey, survey_folder
from app.views.folder_card import FolderCard

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def never() -> threading.Event:
    return threading.Event()


def test_files_and_folders_are_counted_at_every_depth(folder: Path, never: threading.Event) -> None:
    assert survey_folder(str(folder), never) == FolderSummary(3, 1_500, complete=True)


@pytest.mark.needs("symbolic links")
def test_links_are_counted_and_not_followed(folder: Path, never: threading.Event) -> None:
    (folder / "round").symlink_to(folder)
    (folder / "nowhere").symlink_to(folder / "missing")
    assert survey_folder(str(folder), never) == FolderSummary(5, 1_500, complete=True)


def test_what_nobody_is_shown_is_not_counted(folder: Path, never: threading.Event) -> None:
    (folder / ".hidden").write_text("of the owner alone")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "more").write_text("of the owner alone")
    assert survey_folder(str(folder), never) == FolderSummary(3, 1_500, complete=True)


def test_counting_ends_at_its_bound(folder: Path, never: threading.Event) -> None:
    summary = survey_folder(str(folder), never, max_items=2)
    assert (summary.items, summary.complete) == (2, False)


def test_what_is_not_counted_is_bounded_as_well(folder: Path, never: threading.Event) -> None:
    for number in range(20):
        (folder / f".{number}").touch()
    assert not survey_folder(str(folder), never, max_items=15).complete
    assert survey_folder(str(folder), never, max_items=30).complete


def test_counting_ends_at_its_deadline(folder: Path, never: threading.Event) -> None:
    assert not survey_folder(str(folder), never, max_seconds=-1).complete


def test_counting_ends_when_nobody_wants_it_any_more(folder: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert not survey_folder(str(folder), cancelled).complete


def test_a_folder_that_is_gone_holds_nothing(tmp_path: Path, never: threading.Event) -> None:
    assert survey_folder(str(tmp_path / "gone"), never) == FolderSummary(0, 0, complete=True)


@pytest.mark.needs("folders that change while they are open")
def test_a_file_that_vanishes_meanwhile_takes_no_other_with_it(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.txt").write_bytes(b"x")

    class Vanishing(threading.Event):
        """Looked at for every entry, when the list of them has been read already."""

        def is_set(self) -> bool:
            (folder / "notes.txt").unlink(missing_ok=True)
            return False

    assert survey_folder(str(folder), Vanishing()) == FolderSummary(22, 1_020, complete=True)


@pytest.mark.needs("names that are no text")
def test_names_of_any_bytes_are_counted(folder: Path, never: threading.Event) -> None:
    with open(os.fsencode(folder) + b"/\xff\xfe", "wb") as odd:
        odd.write(b"x")
    assert survey_folder(str(folder), never).items == 4


def test_the_latest_folder_is_the_one_that_is_reported(
    folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    survey = FolderSurvey()
    with qtbot.waitSignal(survey.counted) as counted:
        survey.start(str(tmp_path))
        survey.start(str(folder))
    assert counted.args == [str(folder), FolderSummary(3, 1_500, complete=True)]


@pytest.mark.needs("names that are no text")
def test_a_name_that_is_no_unicode_is_reported_as_it_is(folder: Path, qtbot: QtBot) -> None:
    odd = os.fsdecode(os.fsencode(folder) + b"/\xff")
    os.mkdir(odd)
    survey = FolderSurvey()
    with qtbot.waitSignal(survey.counted) as counted:
        survey.start(odd)
    assert counted.args[0] == odd


@pytest.mark.usefixtures("appearance")
@pytest.mark.parametrize(
    ("summary", "text"),
    [
        (FolderSummary(0, 0, complete=True), "Empty · "),
        (FolderSummary(1, 4_100, complete=True), "1 item · 4.1 KB · "),
        (FolderSummary(200_000, 9_600_000_000, complete=False), "More than 200,000 items · 9.6 GB"),
    ],
)
def test_the_card_says_what_was_counted(
    folder: Path, qtbot: QtBot, summary: FolderSummary, text: str
) -> None:
    card = FolderCard()
    qtbot.addWidget(card)
    card.set_folder(str(folder))
    card.survey.cancel()
    card.survey.counted.emit(str(folder), summary)
    assert card.accessibleDescription().startswith(text)
    card.survey.counted.emit("/another", FolderSummary(7, 7, complete=True))
    assert card.accessibleDescription().startswith(text)
