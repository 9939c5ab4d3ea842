"""Errors as pages that say what happened and what to do."""

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, Unauthorized

from ivr.web.pages.signed_in import safe_next
from ivr.web.url_parts import url_parts

TOO_OLD, OLD_ADVICE = "This page is too old", "What you asked for was not done. Go back and do it again."
PAGES = {
    401: (
        "You are signed out",
        "What you asked for was not done. Sign in to go back to where you were and do it.",
    ),
    403: ("This page is not yours to open", "Your sign-in has no role for it. Ask your supervisor if you need it."),
    404: ("There is nothing here", "The address may be old, or what it showed has been deleted."),
    429: ("Too many attempts", "Wait a minute, then try again."),
}


def explain_errors(app: Flask) -> None:
    """Register the error pages."""
    for code in PAGES:
        app.register_error_handler(code, _page)
    app.register_error_handler(CSRFError, _too_old)
    app.register_error_handler(500, _fault)


def _page(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    title, advice = PAGES[code]
    target = safe_next(url_parts(request.referrer).path) if code == 401 else None
    return render_template("error.html", title=title, advice=advice, target=target, not_done=code == 401), code


def _too_old(error: CSRFError) -> ResponseReturnValue:
    """The token is of another sign-in: a script takes the new one and asks once more, where there is one."""
    if request.headers.get("X-Fragment"):
        return ("", 400, {"X-Stale-Token": "1"}) if current_user.is_authenticated else _page(Unauthorized())
    target = safe_next(url_parts(request.referrer).path)
    return render_template("error.html", title=TOO_OLD, advice=OLD_ADVICE, back=target, not_done=True), 400


def _fault(error: Exception) -> ResponseReturnValue:
    # Read no person here, as every template's context would: the fault may be the database's.
    return current_app.jinja_env.get_template("fault.html").render(), 500
