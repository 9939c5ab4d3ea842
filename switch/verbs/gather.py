"""Gather: prompts, then keys."""

import asyncio
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switch.document import flag, number
from switch.webhooks import Request

if TYPE_CHECKING:
    from switch.interpreter import Program

_PROMPTS = ("Say", "Play", "Pause")


@dataclass(frozen=True)
class Rules:
    """When the input is complete. `length` 0: never by its length."""

    timeout: float
    finish: str
    length: int

    @classmethod
    def of(cls, verb: ET.Element) -> "Rules":
        return cls(number(verb.get("timeout"), 5), verb.get("finishOnKey", "#"), int(number(verb.get("numDigits"), 0)))


async def gather(program: "Program", verb: ET.Element) -> Request | None:
    if "dtmf" not in verb.get("input", "dtmf"):
        program.exchange.trace.problem(13325, "the switch gathers keys only, not speech", call=program.leg.sid)
    digits = await _prompt_and_collect(program, verb)
    if digits or flag(verb.get("actionOnEmptyResult")):
        return program.action(verb, {"Digits": digits}, always=True)
    return None


async def _prompt_and_collect(program: "Program", verb: ET.Element) -> str:
    pressed: asyncio.Queue[str] = asyncio.Queue()
    prompts = asyncio.create_task(program.perform([child for child in verb if child.tag in _PROMPTS]))
    program.leg.on_key.append(pressed.put_nowait)
    try:
        first = asyncio.create_task(pressed.get())
        await asyncio.wait({prompts, first}, return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            prompts.result()
        return await _collect(first, pressed, Rules.of(verb), prompts)
    finally:
        program.leg.on_key.remove(pressed.put_nowait)
        first.cancel()
        prompts.cancel()
        await asyncio.wait({prompts})


async def _collect(
    first: asyncio.Task[str], pressed: asyncio.Queue[str], rules: Rules, prompts: asyncio.Task[Request | None]
) -> str:
    digits = ""
    try:
        key = await asyncio.wait_for(first, rules.timeout)
        prompts.cancel()
        while key not in rules.finish:
            digits += key
            if len(digits) == rules.length:
                break
            key = await asyncio.wait_for(pressed.get(), rules.timeout)
    except TimeoutError:
        pass
    return digits
