"""The pages in the reader's language: its catalogue, its numbers and its days."""

from __future__ import annotations

import json
import re
import shutil
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server_core.share import Pages
from server_core.share.messages import SOURCE_LANGUAGE, Catalogue, Messages
from server_core.share.rows import format_size

if TYPE_CHECKING:
    from conftest import Site

WEB = Path(__file__).parents[2] / "resources" / "web"
CATALOGUES = sorted((WEB / "messages").glob("*.json"), key=lambda path: path.stem)
CODE = Path(__file__).parents[2] / "server_core" / "share"
NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100, 1000)


def content(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def places(message: str | list[str]) -> list[set[str]]:
    """Return the names of the places in each form of a message, the most usual one last."""
    forms = [message] if isinstance(message, str) else message
    return [{name for _, name, _, _ in string.Formatter().parse(form) if name} for form in forms]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_has_every_message_with_its_places(path: Path) -> None:
    source = content(WEB / "messages" / f"{SOURCE_LANGUAGE}.json")
    own = content(path)
    assert list(own) == list(source)
    assert list(own["messages"]) == list(source["messages"])
    for name, message in source["messages"].items():
        assert type(own["messages"][name]) is type(message), name
        *rare, usual = places(own["messages"][name])
        assert usual == places(message)[-1], name
        assert all(form <= usual for form in rare), name  # one and two may be a word
    catalogue = Catalogue(path.stem, own)
    for name, message in own["messages"].items():
        if isinstance(message, list):
            assert all(catalogue.count(name, number) for number in NUMBERS)


def test_every_message_is_used_and_there() -> None:
    known = set(content(WEB / "messages" / f"{SOURCE_LANGUAGE}.json")["messages"])
    files = [*WEB.glob("*.html"), *WEB.glob("*.js"), *CODE.glob("*.py")]
    used = "".join(path.read_text("utf-8") for path in files)
    # Of a few, the templates put the name together.
    beginnings = (*re.findall(r'text\("([^"]+-)" ~', used), "error-")
    whole = {name for name in known if not name.startswith(beginnings)}
    assert {name for name in whole if f'"{name}"' not in used} == set()
    asked_for = set(re.findall(r'\b(?:text|count)\("([^"]+)"', used))
    assert {name for name in asked_for if not name.endswith("-")} <= known


def test_the_page_is_in_the_language_that_is_asked_for(share: Site) -> None:
    english = share.get("/empty/missing", Accept_Language="tlh, en;q=0.1")
    german = share.get("/empty/missing", Accept_Language="en;q=0.5, de-AT")
    assert b'<html lang="en" dir="ltr">' in english.body
    assert b'<html lang="de" dir="ltr">' in german.body
    assert b"Hier ist nichts" in german.body


def test_a_page_is_not_kept_for_other_languages(share: Site) -> None:
    for language in ("de", "en", "de", "en"):
        answer = share.get("/", Accept_Language=language)
        assert f'<html lang="{language}"'.encode() in answer.body
        assert answer["Vary"] is not None
        assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize(
    "value", ["", ";;;", "de;q=2", "de;q=x", "*", "x-de-" * 5000, "\x80\xff", ",".join("abc" * 999)]
)
def test_a_language_that_makes_no_sense_is_english(share: Site, value: str) -> None:
    assert b'<html lang="en"' in share.get("/", Accept_Language=value).body


def test_a_language_is_one_file(tmp_path: Path) -> None:
    shutil.copytree(WEB, tmp_path / "web")
    hebrew = content(WEB / "messages" / "en.json")
    hebrew["direction"] = "rtl"
    hebrew["messages"]["error-404"] = "לא נמצא"
    (tmp_path / "web" / "messages" / "he.json").write_text(json.dumps(hebrew))
    pages = Pages(tmp_path / "web")
    chosen = pages.messages.choose([("Accept-Language", "he-IL")])
    assert chosen.language == "he"
    page = pages.error(404, "", "", chosen).decode()
    assert '<html lang="he" dir="rtl">' in page
    assert "לא נמצא" in page


def test_a_number_takes_the_form_that_the_language_has_for_it() -> None:
    arabic = Messages(WEB / "messages").choose([("Accept-Language", "ar-EG")])
    assert [arabic.count("files", number) for number in (1, 2, 3, 11, 100, 1003)] == [
        "ملف واحد",
        "ملفان",
        "3 ملفات",
        "11 ملفًا",
        "100 ملف",
        "1,003 ملفات",
    ]


def test_numbers_sizes_and_days_are_written_as_the_language_does() -> None:
    messages = Messages(WEB / "messages")
    english, german = messages.choose(()), messages.choose([("Accept-Language", "de")])
    assert [english.number(1234567), german.number(1234567)] == ["1,234,567", "1.234.567"]
    assert format_size(1550, german.decimal) == "1,6 KB"
    assert english.written_day("2026-11-05") == "2026-11-05"
    assert german.written_day("2026-11-05") == "05.11.2026"


def test_a_file_that_is_no_catalogue_is_an_error_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text("{}")
    with pytest.raises(KeyError):
        Messages(tmp_path)
