"""Server-sent events: "something changed" for open pages; what changed, they ask."""

import json
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, abort, request
from sqlalchemy import exists, or_, select

from ivr.live import Live, News
from ivr.store import Sessions
from ivr.store.models import Handoff, Offer
from ivr.web.people import Person, me, only

BEAT = ": heartbeat\n\nevent: beat\ndata: {}\n\n"


def make_events_blueprint(sessions: Sessions, live: Live, heartbeat: float = 10.0) -> Blueprint:
    """`GET /events[?call=<sid>...]`: news of the desk, of oneself and of the calls asked for and allowed."""
    blueprint = Blueprint("events", __name__)
    blueprint.before_request(only("agent", "reviewer", "supervisor"))

    @blueprint.get("/events")
    def events() -> Response:
        person, calls = me(), request.args.getlist("call")
        if not all(may_follow(sessions, person, sid) for sid in calls):
            abort(403)
        topics = ["desk", f"agent:{person.id}", *(f"call:{sid}" for sid in calls)]
        answer = Response(stream(live.follow(*topics, heartbeat=heartbeat)), mimetype="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        return answer

    return blueprint


def stream(news: Iterable[News | None]) -> Iterator[str]:
    """News as event-stream text. A beat tells the page that the line lives, and to read again."""
    yield "retry: 2000\n\n"
    for item in news:
        yield BEAT if item is None else f"event: news\ndata: {json.dumps({'topic': item.topic, 'kind': item.kind})}\n\n"


def may_follow(sessions: Sessions, person: Person, sid: str) -> bool:
    """Whether `person` may see the words of call `sid`: it is or was his, it is offered to him, or he reviews calls."""
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
