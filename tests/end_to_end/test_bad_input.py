"""What cannot be shared as it was asked for: the window says why and goes on, nothing is lost."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.options import Options
from app.state import Field, ServerState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from app.application import Desktop
    from app.state import StartFailure
    from tests.end_to_end.conftest import Program

IS_ROOT = os.name == "posix" and os.geteuid() == 0
# The offscreen platform says so of every window with a smallest size.
NOT_HERE = "192.0.2.77"
"""An address that no machine has (RFC 5737)."""
CAPABILITY_VERSION_3 = 0x20080522


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of loopback on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture
def as_anybody() -> Iterator[None]:
    """Take from this thread, and those it starts, what root may do and others may not."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    before = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0, os.strerror(ctypes.get_errno())
    # Two times effective, permitted, inheritable: what stays permitted can be taken up again.
    without = (ctypes.c_uint32 * 6)(0, before[1], before[2], 0, before[4], before[5])
    assert libc.capset(header, without) == 0, os.strerror(ctypes.get_errno())
    yield
    assert libc.capset(header, before) == 0, os.strerror(ctypes.get_errno())


def press_start(desktop: Desktop, qtbot: QtBot) -> None:
    qtbot.mouseClick(desktop.window.form.button, Qt.MouseButton.LeftButton)


def start_in_vain(desktop: Desktop, qtbot: QtBot) -> StartFailure:
    """Press the button, and return why that started nothing; the window must stay as it was."""
    form = desktop.window.form
    entered = (desktop.window.settings, form.port.text(), form.network.currentText())
    with qtbot.waitSignal(desktop.sharing.controller.failed) as failed:
        press_start(desktop, qtbot)
    assert failed.args is not None
    failure: StartFailure = failed.args[0]
    assert desktop.sharing.controller.state is ServerState.STOPPED
    assert (desktop.window.settings, form.port.text(), form.network.currentText()) == entered
    for field in Field:
        told = form.messages[field].text
        assert told == (failure.message if field is failure.field else "")
        assert form.messages[field].isVisible() == bool(told)
    assert form.button.isEnabled()
    assert form.button.text() == "Start sharing"
    return failure


def start(desktop: Desktop, qtbot: QtBot) -> str:
    """Press the button, and return the address at which it shares now."""
    with qtbot.waitSignal(desktop.sharing.controller.started) as started:
        press_start(desktop, qtbot)
    assert started.args is not None
    assert all(message.isHidden() for message in desktop.window.form.messages.values())
    return str(started.args[0].url)


def test_a_taken_port_is_explained_beside_it_and_the_next_one_is_a_click_away(
    open_window: Callable[..., Desktop],
    fetch: Callable[..., Any],
    shared: Path,
    taken_port: int,
    qtbot: QtBot,
) -> None:
    desktop = open_window(Options(bind="local"))
    form = desktop.window.form
    form.set_folder(str(shared))
    qtbot.keyClicks(form.port, str(taken_port))
    failure = start_in_vain(desktop, qtbot)
    assert failure.field is Field.PORT
    assert f"Port {taken_port} is taken by another program" in failure.message

    [way_out] = [
        button
        for button in form.messages[Field.PORT].findChildren(QPushButton)
        if button.isVisible()
    ]
    assert way_out.text() == f"Use {failure.suggested_port}"
    with qtbot.waitSignal(desktop.sharing.controller.started) as started:
        qtbot.mouseClick(way_out, Qt.MouseButton.LeftButton)
    assert started.args is not None
    address = started.args[0].url
    assert address == f"http://127.0.0.1:{failure.suggested_port}/"
    assert form.port.text() == str(failure.suggested_port)
    assert fetch(address + "letter.txt").stdout == (shared / "letter.txt").read_bytes()


@pytest.mark.usefixtures("as_anybody")
@pytest.mark.needs("network namespaces")
def test_a_port_that_is_kept_for_the_system_is_explained_beside_it(
    open_window: Callable[..., Desktop], shared: Path, qtbot: QtBot
) -> None:
    kept = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) - 1
    if kept < 1:
        pytest.skip("this machine lets everybody use every port")
    desktop = open_window(Options(bind="local", port=kept))
    desktop.window.form.set_folder(str(shared))
    failure = start_in_vain(desktop, qtbot)
    assert failure.field is Field.PORT
    assert str(kept) in failure.message
    assert "kept for the system" in failure.message
    assert failure.suggested_port is not None
    assert failure.suggested_port >= 1024

    def shares() -> bool:
        # Where another program has taken that port by now, another one is suggested.
        if desktop.state is ServerState.STOPPED:
            desktop.window.form.messages[Field.PORT].fix_requested.emit()
        return desktop.state is ServerState.RUNNING

    qtbot.waitUntil(shares)


def test_a_folder_that_has_gone_is_explained_beside_it(
    open_window: Callable[..., Desktop], shared: Path, qtbot: QtBot
) -> None:
    desktop = open_window(Options(bind="local"))
    desktop.window.form.set_folder(str(shared))
    shared.rename(shared.with_name("elsewhere"))
    failure = start_in_vain(desktop, qtbot)
    assert failure.field is Field.FOLDER
    assert f"“{shared}” does not exist" in failure.message
    shared.with_name("elsewhere").rename(shared)
    start(desktop, qtbot)


@pytest.mark.usefixtures("as_anybody")
@pytest.mark.needs("permissions for owner, group and others")
def test_a_folder_that_may_not_be_read_is_explained_beside_it(
    open_window: Callable[..., Desktop], shared: Path, qtbot: QtBot
) -> None:
    desktop = open_window(Options(bind="local"))
    desktop.window.form.set_folder(str(shared))
    shared.chmod(0)
    failure = start_in_vain(desktop, qtbot)
    assert failure.field is Field.FOLDER
    assert f"“{shared}” may not be read by you" in failure.message
    shared.chmod(0o700)
    start(desktop, qtbot)


def test_an_address_that_has_vanished_is_explained_beside_it(
    open_window: Callable[..., Desktop], shared: Path, qtbot: QtBot
) -> None:
    desktop = open_window(Options(bind=NOT_HERE))
    desktop.window.form.set_folder(str(shared))
    network = desktop.window.form.network
    qtbot.waitUntil(lambda: network.currentText() == f"{NOT_HERE} · not connected")
    failure = start_in_vain(desktop, qtbot)
    assert failure.field is Field.NETWORK
    assert NOT_HERE in failure.message
    network.setCurrentIndex(network.findText("Only this computer"))
    network.activated.emit(network.currentIndex())
    assert start(desktop, qtbot).startswith("http://127.0.0.1:")


def test_a_folder_that_vanishes_while_it_is_shared_harms_nothing(
    open_window: Callable[..., Desktop],
    fetch: Callable[..., Any],
    shared: Path,
    qtbot: QtBot,
) -> None:
    desktop = open_window(Options(bind="local"))
    desktop.window.form.set_folder(str(shared))
    address = start(desktop, qtbot)
    shutil.rmtree(shared)
    for target in ("", "letter.txt"):
        assert b" 404 " in fetch("--include", address + target).stdout.splitlines()[0]
    assert desktop.sharing.controller.state is ServerState.RUNNING
    shared.mkdir()
    (shared / "letter.txt").write_text("back again\n", newline="\n")
    assert fetch(address + "letter.txt").stdout == b"back again\n"
    shutil.rmtree(shared)
    press_start(desktop, qtbot)
    qtbot.waitUntil(lambda: desktop.sharing.controller.state is ServerState.STOPPED)
    assert start_in_vain(desktop, qtbot).field is Field.FOLDER


# -- in the terminal


def assert_explained(program: Program, status: int, *words: str) -> None:
    """Expect one line about what is wrong, nothing else, and this exit status."""
    assert program.wait() == status
    assert program.output == ""
    [line] = program.errors.splitlines()
    assert line.startswith("folderport: ")
    assert not [word for word in words if word not in line], line


def test_a_taken_port_is_one_line_in_the_terminal(
    run_folderport: Callable[..., Any], shared: Path, taken_port: int
) -> None:
    port = str(taken_port)
    program = run_folderport("--headless", shared, "--bind", "local", "--port", port)
    assert_explained(program, 1, f"Port {port} is taken by another program", "is free")


@pytest.mark.needs("network namespaces")
@pytest.mark.skipif(not IS_ROOT, reason="only root can give up what root may do")
def test_a_port_that_is_kept_for_the_system_is_one_line_in_the_terminal(
    run_folderport: Callable[..., Any], shared: Path
) -> None:
    # In a network of its own, where ports are kept as they usually are.
    alone = ("unshare", "--net", "setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--")
    program = run_folderport("--headless", shared, "--bind", "all", "--port", "80", under=alone)
    assert_explained(program, 1, "Ports below 1024, such as 80, are kept for the system")


@pytest.mark.parametrize("way", [["--headless"], []], ids=["terminal", "window"])
@pytest.mark.needs("names that Windows forbids")
def test_a_folder_that_is_not_there_is_one_line_in_the_terminal(
    way: list[str], run_folderport: Callable[..., Any], tmp_path: Path
) -> None:
    missing = tmp_path / "not\nhere"
    program = run_folderport(*way, missing)
    assert_explained(program, 2, r"not\nhere” does not exist", "choose another folder")


@pytest.mark.parametrize("way", [["--headless"], []], ids=["terminal", "window"])
def test_a_file_in_the_place_of_a_folder_is_one_line_in_the_terminal(
    way: list[str], run_folderport: Callable[..., Any], shared: Path
) -> None:
    program = run_folderport(*way, shared / "letter.txt")
    assert_explained(program, 2, "letter.txt” is not a folder", "choose the folder that holds it")


@pytest.mark.parametrize("way", [["--headless"], []], ids=["terminal", "window"])
@pytest.mark.needs("permissions for owner, group and others")
def test_a_folder_that_may_not_be_read_is_one_line_in_the_terminal(
    way: list[str], run_folderport: Callable[..., Any], shared: Path
) -> None:
    anybody = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--")
    shared.chmod(0)
    program = run_folderport(*way, shared, under=anybody if IS_ROOT else ())
    assert_explained(program, 2, "may not be read by you")
    shared.chmod(0o700)


def test_an_address_that_is_not_here_is_one_line_in_the_terminal(
    run_folderport: Callable[..., Any], shared: Path
) -> None:
    program = run_folderport("--headless", shared, "--bind", NOT_HERE)
    assert_explained(program, 1, f"does not have the address {NOT_HERE}")


def test_no_folder_is_one_line_in_the_terminal(run_folderport: Callable[..., Any]) -> None:
    assert_explained(run_folderport("--headless"), 2, "say which folder to share")


@pytest.mark.parametrize(
    "words",
    [["--port", "70000"], ["--port", "x"], ["--bind", "example.org"], ["--protocol", "HTTP/3"]],
    ids=" ".join,
)
def test_a_word_that_makes_no_sense_is_explained_in_the_terminal(
    words: list[str], run_folderport: Callable[..., Any], shared: Path
) -> None:
    program = run_folderport("--headless", shared, *words)
    assert program.wait() == 2
    assert program.output == ""
    (line,) = program.errors.splitlines()
    assert line.startswith("folderport: error: ")
    assert words[1] in line
