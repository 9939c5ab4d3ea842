"""One function a verb: it does what the verb says and returns the next document's request, or nothing to go on."""

import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switch.verbs.connect import connect, start, stop
from switch.verbs.dial import dial
from switch.verbs.gather import gather
from switch.verbs.pay import pay
from switch.verbs.record import record
from switch.verbs.simple import hangup, pause, redirect, reject
from switch.verbs.sound import play, say
from switch.webhooks import Request

if TYPE_CHECKING:
    from switch.interpreter import Program

Verb = Callable[["Program", ET.Element], Awaitable[Request | None]]

VERBS: dict[str, Verb] = {
    "Say": say,
    "Play": play,
    "Gather": gather,
    "Record": record,
    "Pause": pause,
    "Redirect": redirect,
    "Reject": reject,
    "Hangup": hangup,
    "Dial": dial,
    "Connect": connect,
    "Start": start,
    "Stop": stop,
    "Pay": pay,
}
