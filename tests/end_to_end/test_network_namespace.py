"""A computer and a phone on a network of their own: two network namespaces joined by a cable."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.needs("network namespaces")
END_SECONDS = 3
COMPUTER, PHONE = "192.168.1.20", "192.168.1.30"
COMPUTER_IPV6, PHONE_IPV6 = "fd00:1::20", "fd00:1::30"
IS_ROOT = os.name == "posix" and os.geteuid() == 0


class Host:
    """A machine with its own interfaces, addresses and routes, for as long as the block lasts."""

    def __init__(self, neighbour: Host | None = None) -> None:
        # Whoever is not root becomes it in a user namespace, which the neighbour then joins.
        self._user = () if IS_ROOT else ("--user", "--preserve-credentials")
        make = ["unshare", "--net"]
        if self._user and neighbour is None:
            make += ["--user", "--map-root-user"]
        elif self._user:
            make = ["nsenter", f"--target={neighbour.pid}", *self._user, *make]
        # It lives until its input ends, be it because this process does.
        self._process = subprocess.Popen(
            [*make, "sh", "-c", "echo made; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        if self._process.stdout.readline() != "made\n":
            pytest.fail(f"no network can be made here: {self._process.stderr.read()}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def inside(self) -> tuple[str, ...]:
        """What stands before a command that runs on this machine."""
        return ("nsenter", f"--target={self.pid}", *self._user, "--net", "--")

    def ip(self, *commands: str) -> None:
        """Run commands of ip(8) on this machine."""
        text = "\n".join(commands)
        command = [*self.inside, "ip", "-batch", "-"]
        result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr


@pytest.fixture
def computer() -> Iterator[Host]:
    """A computer in a wireless network, which also has what developers' machines have."""
    with Host() as host:
        host.ip(
            "link set lo up",
            "link add docker0 type veth peer name container",
            "address add 172.17.0.1/16 dev docker0",
            "link set docker0 up",
            "link add tun0 type veth peer name tunnel",
            "address add 10.8.0.2/24 dev tun0",
            "link set tun0 up",
        )
        yield host


@pytest.fixture
def phone(computer: Host) -> Iterator[Host]:
    """A phone in the same network as the computer."""
    with Host(neighbour=computer) as host:
        computer.ip(
            f"link add wlan0 type veth peer name wlan0 netns {host.pid}",
            f"address add {COMPUTER}/24 dev wlan0",
            f"address add {COMPUTER_IPV6}/64 dev wlan0 nodad",
            "link set wlan0 up",
            "route add default via 192.168.1.1",
        )
        host.ip(
            "link set lo up",
            f"address add {PHONE}/24 dev wlan0",
            f"address add {PHONE_IPV6}/64 dev wlan0 nodad",
            "link set wlan0 up",
        )
        yield host


@pytest.fixture
def share_on_the_computer(
    computer: Host, phone: Host, run_folderport: Callable[..., Any], shared: Path
) -> Callable[..., Any]:
    """Share the folder from the computer's terminal, once the network is there."""
    assert phone.pid
    return lambda *words: run_folderport("--headless", shared, *words, under=computer.inside)


@pytest.mark.parametrize("words", [[], ["--bind", "all"], ["--bind", COMPUTER]], ids=" ".join)
def test_the_phone_finds_the_computer_by_the_printed_address(
    words: list[str],
    share_on_the_computer: Callable[..., Any],
    phone: Host,
    fetch: Callable[..., Any],
    shared: Path,
    wait_until: Callable[..., Any],
) -> None:
    program = share_on_the_computer(*words)
    address = program.address()
    assert re.fullmatch(rf"http://{COMPUTER}:\d+/", address)
    result = fetch(address + "letter.txt", under=phone.inside)
    assert result.stdout == (shared / "letter.txt").read_bytes()
    wait_until(lambda: f"{PHONE} GET /letter.txt 200" in program.output, "the phone is told of")
    assert "only this computer" not in program.output


def test_an_ipv6_address_is_printed_so_that_the_phone_can_open_it(
    share_on_the_computer: Callable[..., Any],
    phone: Host,
    fetch: Callable[..., Any],
    shared: Path,
) -> None:
    address = share_on_the_computer("--bind", COMPUTER_IPV6).address()
    assert address.startswith(f"http://[{COMPUTER_IPV6}]:")
    result = fetch(address + "letter.txt", under=phone.inside)
    assert result.stdout == (shared / "letter.txt").read_bytes()


def test_what_is_only_for_this_computer_is_not_reached_from_the_phone(
    share_on_the_computer: Callable[..., Any],
    computer: Host,
    phone: Host,
    fetch: Callable[..., Any],
) -> None:
    address = share_on_the_computer("--bind", "local").address()
    assert fetch(address, under=computer.inside).returncode == 0
    from_outside = address.replace("127.0.0.1", COMPUTER)
    assert fetch(from_outside, under=phone.inside).returncode == 7, "the connection is refused"


@pytest.mark.parametrize("side", ["computer", "phone"])
def test_a_cable_pulled_in_the_middle_of_a_download_harms_nothing_else(
    side: str,
    request: pytest.FixtureRequest,
    share_on_the_computer: Callable[..., Any],
    phone: Host,
    fetch: Callable[..., Any],
    download: Callable[..., Any],
    large_file: Path,
) -> None:
    program = share_on_the_computer()
    address = program.address()
    end: Host = request.getfixturevalue(side)
    download(address + large_file.name, under=phone.inside)
    end.ip("link set wlan0 down")
    unreachable = fetch("--connect-timeout", "0.5", address, under=phone.inside)
    assert unreachable.returncode in (7, 28)
    end.ip("link set wlan0 up")
    if side == "computer":  # the address of IPv4 stays, what belongs to the network does not
        end.ip("route add default via 192.168.1.1")
    letter = fetch("--retry", "5", "--retry-all-errors", address + "letter.txt", under=phone.inside)
    assert letter.stdout == (large_file.parent / "letter.txt").read_bytes()
    assert program.process.poll() is None
    assert program.errors == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_while_the_cable_is_pulled(
    number: signal.Signals,
    share_on_the_computer: Callable[..., Any],
    phone: Host,
    download: Callable[..., Any],
    large_file: Path,
) -> None:
    program = share_on_the_computer()
    address = program.address()
    for _ in range(3):
        download(address + large_file.name, under=phone.inside)
    phone.ip("link set wlan0 down")
    program.send(number)
    assert program.wait(END_SECONDS) == 0
    assert program.errors == ""


def test_an_address_that_goes_and_comes_back_harms_nothing(
    share_on_the_computer: Callable[..., Any],
    computer: Host,
    phone: Host,
    fetch: Callable[..., Any],
    shared: Path,
) -> None:
    program = share_on_the_computer()
    address = program.address()
    computer.ip(f"address del {COMPUTER}/24 dev wlan0")
    late = share_on_the_computer("--bind", COMPUTER)
    assert late.wait() == 1
    assert f"does not have the address {COMPUTER}" in late.errors
    computer.ip(f"address add {COMPUTER}/24 dev wlan0")
    letter = fetch("--retry", "5", "--retry-all-errors", address + "letter.txt", under=phone.inside)
    assert letter.stdout == (shared / "letter.txt").read_bytes()
    program.send(signal.SIGINT)
    assert program.wait(END_SECONDS) == 0


def test_without_any_network_it_shares_with_this_computer(
    run_folderport: Callable[..., Any],
    fetch: Callable[..., Any],
    shared: Path,
    wait_until: Callable[..., Any],
) -> None:
    with contextlib.ExitStack() as network:
        alone = network.enter_context(Host())
        alone.ip("link set lo up")
        program = run_folderport("--headless", shared, under=alone.inside)
        address = program.address()
        assert address.startswith("http://127.0.0.1:")
        wait_until(lambda: "Press Ctrl+C" in program.output, "the greeting is complete")
        assert "only this computer can open the address" in program.output
        assert fetch(address + "letter.txt", under=alone.inside).returncode == 0
        program.send(signal.SIGINT)
        assert program.wait(END_SECONDS) == 0
