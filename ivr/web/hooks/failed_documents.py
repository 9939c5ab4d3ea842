"""A document that failed and whose request carried a result: the result is kept all the same, and only once."""

import logging
import re
from typing import Any

from flask import Response, current_app
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from ivr.carrier.callbacks import Brought, FailedDocument, Fields
from ivr.web.url_parts import url_parts

log = logging.getLogger(__name__)

# what the request of a failed document must bring along to be worth asking for it again
RESULTS: tuple[tuple[re.Pattern[str], set[Brought]], ...] = (
    (re.compile(r"/voice/paid/\d+"), {"card"}),
    (re.compile(r"/voice/message"), {"recording"}),
    (re.compile(r"/handoff/\d+/(key|choice|number|keyed|other|confirm/\d+)"), {"keys"}),
    (re.compile(r"/handoff/\d+/caller-left"), {"call-status"}),
    (re.compile(r"/voice/turn/\d+/(heard|keys)"), {"recording", "keys"}),
)


def ask_again(failed: FailedDocument, prefix: str = "") -> Response | None:
    """The failed address's own view, run with the parameters that it missed.

    Its answer, where the carrier never got one; None: there is no result in it, or the caller is better off elsewhere.
    `prefix` is the path of our public address. All views may be repeated, so that what was kept stays kept once.
    """
    parts = url_parts(failed.url)
    path = parts.path.removeprefix(prefix)
    if not any(address.fullmatch(path) and results & failed.brought for address, results in RESULTS):
        return None
    try:
        answer = _view(path, parts.query, failed.request)
    except HTTPException as error:
        log.warning("what a failed document brought cannot be read: %s", error.name)
        return None
    return None if failed.answered else answer


def _view(path: str, query: str, form: Fields) -> Response:
    """The outer request was signed, the failed address with it: the inner one is not checked again."""
    environ = EnvironBuilder(path=path, query_string=query, method="POST", data=dict(form)).get_environ()
    with current_app.request_context(environ) as inner:
        inner.match_request()
        if inner.request.routing_exception is not None:
            raise inner.request.routing_exception
        answer: Any = current_app.view_functions[inner.request.endpoint or ""](**(inner.request.view_args or {}))
        return current_app.make_response(answer)
