"""Nothing outside the shared folder is opened, whatever leads there; nor what is no file."""

from __future__ import annotations

import itertools
import os
import select
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from server_core.files import resource
from server_core.files.resource import (
    is_reserved_segment,
    lies_within,
    open_anywhere,
    open_beneath,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "not for you"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder to share; beside it lies what must stay unseen."""
    shared = tmp_path / "shared"
    (shared / "sub" / "deep").mkdir(parents=True)
    (shared / "file.txt").write_text("for all")
    (shared / "sub" / "inner.txt").write_text("inner")
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "shared-too").mkdir()
    (tmp_path / "shared-too" / "secret.txt").write_text(SECRET)
    return shared


@pytest.fixture(
    params=[
        pytest.param(
            "descriptor by descriptor", marks=pytest.mark.needs("folders that are opened")
        ),
        "path by path",
    ]
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of opening: the one of POSIX, and the one where directories have no descriptor."""
    monkeypatch.setattr(resource, "_CAN_WALK", request.param == "descriptor by descriptor")


def content(root: Path, *segments: str) -> str:
    with open_beneath(str(root), segments) as opened:
        return "a folder" if opened.is_directory else opened.read_at(0, 100).decode()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([], "a folder"),
        (["file.txt"], "for all"),
        (["sub"], "a folder"),
        (["sub", "inner.txt"], "inner"),
    ],
)
def test_what_lies_below_is_opened(
    root: Path, segments: list[str], expected: str, descriptors: Callable[[], int]
) -> None:
    before = descriptors()
    assert content(root, *segments) == expected
    assert descriptors() <= before


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "segments",
    [
        ["..", "secret.txt"],
        ["sub", "..", "..", "secret.txt"],
        ["sub", "..", "file.txt"],
        ["missing"],
        ["missing", "file.txt"],
        ["file.txt", "below"],
        ["\0"],
        ["file.txt\0.png"],
        ["\ud800"],
        ["x" * 256],
        ["x"] * 5000,
        ["x"] * 20_000,
    ],
)
def test_what_does_not_is_not(
    root: Path, segments: list[str], descriptors: Callable[[], int]
) -> None:
    before = descriptors()
    with pytest.raises(OSError, match=r"."):
        content(root, *segments)
    assert descriptors() <= before


@pytest.mark.needs("symbolic links")
@pytest.mark.usefixtures("way")
def test_links_that_stay_inside_are_followed(root: Path) -> None:
    (root / "relative").symlink_to("sub/inner.txt")
    (root / "absolute").symlink_to(root / "sub")
    (root / "sub" / "up").symlink_to("..")
    (root / "nested").symlink_to("absolute/up/relative")
    (root / "there and back").symlink_to("../shared/file.txt")
    assert content(root, "relative") == "inner"
    assert content(root, "absolute", "inner.txt") == "inner"
    assert content(root, "sub", "up", "sub", "up", "file.txt") == "for all"
    assert content(root, "nested") == "inner"
    assert content(root, "there and back") == "for all"
    assert content(root, "absolute") == "a folder"


@pytest.mark.needs("symbolic links")
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("target", "segments"),
    [
        ("../secret.txt", ["link"]),
        ("../shared-too", ["link", "secret.txt"]),
        ("../shared-too", ["link"]),
        ("..", ["link", "secret.txt"]),
        ("/", ["link", "etc", "hostname"]),
        ("sub/../../secret.txt", ["link"]),
        ("sub/out/secret.txt", ["link"]),
        ("/proc/self/root/etc", ["link"]),
    ],
)
def test_links_that_leave_are_not(
    root: Path, target: str, segments: list[str], descriptors: Callable[[], int]
) -> None:
    (root / "sub" / "out").symlink_to("../../shared-too")
    (root / "link").symlink_to(target)
    before = descriptors()
    with pytest.raises(FileNotFoundError):
        content(root, *segments)
    assert descriptors() <= before


@pytest.mark.needs("symbolic links")
@pytest.mark.usefixtures("way")
def test_links_that_lead_nowhere_are_not_found(root: Path) -> None:
    (root / "dangling").symlink_to("missing")
    (root / "circle").symlink_to("circle")
    for name in ("dangling", "circle"):
        with pytest.raises(OSError, match=r"."):
            content(root, name)


@pytest.mark.needs("symbolic links")
@pytest.mark.usefixtures("way")
def test_the_shared_folder_may_be_a_link_itself(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    (root / "relative").symlink_to("sub/inner.txt")
    assert content(tmp_path / "alias", "file.txt") == "for all"
    assert content(tmp_path / "alias", "relative") == "inner"
    assert content(tmp_path / "alias") == "a folder"


@pytest.mark.needs("symbolic links")
def test_the_whole_file_system_may_be_shared(root: Path) -> None:
    (root / "relative").symlink_to("sub/inner.txt")
    top, *segments = root.parts
    with open_beneath(top, [*segments, "relative"]) as opened:
        assert opened.read_at(0, 10) == b"inner"


@pytest.mark.needs("named pipes and sockets in folders")
@pytest.mark.usefixtures("way")
def test_what_is_neither_file_nor_folder_is_not_found_and_holds_nothing_up(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / "pipe")
    (root / "null").symlink_to("/dev/null")
    (root / "to the pipe").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        # The address of such a socket is short, the path of a temporary folder is not.
        monkeypatch.chdir(root)
        listening.bind("socket")
        for name in ("pipe", "to the pipe", "socket", "null"):
            with pytest.raises(FileNotFoundError):
                content(root, name)


@pytest.mark.needs("named pipes and sockets in folders")
@pytest.mark.usefixtures("way")
def test_whoever_waits_to_write_to_a_pipe_goes_on_waiting(root: Path) -> None:
    """A reader that came and went would leave it with a broken pipe."""
    pipe = root / "pipe"
    os.mkfifo(pipe)
    written: list[str] = []

    def write() -> None:
        try:
            pipe.write_text("for another reader")
        except OSError as error:
            written.append(type(error).__name__)

    writing = threading.Thread(target=write, daemon=True)
    writing.start()
    for _ in range(1000):
        with pytest.raises(FileNotFoundError):
            content(root, "pipe")
    with pytest.raises(FileNotFoundError):
        open_anywhere(str(pipe))
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    assert select.select([reader], [], [], 10)[0]
    received = os.read(reader, 100)
    os.close(reader)
    writing.join(10)
    assert (received, written) == (b"for another reader", [])


def test_a_device_is_not_found_even_where_links_may_leave() -> None:
    for path in (os.devnull, "/dev/zero", "/dev/tty\0", "/dev/missing"):
        with pytest.raises(FileNotFoundError):
            open_anywhere(path)


@pytest.mark.needs("symbolic links", "folders that change while they are open")
def test_a_name_that_is_changed_under_way_never_leads_out(root: Path, tmp_path: Path) -> None:
    """One thread exchanges a folder for a link out of it and back, as fast as it can."""
    (root / "door").mkdir()
    (root / "door" / "secret.txt").write_text("harmless")
    (tmp_path / "out").symlink_to(tmp_path / "shared-too")
    done = threading.Event()

    def swap() -> None:
        door, kept, out = root / "door", tmp_path / "kept", tmp_path / "out"
        while not done.is_set():
            door.rename(kept)
            out.rename(door)
            door.rename(out)
            kept.rename(door)

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        found = attempts(root, 3000)
    finally:
        done.set()
        swapping.join()
    assert SECRET not in found
    assert "harmless" in found


def attempts(root: Path, count: int) -> set[str]:
    found = set()
    for _ in itertools.repeat(None, count):
        try:
            found.add(content(root, "door", "secret.txt"))
        except OSError as error:
            found.add(str(error.errno))
    return found


@pytest.mark.parametrize(
    "segment",
    [
        *(
            "CON",
            "nul",
            "Aux.txt",
            "prn.tar.gz",
            "COM1",
            "lpt9.log",
            "COM\xb9",
            "CONIN$",
            "conout$",
        ),
        *("NUL .txt", "a.", "a ", "...", ". .", "C:", "a:b", "file.txt:$DATA", "file.txt::$DATA"),
        *("a\\b", "a/b", "*", "a?", "a|b", "<a>", 'a"b', "a\x01", "a\n", "..", "."),
    ],
)
def test_what_windows_reads_differently_is_reserved(segment: str) -> None:
    assert is_reserved_segment(segment)


@pytest.mark.parametrize("may_leave", [False, True])
@pytest.mark.parametrize("name", ["file.txt ", "file.txt.", "file.txt::$DATA", "nul", "a?b"])
def test_what_windows_reads_differently_is_not_opened_there(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, may_leave: bool
) -> None:
    if os.name != "nt":
        (root / name).write_text("for all")
        open_beneath(str(root), [name], may_leave=may_leave).close()
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        for segments in ([name], [name, "file.txt"]):
            with pytest.raises(FileNotFoundError):
                open_beneath(str(root), segments, may_leave=may_leave)


@pytest.mark.needs("symbolic links")
def test_links_may_leave_where_that_is_said_but_nothing_else(root: Path) -> None:
    (root / "out").symlink_to("../shared-too")
    with open_beneath(str(root), ["out", "secret.txt"], may_leave=True) as opened:
        assert opened.read_at(0, 100) == SECRET.encode()
    for segments in (["..", "secret.txt"], ["sub", "..", "..", "secret.txt"], ["secret.txt"]):
        with pytest.raises(FileNotFoundError):
            open_beneath(str(root), segments, may_leave=True)


@pytest.mark.parametrize(
    "segment", ["a", "CONSOLE", "nul1", "COM10", "LPT", "a.con", ".hidden", "a b", "Ünïcödé", "#%&"]
)
def test_ordinary_names_are_not_reserved(segment: str) -> None:
    assert not is_reserved_segment(segment)


@pytest.mark.parametrize(
    ("root_path", "path", "within"),
    [
        ("/a", "/a", True),
        ("/a", "/a/b", True),
        ("/a", "/ab", False),
        ("/a", "/", False),
        ("/a/b", "/a", False),
        ("/", "/a", True),
        ("/a/", "/a/b", True),
    ],
)
def test_a_folder_is_no_prefix(root_path: str, path: str, within: bool) -> None:
    assert lies_within(root_path, path) is within


def test_a_resource_may_be_closed_twice(root: Path) -> None:
    opened = open_beneath(str(root), ["file.txt"])
    opened.close()
    opened.close()
