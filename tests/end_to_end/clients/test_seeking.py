"""A player that jumps within a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import RunClient, Serve

FILM_SECONDS = 40
JUMP_SECONDS = 36
QUIET = ("-nostdin", "-v", "error")
PICTURE_BYTES = 640 * 360 * 3


@pytest.mark.programs("ffmpeg", "ffprobe")
def test_ffmpeg_jumps_to_the_end_of_a_film_whose_index_is_at_the_end(
    serve: Serve, tmp_path: Path, run_client: RunClient, wait_until: Callable[..., object]
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    film = folder / "film.mp4"
    source = f"testsrc2=size=640x360:rate=25:duration={FILM_SECONDS}"
    encoding = ("-c:v", "mpeg4", "-b:v", "6M", "-g", "25")
    run_client("ffmpeg", *QUIET, "-f", "lavfi", "-i", source, *encoding, film)
    content = film.read_bytes()
    index = content.rindex(b"moov") - 4  # a box begins with its length
    assert content.index(b"mdat") < index

    served = serve(folder)
    url = f"{served.url}film.mp4"
    for place, picture in ((str(film), "here"), (url, "there")):
        jump = ("-ss", str(JUMP_SECONDS), "-i", place, "-frames:v", "1")
        as_bytes = ("-pix_fmt", "rgb24", "-f", "rawvideo", tmp_path / picture)
        run_client("ffmpeg", *QUIET, *jump, *as_bytes)
    assert (tmp_path / "there").stat().st_size == PICTURE_BYTES
    assert (tmp_path / "there").read_bytes() == (tmp_path / "here").read_bytes()
    entry = ("-show_entries", "format=duration", "-of", "csv=p=0")
    assert float(run_client("ffprobe", "-v", "error", *entry, url)) == FILM_SECONDS

    at_the_end = len(content) - index
    ahead = len(content) * (FILM_SECONDS - JUMP_SECONDS) / FILM_SECONDS

    def has_jumped() -> bool:
        sizes = [size for status, size in served.answers("/film.mp4") if status == 206]
        return at_the_end in sizes and any(at_the_end < size < 1.5 * ahead for size in sizes)

    wait_until(has_jumped, "the log tells of the index, and of what is from the picture on")
    assert {status for status, _ in served.answers("/film.mp4")} == {206}
