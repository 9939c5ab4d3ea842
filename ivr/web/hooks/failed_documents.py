"""A document that failed and whose request carried a result: the result is kept all the same, and only once."""

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

log = logging.getLogger(__name__)

# what the request of a failed document must bring along to be worth asking for it again
RESULTS = (
    (re.compile(r"/voice/paid/\d+"), ("Result",)),
    (re.compile(r"/voice/message"), ("RecordingSid", "RecordingUrl")),
    (re.compile(r"/handoff/\d+/(key|choice|number|keyed|other|confirm/\d+)"), ("Digits",)),
    (re.compile(r"/handoff/\d+/caller-left"), ("CallStatus",)),
    (re.compile(r"/voice/turn/\d+/(heard|keys)"), ("RecordingUrl", "Digits")),
)
NOT_FETCHED = "11"  # error codes that begin so: our answer never came; all others complain of the answer itself


def ask_again(error_url: str, error_code: str, form: Mapping[str, str], prefix: str = "") -> Response | None:
    """The failed address's own view, run with the parameters that it missed.

    Its answer, where the carrier never got one; None: there is no result in it, or the caller is better off elsewhere.
    `prefix` is the path of our public address. All views may be repeated, so that what was kept stays kept once.
    """
    parts = urlsplit(error_url)
    path = parts.path.removeprefix(prefix)
    if not _brings_result(path, form):
        return None
    missed = {name: value for name, value in form.items() if name not in ("ErrorCode", "ErrorUrl")}
    try:
        answer = _view(path, parts.query, missed)
    except HTTPException as error:
        log.warning("what a failed document brought cannot be read: %s", error.name)
        return None
    return answer if error_code.startswith(NOT_FETCHED) else None


def _brings_result(path: str, form: Mapping[str, str]) -> bool:
    return any(address.fullmatch(path) and any(name in form for name in names) for address, names in RESULTS)


def _view(path: str, query: str, form: Mapping[str, str]) -> Response:
    """The outer request was signed, ErrorUrl with it: the inner one is not checked again."""
    environ = EnvironBuilder(path=path, query_string=query, method="POST", data=dict(form)).get_environ()
    with current_app.request_context(environ) as inner:
        inner.match_request()
        if inner.request.routing_exception is not None:
            raise inner.request.routing_exception
        answer: Any = current_app.view_functions[inner.request.endpoint or ""](**(inner.request.view_args or {}))
        return current_app.make_response(answer)
