"""How every deed of an agent is answered: with the panel as it is now."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.clock import Clock
from ivr.store.engine import Sessions
from ivr.web.pages.agent_screen import read_screen
from ivr.web.pages.signed_in import me


def answer_with_panel(
    sessions: Sessions, clock: Clock, notice: str | None = None, done: str | None = None
) -> ResponseReturnValue:
    """The panel for a script, with a `notice` of what was refused or of what is `done`; the page for a plain form."""
    if not request.headers.get("X-Fragment"):
        return redirect(url_for("agent.page"), 303)
    with sessions() as tx:
        screen = read_screen(tx, me().id, clock.now())
        return render_template("agent/panel.html", notice=notice, done=done, screen=screen)
