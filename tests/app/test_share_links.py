"""The address of a share is one that other devices can open."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.links import share_link
from app.network import InterfaceKind, NetworkInterface

WIFI = NetworkInterface("wlan0", "Wi-Fi", "192.168.1.20", InterfaceKind.WIFI, True)
WIFI_ADDRESS = ipaddress.ip_address(WIFI.address)
WIFI_6 = NetworkInterface("wlan0", "Wi-Fi", "fd00::20", InterfaceKind.WIFI, True)


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("192.168.1.20", 8000, "http://192.168.1.20:8000/"),
        ("192.168.1.20", 80, "http://192.168.1.20/"),
        ("fd00::1", 8000, "http://[fd00::1]:8000/"),
        ("fd00::1", 80, "http://[fd00::1]/"),
        ("FD00:0:0::1", 8000, "http://[fd00::1]:8000/"),
        ("fe80::1%eth0", 8000, "http://[fe80::1]:8000/"),
        ("::ffff:192.168.1.20", 8000, "http://192.168.1.20:8000/"),
        ("127.0.0.1", 443, "http://127.0.0.1:443/"),
    ],
)
def test_the_address_of_one_network(host: str, port: int, url: str) -> None:
    assert share_link("http", host, port, ()).url == url


def test_the_port_of_https_is_left_out_as_well() -> None:
    assert share_link("https", "192.168.1.20", 443, ()).url == "https://192.168.1.20/"
    assert share_link("https", "192.168.1.20", 80, ()).url == "https://192.168.1.20:80/"


def test_people_read_it_without_the_last_slash() -> None:
    assert share_link("http", "fd00::1", 8000, ()).display == "http://[fd00::1]:8000"


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::", ""])
def test_listening_everywhere_gives_the_likeliest_address(everywhere: str) -> None:
    link = share_link("http", everywhere, 8000, (WIFI, WIFI_6))
    assert link.url == "http://192.168.1.20:8000/"


def test_listening_everywhere_on_ipv4_gives_no_ipv6_address() -> None:
    assert share_link("http", "0.0.0.0", 8000, (WIFI_6, WIFI)).url == "http://192.168.1.20:8000/"
    assert share_link("http", "0.0.0.0", 8000, (WIFI_6,)).url == "http://127.0.0.1:8000/"


def test_listening_everywhere_without_a_network_gives_loopback() -> None:
    assert share_link("http", "0.0.0.0", 8000, ()).url == "http://127.0.0.1:8000/"
    assert share_link("http", "::", 8000, ()).url == "http://[::1]:8000/"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1", "::ffff:127.0.0.1"])
def test_an_address_of_loopback_is_opened_by_this_computer_alone(host: str) -> None:
    assert share_link("http", host, 8000, ()).is_local


@pytest.mark.parametrize("host", ["192.168.1.20", "fd00::1", "fe80::1%eth0", "203.0.113.7"])
def test_another_address_is_opened_by_others_too(host: str) -> None:
    assert not share_link("http", host, 8000, ()).is_local


def test_listening_everywhere_is_for_others_as_soon_as_there_is_a_network() -> None:
    assert share_link("http", "::", 8000, ()).is_local
    assert not share_link("http", "::", 8000, (WIFI,)).is_local


def test_the_host_of_a_link_is_told_without_brackets() -> None:
    assert share_link("http", "fd00::1", 8000, ()).host == "fd00::1"
    assert share_link("http", "192.168.1.20", 80, ()).host == "192.168.1.20"


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="fritz"):
        share_link("http", "fritz.box", 8000, ())


@given(st.ip_addresses(), st.integers(1, 65535), st.sampled_from(["http", "https"]))
def test_a_link_says_where_it_leads(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, scheme: str
) -> None:
    link = share_link(scheme, str(address), port, (WIFI,))
    parts = urlsplit(link.url)
    assert (parts.scheme, parts.path) == (scheme, "/")
    assert (parts.port or {"http": 80, "https": 443}[scheme]) == port
    led_to = ipaddress.ip_address(parts.hostname or "")
    mapped = getattr(address, "ipv4_mapped", None)
    assert led_to == (WIFI_ADDRESS if address.is_unspecified else mapped or address)
