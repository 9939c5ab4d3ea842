"""How far the caller's number is to be believed: what the carriers on its way say of it (STIR/SHAKEN).

A signal and no proof: even a confirmed number only says that the calling carrier knows its customer. It never opens an
account, and a failed check takes away what a number on file would save the caller from saying.
"""

from typing import Literal

Attestation = Literal["confirmed", "not confirmed", "failed"]
FULL = "TN-Validation-Passed-A"  # the caller is known to their carrier and entitled to the number
FAILED = "TN-Validation-Failed"


def attestation(verstat: str | None) -> Attestation:
    """What `StirVerstat` says; anything but a full pass on the direct way here is "not confirmed"."""
    if verstat == FULL:
        return "confirmed"
    return "failed" if (verstat or "").startswith(FAILED) else "not confirmed"


def believed(caller: str, verstat: str | None) -> str:
    """The number by which an account may be found; "unknown" where the carrier says that it is not the caller's."""
    return "unknown" if attestation(verstat) == "failed" else caller
