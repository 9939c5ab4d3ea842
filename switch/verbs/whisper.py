"""The document that whoever answers a Dial hears before they are put through, and may decline by."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from switch.interpreter import DocumentEnd, Interpreter, Verb
from switch.leg import FINAL, Leg
from switch.verbs.gather import gather
from switch.verbs.hangup import hangup
from switch.verbs.pause import pause
from switch.verbs.play import play
from switch.verbs.redirect import redirect
from switch.verbs.say import say
from switch.webhooks import Request

_VERBS: Mapping[str, Verb] = {
    "Say": say,
    "Play": play,
    "Gather": gather,
    "Pause": pause,
    "Redirect": redirect,
    "Hangup": hangup,
}


async def agrees(interpreter: Interpreter, child: Leg, noun: ET.Element) -> bool:
    """Whether the callee is to be put through, after the document at the noun's `url`, if it has one.

    A document that hangs up declines, a callee who is redirected elsewhere is gone.
    """
    url = noun.get("url")
    if not url:
        return True
    request = Request(interpreter.resolve(url), noun.get("method", "POST"))
    running = asyncio.create_task(Interpreter(child, _VERBS).run(request))
    gone = asyncio.Event()
    child.on_end.append(gone.set)
    child.on_redirect.append(gone.set)
    over = asyncio.create_task(gone.wait())
    try:
        await asyncio.wait({running, over}, return_when=asyncio.FIRST_COMPLETED)
        if child.session is not None:
            return False
        if running.done() and running.result() is DocumentEnd.RAN_OUT and child.status not in FINAL:
            return True
        child.finish("completed")
        return False
    finally:
        over.cancel()
        running.cancel()
        await asyncio.wait({running})
