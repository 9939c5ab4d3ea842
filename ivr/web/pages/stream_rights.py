"""Who may follow what: asked by `ivr.web.event_streams` for each stream of server-sent events, again and again."""

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, or_, select

from ivr.store.engine import Sessions
from ivr.store.models import Handoff, Offer
from ivr.web.pages.signed_in import SignedInPerson, me, only

MOST = 20  # calls on one stream


def make_events_blueprint(sessions: Sessions) -> Blueprint:
    """`GET /events[?call=<sid>...]`: the topics of the desk, of oneself and of the calls asked for and allowed.

    With `shared=1` the stream is of several pages: calls that may not be followed are left out, not refused.
    """
    blueprint = Blueprint("events", __name__)
    blueprint.before_request(only("agent", "reviewer", "supervisor"))

    @blueprint.get("/events")
    def events() -> ResponseReturnValue:
        person, asked = me(), request.args.getlist("call")
        if len(asked) > MOST:
            abort(400, f"at most {MOST} calls are followed at once")
        calls = [sid for sid in asked if may_follow(sessions, person, sid)]
        if len(calls) < len(asked) and "shared" not in request.args:
            abort(403)
        topics = ["desk", f"agent:{person.id}", *(f"call:{sid}" for sid in calls)]
        return jsonify(person=person.id, topics=topics)

    return blueprint


def may_follow(sessions: Sessions, person: SignedInPerson, sid: str) -> bool:
    """Whether `person` may see the words of call `sid`: it is, was or may become theirs, or they review calls."""
    if person.may("reviewer", "supervisor"):
        return True
    offered = exists().where(
        Offer.handoff_id == Handoff.id,
        Offer.agent_id == person.id,
        or_(Offer.outcome.is_(None), Offer.outcome == "accepted"),
    )
    mine = select(Handoff.id).where(Handoff.call_sid == sid, or_(Handoff.agent_id == person.id, offered))
    with sessions() as session:
        return session.scalar(mine.limit(1)) is not None
