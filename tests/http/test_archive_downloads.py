"""`/folder/?zip` and `?tar`: a folder or a selection as one file, and any part of it again."""

from __future__ import annotations

import io
import os
import tarfile
import threading
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from server_core import TransferEnded, TransferStarted
from server_core.files.checksums import Checksums
from server_core.files.gathering import Gathering
from server_core.share.archives import Archives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Answer, Settles, Site

FORM = "application/x-www-form-urlencoded"
LARGE = 12 << 20
HARD = (
    b"latin \xe4\xff",
    b"100%41",
    b"a&b=c+d",
    b"#?;",
    b'"q"',
    "Größe 😀".encode(),
    b"two\nlines",
)


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.reason
    with zipfile.ZipFile(io.BytesIO(answer.body)) as made:
        assert made.testzip() is None
        return made.namelist()


def post(share: Site, body: str, target: str = "/?zip", kind: str = FORM) -> Answer:
    return share.get(target, "POST", body.encode(), Content_Type=kind)


def test_a_folder_is_downloaded_as_a_zip(share: Site, tree: Path) -> None:
    answer = share.get("/?zip")
    inside = ["", "big.bin", "empty", "plain.txt", "sub/", "sub/inner.txt"]
    assert names(answer) == [f"tree/{name}" for name in inside]
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="tree.zip"'
    assert answer["Content-Length"] == str(len(answer.body))
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Last-Modified"] is None
    assert answer["X-Content-Type-Options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as made:
        assert made.read("tree/big.bin") == (tree / "big.bin").read_bytes()


def test_a_folder_is_downloaded_as_a_tar(share: Site) -> None:
    answer = share.get("/sub/?tar")
    assert answer["Content-Type"] == "application/x-tar"
    assert answer["Content-Disposition"] == 'attachment; filename="sub.tar"'
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as made:
        assert made.getnames() == ["sub", "sub/inner.txt"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_head_says_what_a_get_says(share: Site, kind: str) -> None:
    whole, head = share.get(f"/?{kind}"), share.get(f"/?{kind}", "HEAD")
    fields = [pair for pair in whole.headers.items() if pair[0] != "Date"]
    assert [pair for pair in head.headers.items() if pair[0] != "Date"] == fields


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_any_range_is_that_of_the_whole(share: Site, kind: str) -> None:
    whole = share.get(f"/?{kind}")
    size = len(whole.body)
    for first, last in ((0, 1), (1, size - 1), (700_000, 700_000), (size - 30, size - 1)):
        part = share.get(f"/?{kind}", Range=f"bytes={first}-{last}", If_Range=str(whole["ETag"]))
        assert (part.status, part.body) == (206, whole.body[first : last + 1])
        assert part["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert part["ETag"] == whole["ETag"]
        assert part["Content-Disposition"] == whole["Content-Disposition"]
    end = share.get(f"/?{kind}", Range="bytes=-100")
    assert end.body == whole.body[-100:]
    several = share.get(f"/?{kind}", Range="bytes=0-9,500000-500009")
    assert several.status == 206
    assert whole.body[:10] in several.body
    assert whole.body[500_000:500_010] in several.body
    assert share.get(f"/?{kind}", Range=f"bytes={size}-").status == 416
    assert share.get(f"/?{kind}", If_None_Match=str(whole["ETag"])).status == 304
    assert share.get(f"/?{kind}", If_Match='"other"').status == 412


def test_a_changed_folder_is_sent_anew_where_a_part_of_it_is_asked_for(
    share: Site, tree: Path
) -> None:
    share.server.RequestHandlerClass.keywords["archives"].lifetime_of_parts = 0  # type: ignore[attr-defined]
    before = share.get("/?zip")
    again = share.get("/?zip", Range="bytes=5-", If_Range=str(before["ETag"]))
    assert (again.status, again.body) == (206, before.body[5:])
    (tree / "new.txt").touch()
    whole = share.get("/?zip", Range="bytes=5-", If_Range=str(before["ETag"]))
    assert whole.status == 200
    assert "tree/new.txt" in names(whole)
    by_date = share.get("/?zip", Range="bytes=5-", If_Range="Thu, 26 Nov 2026 16:00:00 GMT")
    assert by_date.status == 200


def test_a_selection_is_named_or_linked_to(share: Site) -> None:
    chosen = ["tree/", "tree/plain.txt", "tree/sub/", "tree/sub/inner.txt"]
    for query in (
        "name=sub&name=plain.txt",
        "href=sub/&href=plain.txt",
        "href=./sub&name=plain.txt",
    ):
        assert names(share.get(f"/?zip&{query}")) == chosen
    only = share.get("/?zip&name=sub")
    assert names(only) == ["sub/", "sub/inner.txt"]
    assert only["Content-Disposition"] == 'attachment; filename="sub.zip"'
    assert names(share.get("/?zip&href=plain.txt")) == ["tree/", "tree/plain.txt"]


@pytest.mark.needs("names that are no text")
def test_names_of_any_bytes_can_be_selected(share: Site, tree: Path) -> None:
    for name in HARD:
        with open(os.fsencode(tree) + b"/" + name, "wb") as file:
            file.write(name)
    for name in HARD:
        # As a form posts what stands in a link, and as the address has it then.
        href = quote(quote(name), safe="")
        for answer in (share.get(f"/?zip&href={href}"), share.get(f"/?zip&name={quote(name)}")):
            assert len(names(answer)) == 2
            with zipfile.ZipFile(io.BytesIO(answer.body)) as made:
                assert made.read(made.namelist()[1]) == name


@pytest.mark.parametrize(
    "query",
    [
        *(
            "name=none",
            "name=plain.txt&name=none",
            "name=..",
            "name=../secret.txt",
            "name=",
            "href=",
        ),
        *("name=sub/inner.txt", "href=sub%252Finner.txt", "href=..", "name=%00", "name=.hidden"),
        *("href=%25ED%25A0%2580", "name=/etc/passwd"),
        pytest.param("name=out", marks=pytest.mark.needs("symbolic links")),
    ],
)
def test_what_is_not_there_cannot_be_selected(share: Site, tree: Path, query: str) -> None:
    (tree / ".hidden").touch()
    if query == "name=out":
        (tree / "out").symlink_to("../secret.txt")
    answer = share.get(f"/?zip&{query}")
    assert answer.status == 404
    assert b"This is not here" in answer.body


@pytest.mark.needs("symbolic links")
def test_hidden_files_and_links_that_lead_out_are_not_in_it(share: Site, tree: Path) -> None:
    (tree / ".hidden").touch()
    (tree / "out").symlink_to("../secret.txt")
    (tree / "around").symlink_to(".")
    answer = share.get("/?zip")
    assert len(names(answer)) == 6
    assert b"not for you" not in answer.body
    assert share.get("/.hidden/?zip").status == 404
    assert share.get("/none/?zip").status == 404


def test_a_form_is_sent_to_the_address_of_its_archive(share: Site) -> None:
    answer = post(share, "href=plain.txt&href=Gr%25C3%25B6%25C3%259Fe")
    assert answer.status == 303
    assert answer["Location"] == "/?zip&href=plain.txt&href=Gr%25C3%25B6%25C3%259Fe"
    assert names(share.get(str(post(share, "href=sub&href=plain.txt")["Location"])))[1:] == [
        "tree/plain.txt",
        "tree/sub/",
        "tree/sub/inner.txt",
    ]


def test_a_form_that_selects_very_much_is_answered_at_once(share: Site, tree: Path) -> None:
    chosen = [f"{number:04}-{'n' * 90}" for number in range(60)]
    for name in chosen:
        (tree / name).touch()
    body = "&".join(f"href={name}" for name in chosen)
    client = share.connect()
    client.ask("/?zip", "POST", body.encode(), Content_Type=FORM)
    answer = client.answer()
    assert names(answer) == ["tree/", *(f"tree/{name}" for name in chosen)]
    # The next request on this connection is not one of the form's.
    assert len(names(client.get("/sub/?zip"))) == 2


def test_everything_on_a_long_page_can_be_selected(
    share: Site, tree: Path, put_names: Callable[[Path, Iterable[str]], None]
) -> None:
    chosen = [f"IMG_{number:05}.jpg" for number in range(6000)]
    put_names(tree, chosen)
    answer = post(share, "&".join(f"href={name}" for name in chosen))
    assert len(names(answer)) == 1 + len(chosen)


def test_a_form_that_selects_nothing_leads_back(share: Site) -> None:
    assert post(share, "")["Location"] == "/?select"
    assert post(share, "other=1", "/sub/?tar")["Location"] == "/sub/?select"


def test_other_forms_are_refused(share: Site) -> None:
    assert post(share, "{}", kind="application/json").status == 415
    assert post(share, "href=" + "x" * (1 << 20)).status == 413
    assert post(share, "&".join(["href=x"] * 20_000)).status == 400
    assert post(share, "href=x", "/plain.txt?zip").status == 501
    assert post(share, "href=x", "/").status == 501


def test_what_could_not_be_read_is_told_in_the_readers_language(
    share: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server_core.files import gathering

    monkeypatch.setattr(gathering, "_is_readable", lambda _, name, __: name != "empty")
    assert "tree/Not included.txt" in names(share.get("/?zip"))
    german = share.get("/?zip", Accept_Language="de")
    with zipfile.ZipFile(io.BytesIO(german.body)) as made:
        assert made.read("tree/Nicht enthalten.txt").decode().endswith("\r\nempty\r\n")


def test_too_much_for_an_archive_is_said_so(share: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gathering, "most_members", 3)
    answer = share.get("/?zip")
    assert answer.status == 413
    assert b"This is too much at once" in answer.body
    monkeypatch.undo()
    monkeypatch.setattr(Archives, "longest_search", -1.0)
    assert share.get("/?zip").status == 413


def test_requests_for_parts_search_the_folder_once(
    share: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[object] = []
    search = Gathering.members

    def count(self: Gathering, *args: object, **keywords: object) -> object:
        searched.append(args)
        return search(self, *args, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(Gathering, "members", count)
    whole = share.get("/?zip").body
    for first in range(0, len(whole), 300_000):
        part = share.get("/?zip", Range=f"bytes={first}-{first + 99}")
        assert part.body == whole[first : first + 100]
    assert len(searched) == 1


def test_an_archive_is_a_transfer_that_is_told_of(share: Site, tree: Path) -> None:
    (tree / "sub" / "film").write_bytes(bytes(LARGE))
    answer = share.get("/sub/?zip")
    (began,), (ended,) = share.wait_for(TransferStarted), share.wait_for(TransferEnded)
    assert isinstance(began, TransferStarted)
    assert isinstance(ended, TransferEnded)
    assert (began.path, began.size) == ("/sub/sub.zip", len(answer.body))
    assert (ended.sent, ended.complete) == (len(answer.body), True)


@pytest.mark.parametrize("leaves", ["the client", "the server"])
def test_nothing_is_read_for_a_client_that_left(
    share: Site, tree: Path, settles: Settles, monkeypatch: pytest.MonkeyPatch, leaves: str
) -> None:
    (tree / "film").write_bytes(bytes(LARGE))
    reading, ended = threading.Event(), threading.Event()
    compute = Checksums.of

    def for_ever(self: Checksums, file: object, check: Callable[[], object]) -> int:
        reading.set()
        try:
            settles(check)  # type: ignore[arg-type] # returns nothing for as long as there is a client
        finally:
            ended.set()
        return compute(self, file, check)  # type: ignore[arg-type]

    monkeypatch.setattr(Checksums, "of", for_ever)
    client = share.connect()
    client.ask("/?zip", Range="bytes=-100")
    assert reading.wait(5)
    if leaves == "the client":
        client.close()
    else:
        share.server.stop()
    assert ended.wait(1)


def test_the_window_goes_first_while_an_archive_is_made(share: Site, tree: Path) -> None:
    (tree / "sub" / "film").write_bytes(bytes(LARGE))
    rounds: list[int] = []
    share.server.before_round = lambda: rounds.append(threading.get_ident())  # type: ignore[attr-defined]
    assert share.get("/sub/?zip").status == 200
    while_sent = len(rounds)
    assert while_sent > LARGE // 262144
    (tree / "sub" / "film").write_bytes(bytes(LARGE + 1))
    assert share.get("/sub/?zip&name=film", Range="bytes=-10").status == 206
    assert share.get("/sub/?zip&name=film", Range="bytes=-100").status == 206
    assert len(rounds) > while_sent + LARGE // 262144


def test_kept_archives_are_bounded_by_their_number_and_their_size(tree: Path) -> None:
    from server_core.files.gathering import NoteText
    from server_core.share.archives import WantedArchive

    archives = Archives()
    archives.most_archives = 3

    def find(number: int) -> object:
        wanted = WantedArchive(
            "zip", str(tree), (), str(number), None, NoteText("", ""), hidden=False, may_leave=False
        )
        return archives.find(wanted, is_part=True, check=lambda: None)

    first = find(0)
    assert find(0) is first
    for number in range(1, 6):
        find(number)
    assert len(archives._kept) == 3
    assert find(0) is not first
    archives.max_bytes = 0
    find(9)
    assert not archives._kept


def test_checksums_are_bounded() -> None:
    checksums = Checksums()
    checksums.most_files = 2
    for inode in range(4):
        checksums.keep((1, inode, 1, 1), inode)
    assert [checksums.find((1, inode, 1, 1)) for inode in range(4)] == [None, None, 2, 3]
