"""Keys after a prompt, as Gather and Pay take them: the first key silences the prompt."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable

from switch.interpreter import Interpreter
from switch.webhooks import Request

PROMPTS = frozenset({"Say", "Play", "Pause"})


async def prompt_for_keys(
    interpreter: Interpreter,
    prompts: Iterable[ET.Element],
    pressed: "asyncio.Queue[str]",
    *,
    timeout: float,
    finish: str,
    complete: Callable[[str], bool],
) -> str:
    """Play the prompts and take keys from `pressed`; empty when none came.

    The input ends `timeout` seconds after the prompts or the last key, at a key in `finish` (which is left out),
    or when the keys so far are `complete`.
    """
    playing = asyncio.create_task(interpreter.perform(prompts))
    first = asyncio.create_task(pressed.get())
    try:
        await asyncio.wait({playing, first}, return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            playing.result()
        return await _collect(first, pressed, playing, timeout, finish, complete)
    finally:
        first.cancel()
        playing.cancel()
        await asyncio.wait({playing})


async def _collect(
    first: asyncio.Task[str],
    pressed: "asyncio.Queue[str]",
    playing: asyncio.Task[Request | None],
    timeout: float,
    finish: str,
    complete: Callable[[str], bool],
) -> str:
    keys = ""
    try:
        key = await asyncio.wait_for(first, timeout)
        playing.cancel()
        while key not in finish:
            keys += key
            if complete(keys):
                break
            key = await asyncio.wait_for(pressed.get(), timeout)
    except TimeoutError:
        pass
    return keys
