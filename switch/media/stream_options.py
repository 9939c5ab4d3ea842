"""What a stream can be asked for, and the addresses it may go to."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from switch.document import DocumentError

TRACKS = {
    "inbound_track": ["inbound"],
    "outbound_track": ["outbound"],
    "both_tracks": ["inbound", "outbound"],
}


@dataclass(frozen=True)
class StreamOptions:
    """What a `<Stream>` element asks for; `url` is absolute and without query."""

    url: str
    two_way: bool
    tracks: list[str] = field(default_factory=lambda: ["inbound"])
    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    status_url: str = ""
    status_method: str = "POST"


def socket_url(url: str) -> str:
    """The address that is dialled: no query, no fragment; plain `ws` only on this machine, which needs no TLS.

    Raises DocumentError 31922 or 31923.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise DocumentError(31923, f"{url!r} is not an address")
    if parts.scheme != "wss" and not (parts.scheme == "ws" and _is_loopback(parts.hostname)):
        raise DocumentError(31922, f"{url!r} does not begin with wss://")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
