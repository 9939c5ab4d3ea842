"""The parts of an address that somebody else wrote."""

from urllib.parse import SplitResult, parse_qs, urlsplit

NONE = SplitResult("", "", "", "", "")


def url_parts(url: str | None) -> SplitResult:
    """Its parts, all empty where it is no address ("http://[::1")."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return NONE


def count_in(url: str, name: str) -> int:
    """The number that stands as `name` in its query; 0 without one."""
    value = parse_qs(url_parts(url).query).get(name, [""])[0]
    return int(value) if value.isdecimal() and len(value) < 10 else 0
