"""`?download`: a file with the name to save it under, and clients that save it so."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest

from server_core.files.resource import is_reserved_segment
from server_core.prepared import PreparedAnswers
from server_core.protocol.disposition import attachment

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site

PLAIN = b"twelve gulls\n"
PLAIN_NAME = 'attachment; filename="plain.txt"'
NAMES = {
    # On the disk: for those who read ASCII alone, and for the others.
    **{name: (name, name) for name in ("a b.txt", "a;b=c", "it's", "100 %", "#1?", "<b>", "-rf")},
    "~x": ("~x", "~x"),
    "n" * 255: ("n" * 255, "n" * 255),
    'the "best".txt': ("the _best_.txt", 'the "best".txt'),
    "back\\slash.txt": ("back_slash.txt", "back_slash.txt"),
    "100%41.txt": ("100_41.txt", "100%41.txt"),
    "two\nlines\t.txt": ("two_lines_.txt", "two_lines_.txt"),
    "\x1b[31m.txt": ("_[31m.txt", "_[31m.txt"),
    "Größe.txt": ("Gro_e.txt", "Größe.txt"),
    "Gro\u0308ße.txt": ("Gro_e.txt", "Gro\u0308ße.txt"),
    "写真.jpg": ("__.jpg", "写真.jpg"),
    "😀👩\u200d🚀.txt": ("____.txt", "😀👩\u200d🚀.txt"),
    "\u202eright.txt": ("_right.txt", "\u202eright.txt"),
    "é" * 127: ("e" * 127, "é" * 127),
    "caf\udce9.txt": ("caf_.txt", "caf\ufffd.txt"),
    "\udcff\udcfe": ("__", "\ufffd\ufffd"),
}
UNDECODABLE = pytest.mark.needs("names that are no text")
FORBIDDEN = pytest.mark.needs("names that Windows forbids")
SECONDS = 20


def on_disk(name: str) -> object:
    """Return a name for a test that makes a file of it, where that can be."""
    is_text = name.isascii() or name.encode("utf-8", "replace").decode() == name
    is_usual = is_text and len(name) < 200 and not is_reserved_segment(name)
    return pytest.param(name, marks=[] if is_usual else FORBIDDEN if is_text else UNDECODABLE)


def test_a_file_that_is_asked_for_so_has_a_name_to_be_saved_under(share: Site) -> None:
    plain = share.get("/plain.txt")
    named = share.get("/plain.txt?download")
    assert plain["Content-Disposition"] is None
    assert named["Content-Disposition"] == PLAIN_NAME
    assert named.body == plain.body == PLAIN
    ignored = ("content-disposition", "date")
    same = [pair for pair in named.headers.items() if pair[0].lower() not in ignored]
    assert same == [pair for pair in plain.headers.items() if pair[0].lower() != "date"]
    head = share.get("/plain.txt?download", "HEAD")
    assert (head["Content-Disposition"], head.body) == (PLAIN_NAME, b"")


@pytest.mark.parametrize("query", ["?download=", "?download=1", "?a=b&download", "?download#x"])
def test_the_parameter_is_found_in_any_query(share: Site, query: str) -> None:
    assert share.get(f"/plain.txt{query}")["Content-Disposition"] == PLAIN_NAME


@pytest.mark.parametrize("query", ["?", "?Download", "?a=download", "?%00", "?&&=", "#?download"])
def test_another_query_names_nothing(share: Site, query: str) -> None:
    answer = share.get(f"/plain.txt{query}")
    assert (answer.status, answer.body) == (200, PLAIN)
    assert answer["Content-Disposition"] is None


def test_parts_and_unchanged_files_are_answered_as_ever(share: Site) -> None:
    whole = share.get("/big.bin?download")
    part = share.get("/big.bin?download", Range="bytes=5-8", If_Range=str(whole["ETag"]))
    assert (part.status, part.body) == (206, whole.body[5:9])
    assert part["Content-Disposition"] == whole["Content-Disposition"]
    several = share.get("/big.bin?download", Range="bytes=0-0,9-9")
    assert str(several["Content-Type"]).startswith("multipart/byteranges")
    assert share.get("/big.bin?download", If_None_Match=str(whole["ETag"])).status == 304
    assert share.get("/big.bin?download", Range="bytes=9999999-").status == 416
    assert share.get("/big.bin?download", If_Match='"other"').status == 412


def test_neither_is_given_in_place_of_the_other(
    share: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PreparedAnswers, "settling", -1.0)
    client = share.connect()
    for _ in range(4):
        assert client.get("/plain.txt")["Content-Disposition"] is None
        assert client.get("/plain.txt?download")["Content-Disposition"] == PLAIN_NAME
    kept = share.server.prepared._by_line  # type: ignore[attr-defined] # it is a pooled server
    assert [line for line in kept if b"download" in line]


@pytest.mark.parametrize("target", ["/sub?download", "/missing?download", "/.hidden?download"])
def test_what_is_no_file_is_answered_as_without_it(share: Site, tree: Path, target: str) -> None:
    (tree / ".hidden").touch()
    asked, plain = share.get(target), share.get(target.partition("?")[0])
    assert asked.status == plain.status
    assert asked["Content-Disposition"] is None


def test_too_many_parameters_are_refused_and_leave_nothing_open(share: Site) -> None:
    answer = share.get("/plain.txt?" + "&".join(["a=b"] * 5000))
    assert answer.status == 400
    assert share.get("/plain.txt").body == PLAIN


@pytest.mark.parametrize("name", [on_disk(name) for name in NAMES], ids=ascii)
def test_any_name_is_said(share: Site, tree: Path, name: str) -> None:
    (tree / name).write_bytes(PLAIN)
    answer = share.get(f"/{quote(os.fsencode(name))}?download")
    assert answer.body == PLAIN
    assert answer["Content-Disposition"] == attachment(name)


def fetch(share: Site, folder: Path, name: str, client: list[str]) -> Path:
    """Have a client save the file in this empty folder, under the name it is told."""
    url = f"http://127.0.0.1:{share.port}/{quote(os.fsencode(name))}?download"
    subprocess.run([*client, url], cwd=folder, check=True, timeout=SECONDS)
    [file] = folder.iterdir()
    return file


@pytest.mark.parametrize(
    ("client", "version"),
    [
        (["curl", "-q", "--noproxy", "*", "-sS", "--fail", "--globoff", "-J", "-O"], 0),
        (["wget", "--no-config", "--no-proxy", "-q", "--content-disposition"], 1),
        (["aria2c", "--no-conf", "-q", "--no-netrc", "--all-proxy="], 1),
    ],
    ids=["curl", "wget", "aria2"],
)
@pytest.mark.needs(
    "names that Windows forbids",
    "names that differ in their form of Unicode alone",
    "names that are no text",
)
def test_a_client_saves_a_file_under_the_name_that_it_reads(
    share: Site, tree: Path, tmp_path: Path, client: list[str], version: int
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    for name, versions in NAMES.items():
        (tree / name).write_text(ascii(name))
        saved = fetch(share, folder, name, client)
        expected = versions[version]
        if client[0] == "wget":
            # It decodes twice, and cuts what leaves no room for what it may add.
            expected = unquote(expected)[: len(saved.name)]
        assert (saved.name, saved.read_text()) == (expected, ascii(name))
        saved.unlink()
