"""Payments: a card taken on a live call, field by field, while its people go on talking."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from switch import card
from switch.exchange import Exchange
from switch.payment_session import PaymentOptions, PaymentSession
from switch.rest.calls import leg_of
from switch.rest.resource import Form, Resource, RestError, form_of, not_found
from switch.sids import rfc2822


class Payments(Resource):
    """A request that is repeated with its IdempotencyKey gets the same answer and does nothing again."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._sessions: dict[str, PaymentSession] = {}
        self._asked: dict[str, PaymentSession] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            self.route("/Calls/{call}/Payments.json", POST=self.create),
            self.route("/Calls/{call}/Payments/{payment}.json", POST=self.update),
        ]

    async def create(self, request: Request) -> Response:
        leg, form = leg_of(self.exchange, request), await _form(request)
        if (known := self._asked.get(form.get("IdempotencyKey"))) is not None:
            return JSONResponse(_view(known), 201)
        if leg.status != "in-progress":
            raise RestError(400, 21220, f"Call {leg.sid} is not in-progress. Cannot take a payment.")
        if any(session.leg is leg and session.status == "open" for session in self._sessions.values()):
            raise RestError(400, 20001, f"Call {leg.sid} has a payment session already")
        session = PaymentSession(leg, _options(form), form.get("StatusCallback"))
        self._sessions[session.sid] = self._asked[form.get("IdempotencyKey")] = session
        return JSONResponse(_view(session), 201)

    async def update(self, request: Request) -> Response:
        session, form = self._sessions.get(request.path_params["payment"]), await _form(request)
        if session is None or session.leg.sid != request.path_params["call"]:
            raise not_found(request)
        if form.get("IdempotencyKey") in self._asked:
            return JSONResponse(_view(session), 202)
        if session.status != "open":
            raise RestError(400, 20001, f"Payment session {session.sid} is {session.status}")
        _change(session, form)
        self._asked[form.get("IdempotencyKey")] = session
        return JSONResponse(_view(session), 202)


def _change(session: PaymentSession, form: Form) -> None:
    session.callback = form.get("StatusCallback")
    capture, status = form.get("Capture"), form.get("Status")
    if capture in card.FIELDS:
        session.capture(capture)
    elif status == "cancel":
        session.cancel()
    elif status == "complete" and not session.required:
        session.complete()
    else:
        wanting = f"; {', '.join(session.required)} outstanding" if status == "complete" else ""
        raise RestError(400, 20001, f"Capture {capture!r} and Status {status!r} cannot be done{wanting}")


async def _form(request: Request) -> Form:
    form = await form_of(request)
    for name in ("IdempotencyKey", "StatusCallback"):
        if not form.get(name):
            raise RestError(400, 20001, f"{name} is required")
    return form


def _options(form: Form) -> PaymentOptions:
    asked = {
        card.CODE: form.flag("SecurityCode", default=True),
        card.POSTAL: form.flag("PostalCode", default=True),
    }
    return PaymentOptions(
        charges=form.seconds("ChargeAmount", 0) > 0,
        fields=tuple(name for name in card.FIELDS if asked.get(name, True)),
        kinds=form.words("ValidCardTypes", "visa mastercard amex"),
        timeout=form.seconds("Timeout", 5),
        shortest=int(form.seconds("MinPostalCodeLength", 0)),
    )


def _view(session: PaymentSession) -> dict[str, Any]:
    leg = session.leg
    return {
        "sid": session.sid,
        "account_sid": leg.exchange.config.account_sid,
        "call_sid": leg.sid,
        "date_created": rfc2822(session.created),
        "date_updated": rfc2822(session.created),
        "uri": f"{leg.exchange.api}/Calls/{leg.sid}/Payments/{session.sid}.json",
    }
