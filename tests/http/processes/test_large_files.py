"""A file of five gibibytes, beyond what 32 bits can count."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.http.processes.conftest import Launch, RequestOf, ServerProcess

pytestmark = pytest.mark.needs("files with holes")

GIB = 1 << 30
SIZE = 5 * GIB
TAIL = 1 << 20
MARKS = {
    2 * GIB - 8: b"two gibibytes!!!",
    4 * GIB - 8: b"four gibibytes!!",
    SIZE - 16: b"the very end!!!!",
}
"""Where something else than zeros stands; each begins 8 bytes before a boundary, or ends last."""


@pytest.fixture
def film(tree: Path) -> Path:
    """The file, of which the disk holds next to nothing."""
    path = tree / "film.mkv"
    with path.open("wb") as file:
        file.truncate(SIZE)
        for place, mark in MARKS.items():
            file.seek(place)
            file.write(mark)
    return path


@pytest.fixture
def server(launch: Launch, python: Sequence[str], film: Path) -> ServerProcess:
    assert film.stat().st_size == SIZE
    return launch(python=python)


def test_the_head_has_the_full_length(server: ServerProcess) -> None:
    answer, body = server.get("/film.mkv", "HEAD")
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(SIZE))
    assert (answer.headers["Accept-Ranges"], body) == ("bytes", b"")


@pytest.mark.parametrize(("place", "mark"), MARKS.items())
def test_a_range_has_what_stands_there(server: ServerProcess, place: int, mark: bytes) -> None:
    first, last = place - 4, min(place + 19, SIZE - 1)
    answer, body = server.get("/film.mkv", Range=f"bytes={first}-{last}")
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert body == (b"\0\0\0\0" + mark + b"\0\0\0\0")[: last - first + 1]


def test_open_suffix_and_clamped_ranges_reach_the_end(server: ServerProcess) -> None:
    mark = MARKS[SIZE - 16]
    for asked in (f"{SIZE - 16}-", "-16", f"{SIZE - 16}-{10 * SIZE}"):
        answer, body = server.get("/film.mkv", Range=f"bytes={asked}")
        assert (answer.status, body) == (206, mark)
        assert answer.headers["Content-Range"] == f"bytes {SIZE - 16}-{SIZE - 1}/{SIZE}"
    answer, _ = server.get("/film.mkv", Range=f"bytes={SIZE}-")
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_several_ranges_on_both_sides_of_four_gibibytes_come_in_one_answer(
    server: ServerProcess,
) -> None:
    wanted = {place: mark for place, mark in MARKS.items() if place > 2 * GIB}
    ranges = ",".join(f"{place}-{place + 15}" for place in (0, *wanted))
    answer, body = server.get("/film.mkv", Range=f"bytes={ranges}")
    assert answer.status == 206
    assert answer.headers["Content-Type"].startswith("multipart/byteranges")
    for place, mark in (0, bytes(16)), *wanted.items():
        content_range = f"Content-Range: bytes {place}-{place + 15}/{SIZE}"
        part = body.partition(content_range.encode())[2]
        assert part.partition(b"\r\n\r\n")[2].startswith(mark + b"\r\n--")


def test_if_range_tells_the_same_file_from_another(
    server: ServerProcess, request_of: RequestOf
) -> None:
    known = server.get("/film.mkv", "HEAD")[0].headers
    asked = f"bytes={4 * GIB - 8}-{4 * GIB + 7}"
    for condition in (known["ETag"], known["Last-Modified"]):
        answer, body = server.get("/film.mkv", Range=asked, If_Range=condition)
        assert (answer.status, body) == (206, MARKS[4 * GIB - 8])
    with server.connect() as client:
        client.sendall(request_of("/film.mkv", Range=asked, If_Range='"another"'))
        head = client.recv(65536).partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 200 ")
    assert f"\r\nContent-Length: {SIZE}\r\n".encode() in head + b"\r\n"


@pytest.mark.programs("curl")
def test_curl_fetches_the_tail(server: ServerProcess, tmp_path: Path) -> None:
    target = tmp_path / "tail"
    curl(server, "--range", f"-{TAIL}", "--output", str(target))
    assert target.read_bytes() == bytes(TAIL - 16) + MARKS[SIZE - 16]
    curl(server, "--range", f"{4 * GIB - 8}-{4 * GIB + 7}", "--output", str(target))
    assert target.read_bytes() == MARKS[4 * GIB - 8]


@pytest.mark.programs("curl")
def test_curl_goes_on_where_a_download_broke_off(server: ServerProcess, tmp_path: Path) -> None:
    target = tmp_path / "film.mkv"
    with target.open("wb") as file:
        file.truncate(SIZE - TAIL)
    curl(server, "--continue-at", "-", "--output", str(target))
    assert target.stat().st_size == SIZE
    with target.open("rb") as file:
        file.seek(SIZE - TAIL)
        assert file.read() == bytes(TAIL - 16) + MARKS[SIZE - 16]


def curl(server: ServerProcess, *arguments: str) -> None:
    command = ["curl", "--noproxy", "*", "--silent", "--show-error", "--fail", *arguments]
    subprocess.run([*command, f"http://127.0.0.1:{server.port}/film.mkv"], check=True, timeout=30)
