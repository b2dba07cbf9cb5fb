"""The networks that this machine is on, and the address others most likely reach it at."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ifaddr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "InterfaceKind",
    "NetworkInterface",
    "bind_host",
    "interface_kind",
    "interfaces",
    "ranked",
]


class InterfaceKind(Enum):
    """What a network interface is, as far as its system and its name tell."""

    WIFI = "Wi-Fi"
    ETHERNET = "Ethernet"
    OTHER = "Local network"
    VIRTUAL = "Virtual adapter"
    VPN = "VPN"
    LOOPBACK = "This computer"


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    """One address of one network interface."""

    name: str
    """The system's name, e.g. "wlan0", "en0" or "vEthernet (WSL)"."""
    label: str
    """The name for people, e.g. "Wi-Fi" or "Virtual adapter (docker0)"."""
    address: str
    """The numeric address, without a zone."""
    kind: InterfaceKind
    is_default_route: bool
    """True where what this machine sends to the internet leaves from this address."""


_SYSFS: Final = Path("/sys/class/net")

# A virtual machine's own card ("Microsoft Hyper-V Network Adapter", "vmxnet3 Ethernet Adapter") is
# the real one where it stands, and is not meant here.
_VPN_NAMES: Final = (
    r"^(tun|tap|wg|utun|ipsec|ppp|gpd|cscotun|zt|feth|nordlynx|proton|mullvad)"
    r"|vpn|wireguard|wintun|tailscale|zerotier|hamachi|anyconnect|globalprotect|pangp|fortinet"
    r"|cloudflare|tap-windows|tunnel|wan miniport"
)
_VIRTUAL_NAMES: Final = (
    r"^(docker|podman|br-|br\d|bridge\d|virbr|veth|vnet|vmnet|vmenet|vboxnet|lxc|lxd|incus|cni"
    r"|cali|flannel|cilium|kube|waydroid|awdl|llw|dummy|ifb)"
    r"|vethernet|virtualbox|hyper-v virtual|virtual (ethernet )?adapter|host-only|vmnet|loopback"
    r"|teredo|isatap"
)
# The first that matches decides: a VPN's adapter often calls itself virtual, and a virtual one
# Ethernet.
_KINDS_BY_NAME: Final = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for kind, pattern in (
        (InterfaceKind.LOOPBACK, r"^lo\d*$"),
        (InterfaceKind.VPN, _VPN_NAMES),
        (InterfaceKind.VIRTUAL, _VIRTUAL_NAMES),
        (InterfaceKind.WIFI, r"^(wl|ath\d)|wi-?fi|wlan|wireless|airport|802\.11"),
        (InterfaceKind.ETHERNET, r"^(eth|en[dopsx]|em\d|igb\d|ix\d|re\d)|ethernet|gbe|\blan\b"),
    )
)
_LAN_KINDS: Final = (InterfaceKind.WIFI, InterfaceKind.ETHERNET, InterfaceKind.OTHER)
_PRIVATE_IPV4: Final = tuple(
    ipaddress.IPv4Network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
_UNIQUE_LOCAL_IPV6: Final = ipaddress.IPv6Network("fc00::/7")
# Addresses kept for documentation: a route to them is the route to anywhere else.
_ELSEWHERE: Final = (
    (socket.AF_INET, ("203.0.113.1", 9)),
    (socket.AF_INET6, ("2001:db8::1", 9)),
)


def interfaces() -> tuple[NetworkInterface, ...]:
    """Return every address at which others may reach this machine, the likeliest first.

    Empty where this machine is on no network, or its system does not tell.
    """
    try:
        adapters = list(ifaddr.get_adapters())
    except OSError:
        return ()
    routes = _default_route_addresses()
    found = []
    for adapter in adapters:
        for entry in adapter.ips:
            address = entry.ip if isinstance(entry.ip, str) else entry.ip[0]
            # On Windows the connection has a name, and the adapter behind it another one.
            kind = interface_kind(entry.nice_name, adapter.nice_name)
            found.append(
                NetworkInterface(entry.nice_name, kind.value, address, kind, address in routes)
            )
    return ranked(found)


def bind_host(network: str, candidates: Sequence[NetworkInterface]) -> str:
    """Return the numeric address to listen on for `network`, as ShareSettings keeps it.

    "" is the first of `candidates`, or loopback where there is none.
    """
    if network == "":
        return candidates[0].address if candidates else "127.0.0.1"
    if network == "all":
        # Only now, because a window needs no server for its first frame.
        from server_core.server import every_address

        return every_address()
    return "127.0.0.1" if network == "local" else network


def ranked(found: Iterable[NetworkInterface]) -> tuple[NetworkInterface, ...]:
    """Return what others can use of `found`, the likeliest first, with labels for people.

    Left out are loopback, what is no address of a device, IPv6 addresses of one link, and all
    but the first public and the first private IPv6 address of an interface: a system makes new
    ones every day.
    """
    kept: dict[object, NetworkInterface] = {}
    for interface in found:
        address = ipaddress.ip_address(interface.address.partition("%")[0])
        if not _is_reachable(address) or interface.kind is InterfaceKind.LOOPBACK:
            continue
        key = (
            address
            if isinstance(address, ipaddress.IPv4Address)
            else (interface.name, _is_private(address))
        )
        kept.setdefault(key, replace(interface, address=str(address)))
    return tuple(_labelled(sorted(kept.values(), key=_rank)))


def interface_kind(name: str, description: str = "", *, sysfs: Path = _SYSFS) -> InterfaceKind:
    """Return what the interface `name` is.

    `description` is the adapter's own name where the system has one, and `sysfs` the folder in
    which Linux describes its interfaces.
    """
    return (
        _kind_by_facts(sysfs / name)
        or next(
            (kind for kind, names in _KINDS_BY_NAME if names.search(f"{name}\n{description}")),
            None,
        )
        or (InterfaceKind.ETHERNET if (sysfs / name / "device").exists() else InterfaceKind.OTHER)
    )


def _kind_by_facts(device: Path) -> InterfaceKind | None:
    """Return what Linux knows of the interface at `device`; None where that decides nothing."""
    if (device / "wireless").exists() or (device / "phy80211").exists():
        return InterfaceKind.WIFI
    if (device / "tun_flags").exists():
        return InterfaceKind.VPN
    try:
        facts = (device / "uevent").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    match = re.search(r"^DEVTYPE=(\w+)$", facts, re.MULTILINE)
    device_type = match[1] if match else ""
    if device_type in ("wireguard", "ppp"):
        return InterfaceKind.VPN
    if device_type in ("bridge", "vxlan", "macvlan", "ipvlan"):
        return InterfaceKind.VIRTUAL
    return None


def _default_route_addresses() -> frozenset[str]:
    addresses = set()
    for family, elsewhere in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                # Connecting a datagram socket chooses the route and sends nothing.
                probe.connect(elsewhere)
                addresses.add(str(probe.getsockname()[0]).partition("%")[0])
        except OSError:
            continue
    return frozenset(addresses)


def _is_reachable(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return not (address.is_link_local or address.is_site_local or address.ipv4_mapped)
    return True


def _is_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        return address in _UNIQUE_LOCAL_IPV6
    return any(address in network for network in _PRIVATE_IPV4)


def _rank(interface: NetworkInterface) -> tuple[int, int, bool, bool, int]:
    address = ipaddress.ip_address(interface.address)
    if address.is_link_local:
        tier = 3
    elif interface.kind is InterfaceKind.VPN:
        tier = 2
    elif interface.kind is InterfaceKind.VIRTUAL and not interface.is_default_route:
        tier = 1
    else:
        # Also a virtual adapter with the way out: a bridge or switch that has the real card in it.
        tier = 0
    kinds = list(InterfaceKind)
    return (
        tier,
        address.version,
        not interface.is_default_route,
        not _is_private(address),
        kinds.index(interface.kind),
    )


def _labelled(interfaces: Sequence[NetworkInterface]) -> Iterable[NetworkInterface]:
    names_by_kind: dict[InterfaceKind, set[str]] = {}
    for interface in interfaces:
        names_by_kind.setdefault(interface.kind, set()).add(interface.name)
    for interface in interfaces:
        kind = interface.kind
        alone = kind in _LAN_KINDS and len(names_by_kind[kind]) == 1
        yield replace(interface, label=kind.value if alone else f"{kind.value} ({interface.name})")
