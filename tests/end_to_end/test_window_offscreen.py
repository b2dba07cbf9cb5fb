"""The window in this process, drawn off screen, and clients that are not ours."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sysconfig
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from PySide6.QtCore import Qt

from app.options import Options
from app.settings_store import SettingsStore
from app.state import ServerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QComboBox
    from pytestqt.qtbot import QtBot

    from app.application import Desktop
    from server_core import RequestFinished

# The offscreen platform says so of every window with a smallest size.
TREE_SECONDS = 90
MANY = 1000
"""Files; the smallest of the libraries that this may run on has more."""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """This interpreter's own library, as a copy in which nothing else writes."""
    copy = tmp_path / "lib"
    leave_out = shutil.ignore_patterns(
        "site-packages", "dist-packages", "config-*", "__pycache__", ".*"
    )
    shutil.copytree(sysconfig.get_path("stdlib"), copy, ignore=leave_out)
    return copy


def start_by_mouse(desktop: Desktop, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desktop.sharing.controller.started):
        qtbot.mouseClick(desktop.window.form.button, Qt.MouseButton.LeftButton)
    assert desktop.sharing.controller.state is ServerState.RUNNING


def stop_by_mouse(desktop: Desktop, qtbot: QtBot) -> None:
    qtbot.mouseClick(desktop.window.form.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.STOPPED)


def run(qtbot: QtBot, command: list[str], seconds: float = 30) -> None:
    """Run another program to its end while the window goes on."""
    with subprocess.Popen(command, stderr=subprocess.PIPE) as client:
        qtbot.waitUntil(lambda: client.poll() is not None, timeout=round(seconds * 1000))
        assert client.stderr is not None
        assert client.returncode == 0, client.stderr.read().decode()


def hashes(tree: Path) -> dict[str, str]:
    """Return the SHA-256 of every file, by its path in the tree."""
    found = {}
    for folder, _, names in os.walk(tree):
        for name in names:
            path = Path(folder, name)
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            found[path.relative_to(tree).as_posix()] = digest
    return found


def folders(tree: Path) -> set[str]:
    """Return the URL paths of the folders of a tree, with and without something in them."""
    below = (Path(folder).relative_to(tree).as_posix() for folder, _, _ in os.walk(tree))
    return {"/" if path == "." else f"/{path}/" for path in below}


@pytest.mark.programs("rclone")
@pytest.mark.timeout(2 * TREE_SECONDS)
def test_a_tree_of_thousands_of_files_arrives_as_it_is_by_the_address_in_the_code(
    open_window: Callable[..., Desktop],
    read_qr: Callable[[QImage], list[str]],
    is_refused: Callable[[str], bool],
    library: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window(Options(bind="local", port=0))
    desktop.window.form.set_folder(str(library))
    start_by_mouse(desktop, qtbot)
    [address] = read_qr(desktop.window.grab().toImage())
    assert address.startswith("http://127.0.0.1:")
    expected = hashes(library)
    assert len(expected) >= MANY

    copy = library.with_name("copy")
    rclone = ["rclone", "--config", os.devnull, "--http-url", address, "--retries", "1"]
    # As they are on the disk, so that the bytes that are told can be counted.
    rclone += ["--header", "Accept-Encoding: identity"]
    run(qtbot, [*rclone, "--transfers", "8", "copy", ":http:", str(copy)], TREE_SECONDS)

    assert hashes(copy) == expected
    asked = 2 * len(expected) + len(folders(library))
    qtbot.waitUntil(lambda: desktop.sharing.log.rowCount() >= asked)
    fetched = of_method(desktop, "GET")
    assert fetched.keys() - folders(library) == {f"/{path}" for path in expected}
    assert set(fetched.values()) == {1}
    assert of_method(desktop, "HEAD") == Counter(f"/{path}" for path in expected)
    requests = desktop.sharing.log.shown_events()
    assert (
        desktop.sharing.log.rowCount() == len(requests) == asked <= desktop.sharing.log.MAX_ENTRIES
    )
    assert {(event.status, event.complete) for event in requests} == {(200, True)}
    bodies = sum(event.body_bytes for event in requests if not event.target.endswith("/"))
    assert bodies == sum(path.stat().st_size for path in library.rglob("*") if path.is_file())

    stop_by_mouse(desktop, qtbot)
    assert is_refused(address)


def of_method(desktop: Desktop, method: str) -> Counter[str]:
    events: tuple[RequestFinished, ...] = desktop.sharing.log.shown_events()
    return Counter(unquote(event.target) for event in events if event.method == method)


def test_sharing_starts_again_after_a_stop(
    open_window: Callable[..., Desktop],
    read_qr: Callable[[QImage], list[str]],
    is_refused: Callable[[str], bool],
    shared: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window(Options(bind="local", port=0))
    desktop.window.form.set_folder(str(shared))
    for times in (1, 2, 3):
        start_by_mouse(desktop, qtbot)
        [address] = read_qr(desktop.window.grab().toImage())
        copy = tmp_path / f"copy-{times}"
        run(qtbot, ["curl", "--noproxy", "*", "-sSf", "-o", str(copy), f"{address}letter.txt"])
        assert copy.read_text() == (shared / "letter.txt").read_text()
        qtbot.waitUntil(lambda times=times: desktop.sharing.log.rowCount() == times)
        stop_by_mouse(desktop, qtbot)
        assert is_refused(address)
        assert read_qr(desktop.window.grab().toImage()) == []


@pytest.mark.programs("wget")
@pytest.mark.needs("names that Windows forbids")
def test_a_recursive_wget_finds_every_file_by_the_links(
    open_window: Callable[..., Desktop], shared: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    deep = shared / "a b" / "100 %" / "#1?"
    deep.mkdir(parents=True)
    for name in ("ä&ö.txt", "it's.txt", '"quoted".txt', "😀.txt", "~a+b;c=d.txt"):
        (deep / name).write_text(f"This is {name}.\n")
    desktop = open_window(Options(folder=str(shared), bind="local"))
    with qtbot.waitSignal(desktop.sharing.controller.started) as started:
        pass
    assert started.args is not None
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    wget = ["wget", "--no-config", "--no-proxy", "--recursive", "--level", "inf", "--no-parent"]
    wget += ["--no-verbose", "--no-host-directories", "--restrict-file-names=nocontrol"]
    wget += ["--reject-regex", "[?]", "--execute", "robots=off", "--directory-prefix", str(mirror)]
    run(qtbot, [*wget, started.args[0].url])
    pages = [path for path in hashes(mirror) if Path(path).name == "index.html"]
    fetched = {path: found for path, found in hashes(mirror).items() if path not in pages}
    assert fetched == hashes(shared)


def test_what_was_set_is_there_at_the_next_start(
    open_window: Callable[..., Desktop],
    shared: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window()
    form = desktop.window.form
    form.set_folder(str(shared))
    choose(form.network, "Only this computer", qtbot)
    choose(form.protocol, "HTTP/1.0", qtbot)
    with qtbot.waitActive(desktop.window):
        desktop.window.activateWindow()
    form.port.setFocus()
    qtbot.keyClicks(form.port, "18080")
    qtbot.keyClick(form.port, Qt.Key.Key_Tab)

    again = open_window()
    assert again.window.settings == desktop.window.settings
    assert SettingsStore(str(tmp_path / "settings.ini")).load() == again.window.settings
    settings = again.window.settings
    assert (settings.folder, settings.network) == (str(shared), "local")
    assert (settings.port, settings.protocol) == (18080, "HTTP/1.0")
    assert again.window.form.port.text() == "18080"
    assert again.window.form.network.currentText() == "Only this computer"


def choose(box: QComboBox, text: str, qtbot: QtBot) -> None:
    """Choose an entry of a closed drop-down with the keyboard."""
    box.setFocus()
    row = box.findText(text)
    assert row >= 0, text
    for _ in range(box.count()):
        qtbot.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < row else Qt.Key.Key_Up)
        if box.currentIndex() == row:
            return
    raise AssertionError(f"{text} cannot be chosen")
