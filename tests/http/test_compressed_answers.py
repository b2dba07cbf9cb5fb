"""Text in gzip: by negotiation, never for a part, never for what is compressed already."""

from __future__ import annotations

import gzip
import subprocess
from typing import TYPE_CHECKING

import pytest

from server_core import SimpleHTTPRequestHandler

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, Site

TEXT = b"gulls over the harbour\n" * 200


@pytest.fixture(autouse=True)
def texts(tree: Path) -> Path:
    for name in ("log.txt", "page.html", "data.json", "picture.jpg", "pack.zip"):
        (tree / name).write_bytes(TEXT)
    (tree / "short.txt").write_bytes(b"short\n")
    (tree / "long.txt").write_bytes(TEXT * 300)
    return tree


@pytest.mark.parametrize("name", ["log.txt", "page.html", "data.json"])
def test_text_comes_in_gzip_to_who_accepts_it(site: Site, name: str) -> None:
    answer = site.get(f"/{name}", Accept_Encoding="br, gzip;q=0.8")
    assert answer["Content-Encoding"] == "gzip"
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["Content-Length"] == str(len(answer.body))
    assert len(answer.body) < len(TEXT) / 10
    assert gzip.decompress(answer.body) == TEXT
    assert answer["Accept-Ranges"] is None


@pytest.mark.parametrize(
    "accepted", ["", "br", "identity", "gzip;q=0", "gzip;q=0.2, identity", "*;q=0", "gzip;q=x"]
)
def test_text_comes_as_it_is_to_everyone_else(site: Site, accepted: str) -> None:
    answer = site.get("/log.txt", Accept_Encoding=accepted)
    assert (answer["Content-Encoding"], answer.body) == (None, TEXT)
    # A cache must know that another client may get another answer.
    assert answer["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["picture.jpg", "pack.zip", "short.txt", "long.txt"])
def test_what_gains_nothing_or_is_large_comes_as_it_is(site: Site, texts: Path, name: str) -> None:
    answer = site.get(f"/{name}", Accept_Encoding="gzip")
    assert answer["Content-Encoding"] is None
    assert answer.body == (texts / name).read_bytes()


def test_a_part_is_a_part_of_the_file_itself(site: Site) -> None:
    answer = site.get("/log.txt", Accept_Encoding="gzip", Range="bytes=6-10")
    assert (answer.status, answer.body) == (206, TEXT[6:11])
    assert answer["Content-Encoding"] is None


def test_each_coding_has_an_entity_tag_of_its_own(site: Site) -> None:
    plain = site.get("/log.txt")["ETag"]
    packed = site.get("/log.txt", Accept_Encoding="gzip")["ETag"]
    assert plain != packed
    assert packed == site.get("/log.txt", Accept_Encoding="gzip")["ETag"]
    unchanged = site.get("/log.txt", Accept_Encoding="gzip", If_None_Match=str(packed))
    assert (unchanged.status, unchanged["ETag"], unchanged["Vary"]) == (
        304,
        packed,
        "Accept-Encoding",
    )
    assert site.get("/log.txt", Accept_Encoding="gzip", If_None_Match=str(plain)).status == 200
    assert site.get("/log.txt", If_None_Match=str(packed)).status == 200


def test_a_head_request_says_what_a_get_would(site: Site) -> None:
    for accepted in ("gzip", "identity"):
        got = site.get("/log.txt", Accept_Encoding=accepted)
        head = site.get("/log.txt", "HEAD", Accept_Encoding=accepted)
        for name in ("Content-Length", "Content-Encoding", "ETag", "Vary", "Content-Type"):
            assert head[name] == got[name]


def test_a_handler_can_do_without(serve: Serve) -> None:
    class Plain(SimpleHTTPRequestHandler):
        max_compressed = 0

    answer = serve(Plain).get("/log.txt", Accept_Encoding="gzip")
    assert (answer["Content-Encoding"], answer["Vary"], answer.body) == (None, None, TEXT)


@pytest.mark.programs("curl")
def test_curl_unpacks_it(site: Site) -> None:
    url = f"http://127.0.0.1:{site.port}/log.txt"
    command = ["curl", "-sS", "--compressed", "--max-time", "20", url]
    assert subprocess.run(command, capture_output=True, check=True).stdout == TEXT
