"""Errors as pages that say what happened and what to do."""

from flask import Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

TOO_OLD = "This page is too old"
PAGES = {
    401: ("You are signed out", "Sign in again to go on."),
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
    return render_template("error.html", title=title, advice=advice), code


def _too_old(error: CSRFError) -> ResponseReturnValue:
    return render_template("error.html", title=TOO_OLD, advice="Go back, reload it and do it again."), 400


def _fault(error: Exception) -> ResponseReturnValue:
    # Read no person here, as every template's context would: the fault may be the database's.
    return current_app.jinja_env.get_template("fault.html").render(), 500
