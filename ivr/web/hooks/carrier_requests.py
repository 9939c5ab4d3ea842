"""What every webhook does alike: let the carrier alone in, read what it tells, answer with a document."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, abort, g, request
from sqlalchemy.exc import NoResultFound
from werkzeug.datastructures import MultiDict

from ivr import traces
from ivr.carrier.callbacks import CallbackError, Fields
from ivr.carrier.dialect import Dialect
from ivr.logs import about_call

T = TypeVar("T")
log = logging.getLogger(__name__)


def require_signature(blueprint: Blueprint, dialect: Dialect) -> None:
    """Answer 403 to every request of `blueprint` that the carrier has not signed.

    400 for a signed one whose identifiers are none: they become keys of rows and names of files.
    """

    @blueprint.before_request
    def check() -> None:
        g.came = time.monotonic()
        query = request.query_string.decode("ascii", "replace")
        form = request.form if request.method == "POST" else MultiDict()
        if not dialect.signatures.request_is_signed(request.path, query, form, request.headers):
            log.warning("refused an unsigned or forged request to %s", request.endpoint)
            abort(403)
        named = [("the address's Sid", sid)] if (sid := (request.view_args or {}).get("sid")) else []
        for values in (request.args.items(multi=True), request.form.items(multi=True), named):
            if (name := dialect.callbacks.malformed(values)) is not None:
                abort(400, f"{name} is no identifier of the carrier's")
        about_call(dialect.callbacks.call_sid(request.values))

    @blueprint.errorhandler(NoResultFound)
    def unknown(_error: NoResultFound) -> Response:
        """Of what is asked here we know nothing, as of a call that the standby line answered."""
        log.warning("%s asks about what is not on record", request.endpoint)
        return Response("Nothing is known of it.", 404)

    @blueprint.after_request
    def trace(response: Response) -> Response:
        came = g.get("came")  # None for one that was refused before
        if came is not None and "handoff_id" not in (request.view_args or {}):  # of an agent's leg the steps are traced
            took = time.monotonic() - came
            traces.note("webhook", took, endpoint=request.endpoint or "", status=response.status_code)
        return response

    @blueprint.teardown_request
    def forget(_error: BaseException | None) -> None:
        about_call(None)  # the thread serves another request next


def read(callback: Callable[[Fields], T]) -> T:
    """What the carrier tells with this request, by one of its `Callbacks`. 400 where a field is missing."""
    try:
        return callback(request.values)
    except CallbackError as error:
        abort(400, str(error))


def respond(dialect: Dialect, document: str) -> Response:
    """The answer that the carrier carries out."""
    return Response(document, content_type=dialect.content_type)
