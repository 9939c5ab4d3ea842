"""A document of a leg that we called could not be had: it is made now, or whoever is there is asked for a moment."""

import logging
from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from ivr.carrier.dialect import Dialect
from ivr.phrasing.announcements import Announcements
from ivr.web.hooks.carrier_requests import respond
from ivr.web.url_parts import count_in

log = logging.getLogger(__name__)
TIMES, PAUSE = 5, 4  # that a document is asked for again, and the seconds before each


def unless_broken(
    dialect: Dialect, work: Callable[[], ResponseReturnValue], failed: str, url: str
) -> ResponseReturnValue:
    """The answer of `work`, or one moment and then `url`, a few times; `failed` is what could not be had."""
    try:
        return work()
    except Exception:
        log.exception("a leg that we called is asked for a moment")
    words = Announcements("en")
    times = request.args.get("again", type=int) or count_in(failed, "again")
    if times >= TIMES:
        document = dialect.documents.goodbye(words.line("call_back.missed"))
    else:
        document = dialect.documents.apologise(words.line("one_moment"), f"{url}?again={times + 1}", pause=PAUSE)
    return respond(dialect, document)
