"""Dialling: make a phone ring and wait for what its holder does."""

import asyncio
import re

from switch.leg import FINAL, Leg

_ADDRESS = re.compile(r"\+[1-9]\d{1,14}|client:[^\s]+|sip:[^\s]+")


def is_address(text: str) -> bool:
    """A number in E.164, a client or a SIP address."""
    return _ADDRESS.fullmatch(text) is not None


async def ring_out(leg: Leg, seconds: float) -> bool:
    """Ring whoever is registered at the leg's number; True when answered within `seconds`.

    Nobody there: `failed` for a number, `no-answer` for a client that is not signed in.
    """
    leg.initiate()
    phone = leg.exchange.phone(leg.to)
    if phone is None:
        leg.finish("no-answer" if leg.to.startswith("client:") else "failed")
        return False
    leg.ring(phone)
    answered = asyncio.ensure_future(leg.answered.wait())
    over = asyncio.ensure_future(leg.over.wait())
    try:
        await asyncio.wait({answered, over}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        answered.cancel()
        over.cancel()
    if leg.began is None:
        leg.finish("no-answer")
    return leg.status not in FINAL
