"""How every action of an agent is answered: with the panel as it is now."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.web.pages.agent_screen import read_screen
from ivr.web.pages.context import PageContext
from ivr.web.pages.signed_in import me


def panel_response(context: PageContext, notice: str | None = None, done: str | None = None) -> ResponseReturnValue:
    """The panel for a script, with a `notice` of what was refused or of what is `done`; the page for a plain form."""
    if not request.headers.get("X-Fragment"):
        return redirect(url_for("agent.page"), 303)
    with context.sessions() as tx:
        screen = read_screen(tx, me().id, context.clock.now())
        return render_template("agent/panel.html", notice=notice, done=done, screen=screen)
