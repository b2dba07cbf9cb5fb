"""The address that other devices open, made from what the server is bound to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.network import NetworkInterface

__all__ = ["ShareLink", "share_link"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ShareLink:
    """The address of a share."""

    url: str
    """The whole address, e.g. "http://192.168.1.20:8000/": what the QR code holds."""
    display: str
    """The same for reading and typing, e.g. "http://192.168.1.20:8000"."""

    @property
    def host(self) -> str:
        """The numeric address in it, e.g. "192.168.1.20", without brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether only this computer can open it: the address is one of loopback."""
        return ipaddress.ip_address(self.host).is_loopback


def share_link(
    scheme: str, bound_host: str, port: int, candidates: Sequence[NetworkInterface]
) -> ShareLink:
    """Return the address under which a server bound to `bound_host` is reached.

    `bound_host` is a numeric address; "0.0.0.0", "::" and "" stand for every address of this
    machine, of which the first of `candidates` (the likeliest) that the server listens on is
    taken, or loopback where there is none.
    Raises ValueError where `bound_host` is no numeric address.
    """
    host = _reachable_host(bound_host, candidates)
    # A zone (fe80::1%eth0) means something on this machine alone, so that no address in a
    # link carries one (RFC 4007, section 11.2).
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # A socket for both families reports IPv4 addresses as ::ffff:192.168.1.20.
        address = address.ipv4_mapped or address
    authority = f"[{address}]" if address.version == 6 else str(address)
    if port != _DEFAULT_PORTS.get(scheme):
        authority = f"{authority}:{port}"
    return ShareLink(f"{scheme}://{authority}/", f"{scheme}://{authority}")


def _reachable_host(bound_host: str, candidates: Sequence[NetworkInterface]) -> str:
    if bound_host in ("", "0.0.0.0"):  # noqa: S104 - compared with, not bound to
        ipv4 = (candidate.address for candidate in candidates if ":" not in candidate.address)
        return next(ipv4, "127.0.0.1")
    if bound_host == "::":
        return next((candidate.address for candidate in candidates), "::1")
    return bound_host
