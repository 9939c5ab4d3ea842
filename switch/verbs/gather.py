"""Gather: prompts, then keys."""

import asyncio
import xml.etree.ElementTree as ET

from switch.document import flag, number
from switch.interpreter import Interpreter
from switch.verbs.keyed_input import PROMPTS, prompt_for_keys
from switch.webhooks import Request


async def gather(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    """Go to the action with the keys; without any, to the next verb unless `actionOnEmptyResult` asks otherwise."""
    if "dtmf" not in verb.get("input", "dtmf"):
        interpreter.problem(13325, "the switch gathers keys only, not speech")
    digits = await _digits(interpreter, verb)
    if digits or flag(verb.get("actionOnEmptyResult")):
        return interpreter.action(verb, {"Digits": digits}, always=True)
    return None


async def _digits(interpreter: Interpreter, verb: ET.Element) -> str:
    wanted = int(number(verb.get("numDigits"), 0))  # 0: never complete by their number
    pressed: asyncio.Queue[str] = asyncio.Queue()
    interpreter.leg.on_dtmf.append(pressed.put_nowait)
    try:
        return await prompt_for_keys(
            interpreter,
            [child for child in verb if child.tag in PROMPTS],
            pressed,
            timeout=number(verb.get("timeout"), 5),
            finish=verb.get("finishOnKey", "#"),
            complete=lambda keys: len(keys) == wanted,
        )
    finally:
        interpreter.leg.on_dtmf.remove(pressed.put_nowait)
