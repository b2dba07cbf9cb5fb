"""Whole trees by wget, rclone and lftp, which find the files by the links of the listings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import BeginClient, RunClient, Serve

    Hashes = Callable[[Path], dict[bytes, str]]

LONGEST_NAME = "ü" * 125 + "n.txt"
"""255 bytes. Not for wget, which shortens the names of its copies to 236."""
LARGE = 24 << 20
"""Bytes in the file "large.bin"."""


@pytest.mark.programs("wget")
@pytest.mark.needs("names that Windows forbids", "names that differ in their form of Unicode alone")
def test_wget_mirrors_a_tree(
    serve: Serve, tree: Path, tmp_path: Path, run_client: RunClient, hashes: Hashes
) -> None:
    served = serve(tree)
    mirror = tmp_path / "mirror"
    wget = ["wget", "--no-config", "--no-proxy", "--recursive", "--level=inf", "--no-parent"]
    wget += ["--no-verbose", "--no-host-directories", "--restrict-file-names=nocontrol"]
    wget += ["--reject-regex=[?]", "--execute=robots=off", "--tries=1"]
    run_client(*wget, f"--directory-prefix={mirror}", served.url)
    folders = [tree, *(path for path in tree.rglob("*") if path.is_dir())]
    listings = {os.fsencode(folder.relative_to(tree) / "index.html") for folder in folders}
    found = hashes(mirror)
    assert {path: found[path] for path in found.keys() - listings} == hashes(tree)


@pytest.mark.programs("rclone")
@pytest.mark.needs("names that Windows forbids", "names that differ in their form of Unicode alone")
def test_rclone_finds_no_difference_to_the_tree(
    serve: Serve, tree: Path, tmp_path: Path, run_client: RunClient, hashes: Hashes
) -> None:
    (tree / LONGEST_NAME).write_text("n")
    served = serve(tree)
    copy = tmp_path / "copy"
    rclone = ["rclone", "--config", os.devnull, "--http-url", served.url, "--retries", "1"]
    rclone += ["--low-level-retries", "1", "--transfers", "8", "--checkers", "8"]
    rclone += ["--no-unicode-normalization"]
    run_client(*rclone, "check", "--download", ":http:", tree)
    run_client(*rclone, "copy", ":http:", copy)
    assert hashes(copy) == hashes(tree)


@pytest.mark.programs("lftp")
@pytest.mark.needs("names that Windows forbids", "names that differ in their form of Unicode alone")
def test_lftp_mirrors_a_tree_and_goes_on_where_it_was_killed(
    serve: Serve,
    tree: Path,
    large: Path,
    tmp_path: Path,
    run_client: RunClient,
    begin_client: BeginClient,
    wait_until: Callable[..., object],
    hashes: Hashes,
) -> None:
    (tree / LONGEST_NAME).write_text("n")
    (large / "large.bin").rename(tree / "large.bin")
    served = serve(tree)
    mirror = tmp_path / "mirror"
    copy = mirror / "large.bin"
    settings = "set http:proxy ''; set net:max-retries 1; set cmd:fail-exit yes;"
    slowly = f"set net:limit-rate {LARGE // 4}; set net:limit-max {LARGE // 16};"
    order = f"mirror --parallel=4 --continue {served.url} {mirror}"
    client = begin_client("lftp", "--norc", "-c", settings + slowly + order)
    wait_until(lambda: copy.exists() and copy.stat().st_size > LARGE // 3, "a third is here")
    client.kill()
    client.wait()
    here = copy.stat().st_size
    assert here < LARGE
    run_client("lftp", "--norc", "-c", settings + order)
    assert hashes(mirror) == hashes(tree)
    rest = (206, LARGE - here)
    wait_until(lambda: rest in served.answers("/large.bin"), "the log tells of the rest")
