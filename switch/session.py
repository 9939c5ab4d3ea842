"""The documents of a call: run from its first webhook to its end, and exchanged for others while it lives."""

import asyncio

from switch.document import Document
from switch.interpreter import Interpreter
from switch.leg import FINAL, Leg
from switch.verbs import VERBS
from switch.webhooks import Request


def start(leg: Leg, first: Request | Document) -> None:
    """Run documents on a leg beside everything else, beginning with `first`; the leg ends with them."""
    leg.session = leg.exchange.spawn(_run(leg, first))


async def redirect(leg: Leg, first: Request | Document) -> None:
    """A new document for a live leg: the verb under way is abandoned."""
    old = leg.session
    if old is not None:
        old.cancel()
        await asyncio.wait({old})
    leg.redirected()
    if leg.status not in FINAL:
        start(leg, first)


async def _run(leg: Leg, first: Request | Document) -> None:
    interpreter = Interpreter(leg, VERBS)
    leg.on_end.append(interpreter.hung_up)
    try:
        await interpreter.run(first)
        interpreter.action_on_hang_up = None
        unanswered = leg.began is None and interpreter.status == "completed"
        leg.finish("no-answer" if unanswered else interpreter.status)
    except Exception:  # a fault of the switch's own must not leave a person on a silent line
        leg.finish("failed")
        raise
    finally:
        leg.on_end.remove(interpreter.hung_up)
