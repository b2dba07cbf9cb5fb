"""Downloads of files by curl, aria2 and zsync, which fetch parts of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import BeginClient, RunClient, Serve, Served

RAW_NAMES = (
    *(b"latin \xe4\xff.bin", b"two\nlines\tand \x1b[31m.txt", b"%41%2f.txt", b"~tilde.txt"),
    b"n" * 251 + b".txt",
)
"""What a disk can hold and a person would not type; the last has 255 bytes."""
LARGE = 24 << 20
"""Bytes in the file "large.bin"."""
CONNECTIONS = 8
CHANGES = 90
"""Places, evenly spread, where the older file differs; each is in a block of its own."""
BLOCK = 2048
HEAD_OF_A_PART = 400
"""Bytes, at most."""


@pytest.mark.needs(
    "names that Windows forbids",
    "names that differ in their form of Unicode alone",
    "names that are no text",
)
def test_curl_fetches_every_file_of_a_tree_by_its_name(
    serve: Serve,
    tree: Path,
    tmp_path: Path,
    run_client: RunClient,
    hashes: Callable[[Path], dict[bytes, str]],
) -> None:
    for name in RAW_NAMES:
        with open(os.fsencode(tree) + b"/" + name, "wb") as file:
            file.write(name * 3)
    served = serve(tree)
    paths = list(hashes(tree))
    # The name of each copy is a number: curl's own file of options has its rules for names.
    wanted = [f'url = "{served.url}{quote(path)}"\noutput = "{n}"' for n, path in enumerate(paths)]
    (tmp_path / "wanted").write_text("\n".join(wanted))
    copies = tmp_path / "copies"
    copies.mkdir()
    curl = ["curl", "-q", "--noproxy", "*", "-sS", "--fail", "--globoff"]
    curl += ["--parallel", "--parallel-max", "8", "--config", "../wanted"]
    run_client(*curl, cwd=copies)
    fetched = hashes(copies)
    assert {path: fetched[b"%d" % n] for n, path in enumerate(paths)} == hashes(tree)


@pytest.mark.programs("curl")
def test_curl_resumes_a_download_that_was_killed(
    serve: Serve,
    large: Path,
    tmp_path: Path,
    run_client: RunClient,
    begin_client: BeginClient,
    wait_until: Callable[..., object],
    sha256: Callable[[Path], str],
) -> None:
    served = serve(large)
    copy = tmp_path / "copy"
    curl = ["curl", "-q", "--noproxy", "*", "-sS", "--fail", "--output", str(copy)]
    curl += ["--continue-at", "-", f"{served.url}large.bin"]
    client = begin_client(*curl, "--limit-rate", "8M")
    wait_until(lambda: copy.exists() and copy.stat().st_size > LARGE // 4, "a quarter is here")
    client.kill()
    client.wait()
    here = copy.stat().st_size
    assert here < LARGE
    run_client(*curl)
    assert sha256(copy) == sha256(large / "large.bin")
    rest = (206, LARGE - here)
    wait_until(lambda: rest in served.answers("/large.bin"), "the log tells of the rest")


@pytest.mark.programs("aria2c")
def test_aria2_resumes_on_eight_connections_after_it_was_killed(
    serve: Serve,
    large: Path,
    tmp_path: Path,
    run_client: RunClient,
    begin_client: BeginClient,
    wait_until: Callable[..., object],
    sha256: Callable[[Path], str],
) -> None:
    served = serve(large)
    copy = tmp_path / "copy"
    aria2 = ["aria2c", "--no-conf", "--all-proxy=", "--quiet", "--dir", str(tmp_path)]
    aria2 += ["--out=copy", f"-x{CONNECTIONS}", f"-s{CONNECTIONS}", "-k1M", "--max-tries=1"]
    aria2 += ["--file-allocation=none", "--auto-save-interval=1", f"{served.url}large.bin"]
    client = begin_client(*aria2, "--max-overall-download-limit=6M")
    notes = tmp_path / "copy.aria2"

    def noted() -> int:
        return notes.stat().st_mtime_ns if notes.exists() else 0

    # The holes between what the connections have written take no blocks.
    wait_until(lambda: copy.exists() and copy.stat().st_blocks * 512 > LARGE // 3, "a third")
    before = noted()
    wait_until(lambda: noted() > before, "a note of what is here")
    client.kill()
    client.wait()
    assert sha256(copy) != sha256(large / "large.bin")
    wait_until(lambda: len(served.answers("/large.bin")) == CONNECTIONS, "all have ended")
    run_client(*aria2, "--continue=true")
    assert not notes.exists()
    assert sha256(copy) == sha256(large / "large.bin")

    def ranges() -> list[int]:
        later = served.answers("/large.bin")[CONNECTIONS:]
        return [size for status, size in later if status == 206]

    # One of the first connections may ask for all, and break off.
    wait_until(lambda: len(ranges()) >= CONNECTIONS - 1, "the log tells of what was missing")
    assert sum(ranges()) < LARGE


@pytest.mark.programs("zsync", "zsyncmake")
def test_zsync_fetches_what_differs_as_several_ranges_of_one_request(
    serve: Serve,
    large: Path,
    tmp_path: Path,
    run_client: RunClient,
    wait_until: Callable[..., object],
    sha256: Callable[[Path], str],
) -> None:
    new, seed, copy = large / "large.bin", tmp_path / "seed", tmp_path / "copy"
    older = bytearray(new.read_bytes())
    starts = range(LARGE // CHANGES // 2, LARGE, LARGE // CHANGES)
    for start in starts:
        older[start] ^= 1
    seed.write_bytes(older)
    control = large / "large.zsync"
    run_client("zsyncmake", "-b", str(BLOCK), "-u", "large.bin", "-o", control, new)
    served = serve(large)
    said = run_client("zsync", "-i", seed, "-o", copy, f"{served.url}large.zsync")
    assert "checksum matches OK" in said
    assert sha256(copy) == sha256(new)
    blocks = CHANGES * BLOCK
    wait_until(lambda: parts(served) > blocks, "the log tells of all parts")
    # More blocks than requests, and fewer bytes in all than lie between two of the blocks.
    assert {status for status, _ in served.answers("/large.bin")} == {206}
    assert len(served.answers("/large.bin")) <= CHANGES // 10
    assert parts(served) < blocks + CHANGES * HEAD_OF_A_PART < LARGE // CHANGES


def parts(served: Served) -> int:
    return sum(size for _, size in served.answers("/large.bin"))
