"""Values that have broken parsers before, and any value bent a little."""

from random import Random
from typing import Final

SIDS: Final = [prefix + digit * 32 for prefix in ("CA", "RE", "CF", "MZ", "SM") for digit in "0a"]
HOSTILE: Final = [
    "", " ", "0", "-1", "²", "٣", "1e309", "nan", "inf", "-0", "0x10", "1_000", "9" * 30, "9" * 5000, "true", "null",
    "\x00", "a\x00b", "\r\nX: y", "\u202e", "\ud83d", "é" * 300, "'", '"', "';--", "{}", "[]", "<Say/>", "]]>", "&#0;",
    "%s%n", "../../etc/passwd", "file:///etc/passwd", "http://[::1", "//", "client:", "sip:a@b", "+", "+1" + "5" * 40,
    "anonymous", "+15550100001", "completed", "in-progress", "failed", "hangup", "1234", "12345678901234567", "*#",
    "a" * 20_000,
]  # fmt: skip


def bent(chance: Random, value: str) -> str:
    """A hostile value instead, or the value with a piece cut, doubled or changed."""
    kind = chance.randrange(5)
    if kind < 2:
        return chance.choice(HOSTILE)
    if kind == 2:
        return chance.choice(SIDS)
    at = chance.randrange(len(value) + 1)
    if kind == 3:
        return value[:at] + chance.choice(HOSTILE[:40]) + value[at:]
    return value[:at] + value[at + 1 :] if chance.random() < 0.5 else value + value[:at]
