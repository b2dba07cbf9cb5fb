"""Archives of folders in which files change while they are sent."""

from __future__ import annotations

import io
import os
import time
import zipfile
from typing import TYPE_CHECKING

from server_core import RequestFinished, TransferStarted

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Answer, Site

LARGE = 12 << 20


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.reason
    with zipfile.ZipFile(io.BytesIO(answer.body)) as made:
        assert made.testzip() is None
        return made.namelist()


def test_a_file_that_changed_ends_the_connection_and_the_next_try_is_whole(
    share: Site, tree: Path
) -> None:
    head = share.get("/?zip", "HEAD")
    (tree / "plain.txt").write_bytes(b"other content\n")
    client = share.connect()
    client.ask("/?zip", Range="bytes=0-", If_Range=str(head["ETag"]))
    assert len(client.rest()) < int(str(head["Content-Length"]))
    finished = share.wait_for(RequestFinished, 2)[1]
    assert isinstance(finished, RequestFinished)
    assert not finished.complete
    again = share.get("/?zip", Range="bytes=0-", If_Range=str(head["ETag"]))
    assert "tree/plain.txt" in names(again)
    assert again["ETag"] != head["ETag"]


def test_a_file_that_goes_on_changing_is_left_out_of_the_next_try_until_it_rests(
    share: Site, tree: Path
) -> None:
    growing = tree / "a log.txt"
    growing.write_bytes(bytes(LARGE))
    client = share.connect(receive_buffer=4096)
    with growing.open("ab") as log:
        client.ask("/?zip")
        share.wait_for(TransferStarted)
        log.write(b"first line\n")
        log.flush()
        client.rest()
        finished = share.wait_for(RequestFinished)[0]
        assert isinstance(finished, RequestFinished)
        assert not finished.complete
        log.write(b"second line\n")
    again = share.get("/?zip")
    assert "tree/a log.txt" not in names(again)
    with zipfile.ZipFile(io.BytesIO(again.body)) as made:
        assert b"a log.txt" in made.read("tree/Not included.txt")
    assert "tree/plain.txt" in names(again)
    long_ago = time.time() - 100
    os.utime(growing, (long_ago, long_ago))
    share.server.RequestHandlerClass.keywords["archives"].lifetime = 0  # type: ignore[attr-defined]
    assert "tree/a log.txt" in names(share.get("/?zip"))
