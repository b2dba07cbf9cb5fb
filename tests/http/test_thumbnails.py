"""`?thumbnail`: small pictures of pictures, made apart and kept as far as there is room."""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import TYPE_CHECKING

import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageStat

from server_core.files.resource import open_anywhere
from server_core.share.thumbnails.maker import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Answer, Settles, Site

    from server_core.share.thumbnails import ThumbnailMaker

pillow_heif.register_heif_opener()

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
SMALL = 512
"""Pixels; no thumbnail is larger."""


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def shown(answer: Answer) -> Image.Image:
    """Return the picture that came."""
    assert answer.status == 200, answer.body[:200]
    assert answer["Content-Type"] == "image/webp"
    image = Image.open(io.BytesIO(answer.body))
    assert max(image.size) <= SMALL
    return image


def maker_of(share: Site) -> ThumbnailMaker:
    return share.server.thumbnails  # type: ignore[attr-defined] # it is a ShareServer


@pytest.fixture
def photo() -> bytes:
    return encoded(Image.effect_noise((1600, 1200), 40).convert("RGB"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("a.jpg", "JPEG"), ("a.png", "PNG"), ("a.webp", "WEBP"), ("a.gif", "GIF")),
        *(("a.bmp", "BMP"), ("a.tif", "TIFF"), ("a.JPEG", "JPEG"), ("a.avif", "AVIF")),
        ("a.heic", "HEIF"),
    ],
)
def test_a_picture_of_each_kind_becomes_small(
    share: Site, tree: Path, name: str, kind: str
) -> None:
    (tree / name).write_bytes(encoded(Image.new("RGB", (1000, 500), (200, 40, 40)), kind))
    image = shown(share.get(f"/{name}?thumbnail"))
    assert image.width == 2 * image.height
    red, green, blue = image.convert("RGB").getpixel((5, 5))
    assert red > 180
    assert max(green, blue) < 70


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "LA", "RGBA", "CMYK"])
def test_a_picture_of_any_mode_becomes_small(share: Site, tree: Path, mode: str) -> None:
    grey = Image.new("L", (600, 600), 255 if mode == "1" else 200)
    image = grey.convert("RGB").convert(mode) if mode in ("P", "CMYK") else grey.convert(mode)
    if mode == "I;16":
        image = Image.new("I;16", (600, 600), 200 * 256)
    (tree / "a.tif").write_bytes(encoded(image, "TIFF"))
    [level] = ImageStat.Stat(shown(share.get("/a.tif?thumbnail")).convert("L")).mean
    assert level > 250 if mode == "1" else 190 < level < 210


def test_a_small_picture_does_not_grow(share: Site, tree: Path) -> None:
    (tree / "dot.png").write_bytes(encoded(Image.new("RGB", (3, 7)), "PNG"))
    assert shown(share.get("/dot.png?thumbnail")).size == (3, 7)


@pytest.mark.parametrize(("ink", "ground"), [(20, 255), (255, 64)])
def test_what_is_transparent_gets_a_ground_to_be_read_on(
    share: Site, tree: Path, ink: int, ground: int
) -> None:
    image = Image.new("RGBA", (900, 900), (0, 0, 0, 0))
    image.paste((ink, ink, ink, 255), (300, 300, 600, 600))
    (tree / "a.png").write_bytes(encoded(image, "PNG"))
    thumbnail = shown(share.get("/a.png?thumbnail"))
    assert thumbnail.mode == "RGB"
    grey = thumbnail.convert("L")
    assert abs(grey.getpixel((9, 9)) - ground) < 6
    assert abs(grey.getpixel((200, 200)) - ink) < 6


def test_where_there_is_none_a_page_gets_an_unseen_picture_and_a_person_a_sentence(
    share: Site, tree: Path
) -> None:
    (tree / "a.jpg").write_bytes(b"no picture")
    answer = share.get("/a.jpg?thumbnail", Accept="image/webp,*/*")
    assert (answer.status, answer["Content-Type"]) == (404, "image/gif")
    image = Image.open(io.BytesIO(answer.body)).convert("RGBA")
    assert (image.size, image.getpixel((0, 0))[3]) == ((1, 1), 0)
    page = share.get("/a.jpg?thumbnail", Accept="text/html,*/*")
    assert page.status == 404
    assert b"This is not here" in page.body


def test_the_first_picture_of_an_animation_is_shown(share: Site, tree: Path) -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
    animation = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    (tree / "a.gif").write_bytes(animation)
    image = shown(share.get("/a.gif?thumbnail"))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((9, 9))[0] > 200


def test_a_photo_is_upright_and_does_not_say_where_it_was_taken(share: Site, tree: Path) -> None:
    image = Image.new("RGB", (1000, 500), "blue")
    image.paste("red", (0, 0, 500, 500))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (tree / "a.jpg").write_bytes(encoded(image, "JPEG", exif=exif, icc_profile=profile))
    answer = share.get("/a.jpg?thumbnail")
    thumbnail = shown(answer)
    assert thumbnail.height == 2 * thumbnail.width
    assert thumbnail.convert("RGB").getpixel((100, 20))[0] > 200
    assert not thumbnail.getexif()
    assert "icc_profile" not in thumbnail.info
    assert b"camera" not in answer.body


@pytest.mark.parametrize(
    "name", ["cut.jpg", "text.png", "empty.jpg", "header.gif", "bomb.png", "huge.bmp", "cut.webp"]
)
def test_what_cannot_be_decoded_has_none_and_harms_nobody(
    share: Site, tree: Path, photo: bytes, name: str
) -> None:
    hostile = {
        "cut.jpg": photo[: len(photo) // 2],
        "text.png": b"This is no picture.\n" * 100,
        "empty.jpg": b"",
        "header.gif": b"GIF89a" + b"\x50\xc3\x50\xc3" + b"\xf7\0\0" + bytes(800),
        "huge.bmp": b"BM" + bytes(8) + b"\x36\0\0\0\x28\0\0\0" + b"\xff\xff\0\0" * 2 + bytes(40),
        "cut.webp": encoded(Image.new("RGB", (900, 900)), "WEBP")[:90],
    }
    if name == "bomb.png":
        hostile[name] = encoded(Image.new("1", (30000, 30000)), "PNG")
    (tree / name).write_bytes(hostile[name])
    (tree / "good.jpg").write_bytes(photo)
    assert share.get(f"/{name}?thumbnail").status == 404
    assert shown(share.get("/good.jpg?thumbnail"))
    assert len(maker_of(share).processes) == 1


@pytest.mark.needs("/proc")
def test_what_takes_too_much_memory_has_none_and_the_bound_holds(
    share: Site, tree: Path, photo: bytes
) -> None:
    # 49 million pixels of 16 bits in each of 4 channels: more than the process may have.
    (tree / "a.png").write_bytes(encoded(Image.new("RGBA", (7000, 7000)), "PNG"))
    (tree / "good.jpg").write_bytes(photo)
    share.get("/a.png?thumbnail")
    [worker] = maker_of(share).processes
    with open(f"/proc/{worker}/status") as file:
        used = dict(line.split(":", 1) for line in file)
    assert int(used["VmPeak"].split()[0]) <= 512 << 10
    assert shown(share.get("/good.jpg?thumbnail"))


def test_a_process_that_ends_over_a_picture_is_replaced(
    share: Site, tree: Path, photo: bytes
) -> None:
    (tree / "a.jpg").write_bytes(photo)
    (tree / "b.jpg").write_bytes(photo)
    assert shown(share.get("/a.jpg?thumbnail"))
    [first] = maker_of(share).processes
    os.kill(first, 9)
    assert share.get("/b.jpg?thumbnail").status == 404
    (tree / "c.jpg").write_bytes(photo)
    assert shown(share.get("/c.jpg?thumbnail"))
    assert maker_of(share).processes != [first]


def test_a_picture_that_takes_too_long_is_given_up(share: Site, tree: Path, photo: bytes) -> None:
    (tree / "slow.jpg").write_bytes(photo)
    maker = maker_of(share)
    maker._command = SLEEPER
    maker.seconds_each = 0.2
    assert share.get("/slow.jpg?thumbnail").status == 404
    assert maker.processes == []
    assert share.get("/slow.jpg?thumbnail").status == 404  # remembered
    assert share.get("/slow.jpg").body == photo


def test_without_a_process_it_is_said_to_try_later(share: Site, tree: Path, photo: bytes) -> None:
    (tree / "a.jpg").write_bytes(photo)
    maker_of(share)._command = [str(tree / "missing")]
    answer = share.get("/a.jpg?thumbnail")
    assert (answer.status, answer["Retry-After"]) == (503, "2")


def test_many_at_once_all_end(share: Site, tree: Path, photo: bytes) -> None:
    for number in range(50):
        (tree / f"{number}.jpg").write_bytes(photo)
    answers: list[Answer] = []

    def ask(number: int) -> None:
        answers.append(share.get(f"/{number}.jpg?thumbnail"))

    threads = [threading.Thread(target=ask, args=(number,)) for number in [*range(50), 7, 7]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 52
    assert all(shown(answer) for answer in answers)
    assert len(maker_of(share).processes) <= 2


def test_of_too_many_the_first_are_given_up(share: Site, tree: Path, photo: bytes) -> None:
    maker = maker_of(share)
    maker._command, maker.seconds_each, maker.max_waiting = SLEEPER, 0.5, 2
    for number in range(8):
        (tree / f"{number}.jpg").write_bytes(photo)
    clients = [share.connect() for _ in range(8)]
    for number, client in enumerate(clients):
        client.ask(f"/{number}.jpg?thumbnail")
    statuses = [client.answer().status for client in clients]
    assert 503 in statuses
    assert set(statuses) <= {404, 503}


@pytest.mark.needs("/proc")
def test_a_stop_ends_what_is_being_made(
    share: Site, tree: Path, photo: bytes, settles: Settles
) -> None:
    maker = maker_of(share)
    maker._command = ["sleep", "60"]
    (tree / "a.jpg").write_bytes(photo)
    client = share.connect()
    client.ask("/a.jpg?thumbnail")
    settles(lambda: maker.processes, "begun")
    running = maker.processes
    share.server.stop()
    assert maker.processes == []
    assert not any(os.path.exists(f"/proc/{process}") for process in running)


def test_a_process_ends_that_has_nothing_to_do(
    share: Site, tree: Path, photo: bytes, settles: Settles
) -> None:
    maker = maker_of(share)
    maker.seconds_idle = 0.05
    (tree / "a.jpg").write_bytes(photo)
    (tree / "b.jpg").write_bytes(photo)
    assert shown(share.get("/a.jpg?thumbnail"))
    settles(lambda: not maker.processes, "ended")
    assert shown(share.get("/b.jpg?thumbnail"))


def test_an_unchanged_one_is_not_sent_again(share: Site, tree: Path, photo: bytes) -> None:
    (tree / "a.jpg").write_bytes(photo)
    first = share.get("/a.jpg?thumbnail")
    assert first["Cache-Control"] == "private, max-age=3600"
    assert first["X-Content-Type-Options"] == "nosniff"
    assert first["ETag"] != share.get("/a.jpg")["ETag"]
    again = share.get("/a.jpg?thumbnail", If_None_Match=str(first["ETag"]))
    assert (again.status, again.body, again["ETag"]) == (304, b"", first["ETag"])
    head = share.get("/a.jpg?thumbnail", "HEAD")
    assert (head.status, head["Content-Length"]) == (200, str(len(first.body)))
    (tree / "a.jpg").write_bytes(encoded(Image.new("RGB", (9, 9))))
    changed = share.get("/a.jpg?thumbnail", If_None_Match=str(first["ETag"]))
    assert shown(changed).size == (9, 9)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        *((f"/{name}?thumbnail", 404) for name in ("missing.jpg", ".hidden.jpg", "leaves.jpg")),
        *((f"/{name}?thumbnail", 404) for name in ("plain.txt", "pipe.jpg", "large.svg")),
        ("/sub?thumbnail", 301),
    ],
)
@pytest.mark.needs("named pipes and sockets in folders")
def test_it_is_found_where_the_file_would_be(
    share: Site, tree: Path, photo: bytes, target: str, status: int
) -> None:
    (tree / ".hidden.jpg").write_bytes(photo)
    (tree.parent / "outside.jpg").write_bytes(photo)
    (tree / "leaves.jpg").symlink_to(tree.parent / "outside.jpg")
    (tree / "large.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>" + b" " * 300_000)
    os.mkfifo(tree / "pipe.jpg")
    assert share.get(target).status == status


def test_a_small_svg_is_its_own_and_runs_nothing(share: Site, tree: Path) -> None:
    (tree / "a.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    answer = share.get("/a.svg?thumbnail")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "sandbox" in str(answer["Content-Security-Policy"])


def test_a_file_that_is_being_written_has_none_yet(share: Site, tree: Path, photo: bytes) -> None:
    path = tree / "a.jpg"
    for change in (b"", photo + b"more"):
        path.write_bytes(photo)
        picture = open_anywhere(str(path))
        path.write_bytes(change)
        with pytest.raises(BusyError):
            maker_of(share).make(picture)
    path.write_bytes(photo)
    assert shown(share.get("/a.jpg?thumbnail"))


def test_a_file_that_vanishes_meanwhile_is_shown_once_more(
    share: Site, tree: Path, photo: bytes
) -> None:
    (tree / "a.jpg").write_bytes(photo)
    picture = open_anywhere(str(tree / "a.jpg"))
    (tree / "a.jpg").unlink()
    assert maker_of(share).make(picture)
    assert share.get("/a.jpg?thumbnail").status == 404


def test_no_descriptor_stays_open(
    share: Site, tree: Path, photo: bytes, descriptors: Callable[[], int], settles: Settles
) -> None:
    (tree / "a.jpg").write_bytes(photo)
    (tree / "b.png").write_bytes(b"no picture")
    client = share.connect()
    client.get("/a.jpg?thumbnail")
    before = descriptors()
    for target in ("/a.jpg?thumbnail", "/b.png?thumbnail", "/plain.txt?thumbnail"):
        client.get(target)
        client.get(target, "HEAD")
    settles(lambda: descriptors() <= before, "closed")
