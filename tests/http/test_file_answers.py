"""The answer to a request for a file: whole, in part, unchanged, or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from server_core.protocol.conditional import format_http_date, parse_http_date

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site

PLAIN = b"twelve gulls\n"
BIG = bytes(range(256)) * 4096


def test_a_file_is_sent_whole_with_what_describes_it(site: Site, tree: Path) -> None:
    os.utime(tree / "plain.txt", (784111777, 784111777))
    answer = site.get("/plain.txt")
    assert (answer.version, answer.status, answer.reason) == ("HTTP/1.1", 200, "OK")
    assert answer.body == PLAIN
    assert answer["Content-Length"] == str(len(PLAIN))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Last-Modified"] == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert answer["Accept-Ranges"] == "bytes"
    etag, date, server = answer["ETag"], answer["Date"], answer["Server"]
    assert etag is not None
    assert etag[0] == etag[-1] == '"'
    assert date is not None
    assert date.endswith(" GMT")
    assert server is not None
    assert server.startswith("server_core/")


@pytest.mark.parametrize("target", ["/plain.txt", "/big.bin", "/sub/"])
@pytest.mark.parametrize("ranges", ["", "bytes=0-1", "bytes=0-1,3-4"])
def test_browsers_are_told_not_to_guess_what_a_file_is(
    site: Site, target: str, ranges: str
) -> None:
    answer = site.get(target, **{"Range": ranges} if ranges else {})
    assert answer.status == (200 if target == "/sub/" or not ranges else 206)
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.parametrize("name", ["plain.txt", "empty", "big.bin", "sub/", "sub", "missing"])
def test_head_is_what_get_says_without_its_body(site: Site, name: str) -> None:
    client = site.connect()
    get = client.get(f"/{name}")
    if get["Connection"] == "close":
        client = site.connect()
    head = client.get(f"/{name}", "HEAD")
    assert (head.status, head.reason, head.body) == (get.status, get.reason, b"")
    ours = [(field, value) for field, value in head.headers.items() if field != "Date"]
    assert ours == [(field, value) for field, value in get.headers.items() if field != "Date"]
    if get["Connection"] != "close":
        assert client.get("/plain.txt").body == PLAIN


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.html", "Möwe".encode(), "text/html; charset=utf-8"),
        ("a.html", "Möwe".encode("latin-1"), "text/html"),
        ("a.txt", "é".encode() * 4000, "text/plain; charset=utf-8"),
        ("a.txt", b"x" + "é".encode() * 4000, "text/plain; charset=utf-8"),
        ("a.txt", "Möwe".encode("utf-16"), "text/plain"),
        ("a.js", b"", "text/javascript; charset=utf-8"),
        ("a.json", b"{}", "application/json"),
        ("a.jpg", b"", "image/jpeg"),
        ("a.tar.gz", b"", "application/gzip"),
        ("a.unknown", b"text", "application/octet-stream"),
    ],
)
def test_the_encoding_of_a_text_is_told_where_it_is_known(
    site: Site, tree: Path, name: str, content: bytes, expected: str
) -> None:
    (tree / name).write_bytes(content)
    assert site.get(f"/{name}")["Content-Type"] == expected


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    first = site.get("/plain.txt")
    etag, modified = first["ETag"], first["Last-Modified"]
    assert etag is not None
    assert modified is not None
    for fields in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        for method in ("GET", "HEAD"):
            again = site.get("/plain.txt", method, **fields)
            assert (again.status, again.body) == (304, b"")
            assert (again["ETag"], again["Last-Modified"]) == (etag, modified)
            assert again["Content-Length"] is None


def test_what_has_changed_is_sent_again(site: Site, tree: Path) -> None:
    etag = site.get("/plain.txt")["ETag"]
    assert etag is not None
    before = (tree / "plain.txt").stat()
    (tree / "plain.txt").write_bytes(PLAIN.upper())
    step = 100 if os.name == "nt" else 1
    os.utime(tree / "plain.txt", ns=(before.st_atime_ns, before.st_mtime_ns + step))
    again = site.get("/plain.txt", If_None_Match=etag)
    assert (again.status, again.body) == (200, PLAIN.upper())
    assert again["ETag"] != etag


def test_a_condition_that_fails_is_412(site: Site) -> None:
    answer = site.get("/plain.txt", If_Match='"another"')
    assert (answer.status, answer.body) == (412, b"")
    answer = site.get("/plain.txt", If_Unmodified_Since="Sun, 06 Nov 1994 08:49:37 GMT")
    assert answer.status == 412


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-1", 0, 2),
        ("bytes=-1", len(BIG) - 1, len(BIG)),
        ("bytes=300000-", 300000, len(BIG)),
        ("bytes=70000-200000", 70000, 200001),
        ("bytes=5-99999999999999999999999", 5, len(BIG)),
        ("bytes=-99999999", 0, len(BIG)),
    ],
)
def test_a_part_is_sent_alone(site: Site, wanted: str, start: int, stop: int) -> None:
    client = site.connect()
    answer = client.get("/big.bin", Range=wanted)
    assert (answer.status, answer.reason) == (206, "Partial Content")
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(BIG)}"
    assert answer["Content-Length"] == str(stop - start)
    assert answer.body == BIG[start:stop]
    assert client.get("/plain.txt").body == PLAIN


def test_a_part_beyond_the_end_is_416(site: Site) -> None:
    answer = site.get("/plain.txt", Range="bytes=13-")
    assert (answer.status, answer.body) == (416, b"")
    assert answer["Content-Range"] == "bytes */13"
    assert site.get("/empty", Range="bytes=0-")["Content-Range"] == "bytes */0"


@pytest.mark.parametrize("wanted", ["lines=1-2", "bytes=a-b", "bytes=2-1", "bytes=0-1,4-x"])
def test_a_range_that_is_not_honoured_gets_the_whole(site: Site, wanted: str) -> None:
    answer = site.get("/plain.txt", Range=wanted)
    assert (answer.status, answer.body) == (200, PLAIN)


def test_a_part_of_another_state_is_not_sent(site: Site) -> None:
    first = site.get("/plain.txt")
    etag, modified = first["ETag"], first["Last-Modified"]
    assert etag is not None
    assert modified is not None
    for same in (etag, modified):
        assert site.get("/plain.txt", Range="bytes=1-2", If_Range=same).status == 206
    for other in ('"another"', "W/" + etag, "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense"):
        answer = site.get("/plain.txt", Range="bytes=1-2", If_Range=other)
        assert (answer.status, answer.body) == (200, PLAIN)


def test_a_file_of_any_time_is_served(site: Site, tree: Path) -> None:
    for moment in (-86400, 0, 2**32, 2**33):
        os.utime(tree / "plain.txt", (moment, moment))
        assert site.get("/plain.txt").status == 200
        assert site.get("/").status == 200


@pytest.mark.parametrize("moment", [-86400, 0, 1])
def test_a_file_of_an_old_time_is_known_by_it(site: Site, tree: Path, moment: int) -> None:
    os.utime(tree / "plain.txt", (moment, moment))
    modified = site.get("/plain.txt")["Last-Modified"]
    assert modified is not None
    assert site.get("/plain.txt", If_Modified_Since=modified).status == 304


@pytest.mark.parametrize("ahead", [60, 2**31, 2**33])
def test_a_file_of_a_time_to_come_was_modified_now_at_the_latest(
    site: Site, tree: Path, ahead: int
) -> None:
    moment = time.time() + ahead
    os.utime(tree / "plain.txt", (moment, moment))
    answer = site.get("/plain.txt")
    modified, date = parse_http_date(str(answer["Last-Modified"])), answer["Date"]
    assert modified is not None
    assert modified <= (parse_http_date(str(date)) or 0)
    # Nobody may take it for what it was at that moment.
    assert (
        site.get("/plain.txt", If_Range=format_http_date(moment), Range="bytes=0-0").status == 200
    )
    assert site.get("/plain.txt", If_None_Match=str(answer["ETag"])).status == 304


@pytest.mark.needs("named pipes and sockets in folders")
def test_a_file_that_may_not_be_read_is_not_found(site: Site, tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    (tree / "null").symlink_to("/dev/null")
    for name in ("pipe", "null"):
        assert site.get(f"/{name}").status == 404


@pytest.mark.needs("files with holes")
def test_beyond_four_gibibytes_bytes_are_found_too(site: Site, tree: Path) -> None:
    size = 5 << 30
    with (tree / "sparse").open("wb") as file:
        file.seek(size - 5)
        file.write(b"gulls")
    answer = site.get("/sparse", Range="bytes=-5")
    assert answer.body == b"gulls"
    assert answer["Content-Range"] == f"bytes {size - 5}-{size - 1}/{size}"
    assert site.get("/sparse", "HEAD")["Content-Length"] == str(size)


@pytest.mark.programs("curl")
def test_curl_resumes_where_it_was_cut_off(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "download"
    target.write_bytes(BIG[:400001])
    url = f"http://127.0.0.1:{site.port}/big.bin"
    command = ["curl", "-sSf", "--max-time", "20", "-C", "-", "-o", str(target), url]
    subprocess.run(command, check=True)
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(BIG).digest()


def test_the_date_is_now(site: Site) -> None:
    before = int(time.time())
    date = site.get("/plain.txt")["Date"]
    assert date is not None
    shown = time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone
    assert before <= shown <= time.time()
