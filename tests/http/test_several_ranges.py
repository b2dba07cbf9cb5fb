"""Several ranges of a file in one answer, as multipart/byteranges."""

from __future__ import annotations

import email
import email.message
import email.policy
import io
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server_core import SimpleHTTPRequestHandler, TransferEnded

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Answer, Serve, Site

BIG = bytes(range(256)) * 4096


def parts(answer: Answer) -> list[tuple[str, bytes]]:
    """Return the parts of a multipart answer, read by the standard library's parser of mail."""
    head = f"Content-Type: {answer['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.body, policy=email.policy.HTTP)
    assert message.is_multipart()
    found = []
    for part in message.iter_parts():  # type: ignore[attr-defined] # of a message with a policy
        assert isinstance(part, email.message.Message)
        found.append((str(part["Content-Range"]), part.get_payload(decode=True)))
    return found  # type: ignore[return-value] # a part that is no multipart has bytes


def test_each_range_is_a_part_with_its_place_and_its_type(site: Site) -> None:
    answer = site.get("/big.bin", Range="bytes=0-9, 1000-1004, -5")
    assert answer.status == 206
    assert answer["Content-Range"] is None
    assert str(answer["Content-Type"]).startswith("multipart/byteranges; boundary=")
    assert answer["Content-Length"] == str(len(answer.body))
    assert answer.body.count(b"Content-Type: application/octet-stream\r\n") == 3
    size = len(BIG)
    assert [place for place, _ in parts(answer)] == [
        f"bytes 0-9/{size}",
        f"bytes 1000-1004/{size}",
        f"bytes {size - 5}-{size - 1}/{size}",
    ]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, 1 << 17), st.integers(0, 1 << 16)), min_size=2, max_size=6)
)
def test_any_ranges_come_as_they_were_asked_for(site: Site, wanted: list[tuple[int, int]]) -> None:
    spans = [(start, start + length) for start, length in wanted]
    field = "bytes=" + ",".join(f"{first}-{last}" for first, last in spans)
    answer = site.get("/big.bin", Range=field)
    raw = answer.body
    assert answer.status == 206
    for first, last in spans:
        piece = BIG[first : last + 1]
        head = f"Content-Range: bytes {first}-{last}/{len(BIG)}\r\n\r\n".encode()
        assert head + piece + b"\r\n--" in raw


def test_the_connection_goes_on_after_several_parts(site: Site) -> None:
    client = site.connect()
    assert client.get("/big.bin", Range="bytes=0-0,5-5").status == 206
    assert client.get("/plain.txt").body == b"twelve gulls\n"


def test_one_range_that_can_be_satisfied_is_an_answer_of_one_part(site: Site) -> None:
    answer = site.get("/plain.txt", Range="bytes=0-2,900-")
    assert (answer.status, answer.body) == (206, b"twe")
    assert answer["Content-Range"] == "bytes 0-2/13"


@pytest.mark.parametrize(
    "field",
    ["bytes=0-,0-", "bytes=0-,1-,2-", "bytes=" + ",".join(["0-1048575"] * 60), "bytes=0-1,x"],
)
def test_ranges_that_are_more_than_the_file_bring_the_file_once(site: Site, field: str) -> None:
    answer = site.get("/big.bin", Range=field)
    assert (answer.status, answer.body) == (200, BIG)


def test_a_head_request_has_no_parts(site: Site) -> None:
    answer = site.get("/big.bin", "HEAD", Range="bytes=0-0,5-5")
    assert (answer.status, answer["Content-Length"]) == (200, str(len(BIG)))


def test_a_boundary_is_never_the_same(site: Site) -> None:
    types = {site.get("/big.bin", Range="bytes=0-0,5-5")["Content-Type"] for _ in range(5)}
    assert len(types) == 5


def test_parts_can_be_read_by_a_handler_that_copies_itself(serve: Serve) -> None:
    class Copying(SimpleHTTPRequestHandler):
        def copyfile(self, source: io.RawIOBase, outputfile: io.BufferedIOBase) -> None:
            while data := source.read(7):
                outputfile.write(data)

    fields = {"Range": "bytes=0-9,100-119"}
    own = parts(serve().get("/big.bin", **fields))
    assert parts(serve(Copying).get("/big.bin", **fields)) == own


def test_a_file_that_shrinks_between_its_parts_ends_the_connection(
    serve: Serve, tree: Path
) -> None:
    class Shrinking(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            super().end_headers()
            os.truncate(tree / "big.bin", 100_000)

    site = serve(Shrinking)
    client = site.connect()
    client.ask("/big.bin", Range="bytes=0-9,1000-199999")
    raw = client.rest()
    length = int(raw.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    assert len(raw.partition(b"\r\n\r\n")[2]) < length
    (ended,) = site.wait_for(TransferEnded)
    assert isinstance(ended, TransferEnded)
    assert not ended.complete


@pytest.mark.programs("curl")
def test_curl_reads_several_ranges(site: Site) -> None:
    url = f"http://127.0.0.1:{site.port}/big.bin"
    body = subprocess.run(
        ["curl", "-sS", "--max-time", "20", "-r", "0-3,256-259", url],
        capture_output=True,
        check=True,
    ).stdout
    assert body.count(b"\x00\x01\x02\x03") == 2
    assert b"Content-Range: bytes 256-259/1048576" in body
