"""Of all addresses of a machine, the one that a phone on the same network reaches comes first."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network import (
    InterfaceKind,
    NetworkInterface,
    bind_host,
    interface_kind,
    interfaces,
    ranked,
)

if TYPE_CHECKING:
    from random import Random

NO_SYSFS = Path("/nonexistent")


def found(
    name: str, address: str, description: str = "", *, default: bool = False
) -> NetworkInterface:
    kind = interface_kind(name, description, sysfs=NO_SYSFS)
    return NetworkInterface(name, "", address, kind, default)


WINDOWS = [
    found("vEthernet (WSL)", "172.28.16.1", "Hyper-V Virtual Ethernet Adapter"),
    found("VirtualBox Host-Only Network", "192.168.56.1", "VirtualBox Host-Only Ethernet Adapter"),
    found("VMware Network Adapter VMnet8", "192.168.31.1", "VMware Virtual Ethernet Adapter"),
    found("Tailscale", "100.101.102.103", "Tailscale Tunnel"),
    found("Ethernet", "169.254.12.7", "Realtek PCIe GbE Family Controller"),
    found("Wi-Fi", "192.168.1.20", "Intel(R) Wi-Fi 6 AX201 160MHz", default=True),
    found("Wi-Fi", "fe80::1c2b", "Intel(R) Wi-Fi 6 AX201 160MHz"),
    found("Local Area Connection* 2", "192.168.137.1", "Microsoft Wi-Fi Direct Virtual Adapter"),
    found("Loopback Pseudo-Interface 1", "127.0.0.1", "Software Loopback Interface 1"),
]
MACOS = [
    found("lo0", "127.0.0.1"),
    found("lo0", "fe80::1%1"),
    found("awdl0", "fe80::2%7"),
    found("bridge100", "192.168.64.1"),
    found("utun3", "10.8.0.2", default=True),
    found("en0", "2001:db8::aaaa"),
    found("en0", "192.168.178.33"),
    found("en0", "fd12::33"),
]
LINUX = [
    found("lo", "127.0.0.1"),
    found("docker0", "172.17.0.1"),
    found("br-8f2a", "172.18.0.1"),
    found("virbr0", "192.168.122.1"),
    found("wg0", "10.6.0.2", default=True),
    found("wlp2s0", "192.168.0.7"),
    found("enp3s0", "10.0.0.5"),
    found("tailscale0", "100.64.0.9"),
]


def addresses(interfaces: tuple[NetworkInterface, ...]) -> list[str]:
    return [interface.address for interface in interfaces]


def test_on_windows_the_wifi_comes_before_what_other_programs_installed() -> None:
    assert addresses(ranked(WINDOWS)) == [
        "192.168.1.20",
        "172.28.16.1",
        "192.168.56.1",
        "192.168.31.1",
        "192.168.137.1",
        "100.101.102.103",
        "169.254.12.7",
    ]


def test_on_macos_a_tunnel_for_all_traffic_does_not_win() -> None:
    assert addresses(ranked(MACOS)) == [
        "192.168.178.33",
        "fd12::33",
        "2001:db8::aaaa",
        "192.168.64.1",
        "10.8.0.2",
    ]


def test_on_linux_real_cards_come_first_and_tunnels_last() -> None:
    assert addresses(ranked(LINUX)) == [
        "192.168.0.7",
        "10.0.0.5",
        "172.17.0.1",
        "172.18.0.1",
        "192.168.122.1",
        "10.6.0.2",
        "100.64.0.9",
    ]


def test_of_two_cards_the_one_with_the_way_out_comes_first() -> None:
    two = [found("wlan0", "192.168.0.7"), found("eth0", "10.0.0.5", default=True)]
    assert addresses(ranked(two)) == ["10.0.0.5", "192.168.0.7"]


def test_a_bridge_that_has_the_real_card_in_it_counts_as_one() -> None:
    bridged = [found("br0", "192.168.1.4", default=True), found("docker0", "172.17.0.1")]
    assert addresses(ranked(bridged)) == ["192.168.1.4", "172.17.0.1"]
    external = [
        found("vEthernet (WSL)", "172.28.16.1", "Hyper-V Virtual Ethernet Adapter"),
        found("vEthernet (LAN)", "192.168.1.4", "Hyper-V Virtual Ethernet Adapter", default=True),
    ]
    assert addresses(ranked(external))[0] == "192.168.1.4"


def test_a_bridge_with_the_way_out_comes_before_a_card_without() -> None:
    bridged = [found("eth1", "10.0.0.5"), found("br0", "192.168.1.4", default=True)]
    assert addresses(ranked(bridged)) == ["192.168.1.4", "10.0.0.5"]


def test_a_network_with_public_addresses_is_reached_there() -> None:
    university = [found("eth0", "131.188.3.4", default=True), found("docker0", "172.17.0.1")]
    assert addresses(ranked(university))[0] == "131.188.3.4"


def test_a_network_without_ipv4_comes_before_virtual_adapters_with_it() -> None:
    only_ipv6 = [found("docker0", "172.17.0.1"), found("eth0", "2001:db8::7", default=True)]
    assert addresses(ranked(only_ipv6)) == ["2001:db8::7", "172.17.0.1"]


def test_of_the_many_ipv6_addresses_of_a_card_one_of_each_sort_is_offered() -> None:
    many = [
        found("wlan0", "2001:db8::1"),
        found("wlan0", "2001:db8::2"),
        found("wlan0", "fd00::1"),
        found("wlan0", "fd00::2"),
        found("wlan0", "fe80::1"),
        found("wlan0", "::ffff:10.0.0.1"),
    ]
    assert addresses(ranked(many)) == ["fd00::1", "2001:db8::1"]


def test_a_single_card_is_called_what_it_is_and_several_are_told_apart() -> None:
    labels = [interface.label for interface in ranked(LINUX)]
    assert labels[:3] == ["Wi-Fi", "Ethernet", "Virtual adapter (docker0)"]
    assert labels[-1] == "VPN (tailscale0)"
    two = ranked([found("eth0", "10.0.0.1"), found("eth1", "10.0.0.2")])
    assert [interface.label for interface in two] == ["Ethernet (eth0)", "Ethernet (eth1)"]


def test_two_addresses_of_one_card_need_no_telling_apart() -> None:
    one = ranked([found("en0", "10.0.0.1"), found("en0", "fd00::1")])
    assert [interface.label for interface in one] == ["Local network", "Local network"]


any_interface = st.builds(
    NetworkInterface,
    name=st.sampled_from(["eth0", "wlan0", "docker0", "tun0", "en0", "lo"]),
    label=st.just(""),
    address=st.ip_addresses().map(str),
    kind=st.sampled_from(InterfaceKind),
    is_default_route=st.booleans(),
)


@given(st.lists(any_interface, max_size=12), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_system(
    listed: list[NetworkInterface], random: Random
) -> None:
    ipv4 = [interface for interface in listed if ":" not in interface.address]
    by_address = {interface.address: interface for interface in ipv4}
    one_way = list(by_address.values())
    other_way = sorted(one_way, key=lambda _: random.random())

    def ranks(ordered: tuple[NetworkInterface, ...]) -> list[tuple[InterfaceKind, bool]]:
        return [(interface.kind, interface.is_default_route) for interface in ordered]

    assert ranks(ranked(one_way)) == ranks(ranked(other_way))


@given(st.lists(any_interface, max_size=12))
def test_nothing_is_offered_that_others_cannot_reach(listed: list[NetworkInterface]) -> None:
    offered = ranked(listed)
    assert set(addresses(offered)) <= {interface.address for interface in listed}
    for interface in offered:
        address = ipaddress.ip_address(interface.address)
        assert not address.is_loopback
        assert not address.is_multicast
        assert not address.is_unspecified
        assert interface.kind is not InterfaceKind.LOOPBACK
        assert interface.label


@given(st.lists(any_interface, max_size=12))
def test_a_vpn_never_comes_before_a_real_card(listed: list[NetworkInterface]) -> None:
    usable = [
        interface.kind
        for interface in ranked(listed)
        if not ipaddress.ip_address(interface.address).is_link_local
    ]
    if InterfaceKind.VPN in usable:
        after = usable[usable.index(InterfaceKind.VPN) :]
        assert set(after) == {InterfaceKind.VPN}


def test_the_choice_of_a_network_becomes_an_address_to_listen_on() -> None:
    candidates = ranked(LINUX)
    assert bind_host("", candidates) == "192.168.0.7"
    assert bind_host("", ()) == "127.0.0.1"
    assert bind_host("local", candidates) == "127.0.0.1"
    assert bind_host("10.0.0.5", candidates) == "10.0.0.5"
    assert bind_host("all", candidates) in ("::", "0.0.0.0")


def test_every_ipv4_address_that_is_told_for_this_machine_can_be_listened_on() -> None:
    for interface in interfaces():
        if ":" not in interface.address:
            with socket.create_server((interface.address, 0)):
                pass


def test_a_system_that_does_not_tell_its_networks_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ifaddr.get_adapters", refuse)
    assert interfaces() == ()
