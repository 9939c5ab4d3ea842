"""Which counts a try at signing in falls under: the client's and the person's, or those of a browser known to them."""

import ipaddress
from collections.abc import Mapping

from ivr.people.throttle import Rule

CLIENT = Rule(free=10, first=15, longest=900, fade=600)
PERSON = Rule(free=20, first=15, longest=600, fade=600)  # from all clients together that we do not know
DEVICE = Rule(free=10, first=15, longest=900, fade=600)


CODE = Rule(free=5, first=15, longest=900, fade=900)  # of six digits, three of a million are good at a time


def rules_for_code(person: int, device: str | None) -> Mapping[str, Rule]:
    """Counts for a code of the second factor: who is asked for it knows the password."""
    return {f"code:{device or ''}:{person}": CODE}


def rules_for(email: str, address: str | None, device: str | None) -> Mapping[str, Rule]:
    """Counts for a try as `email`. `device`: a browser that has signed in as this person before.

    Others' guesses do not slow a known browser, nor do its own slow anybody else.
    """
    if device is not None:
        return {f"device:{device}:{email}": DEVICE}
    return {f"client:{network_of(address)}": CLIENT, f"person:{email}": PERSON}


def network_of(address: str | None) -> str:
    """What one client can choose its addresses from: the address, or an IPv6 network of 64 bits."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def about_where(address: str | None) -> str:
    """The address for the audit, without the part that names one subscriber."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))
