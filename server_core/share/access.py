"""Who may ask: so far, which names of this computer a request may have been sent to."""

from __future__ import annotations

import ipaddress

__all__ = ["is_own_name"]

# Zones that are not in the public DNS: RFC 6762, RFC 8375, RFC 6761, and what routers hand out.
_LOCAL_ZONES = (
    "local",
    "home.arpa",
    "localhost",
    "internal",
    "intranet",
    "lan",
    "home",
    "localdomain",
)


def is_own_name(host: str) -> bool:
    """Return whether a Host field can name a computer on this network.

    That is an address, a name of one word, or one in a zone that exists on local networks alone.
    Any other name belongs to somebody in the public DNS, who could have it point here: the pages of
    that name's owner, open in a browser on this network, would then read what is shared (DNS
    rebinding).
    """
    name = _without_port(host).rstrip(".").lower()
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return "." not in name or name.endswith(tuple(f".{zone}" for zone in _LOCAL_ZONES))
    return True


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host
