"""Who read what of callers: each page that shows some is noted in the audit, once an hour for a person and a thing."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from string import Formatter

from flask import Flask, Response, g, request
from flask_login import current_user

from ivr.clock import Clock
from ivr.store.engine import Sessions
from ivr.store.models import Audit
from ivr.web.pages.signed_in import SignedInPerson

SITTING = timedelta(hours=1)  # a page that is open reads itself again every few seconds
MOST = 10_000
WORDS = "q"  # in the address of a list

# What each address shows: an action, and what it is done to, in the words of the address.
READS: Mapping[str, tuple[str, str]] = {
    "agent.transcript": ("read-call", "call:{sid}"),
    "agent.days": ("export", "own-days"),
    "board.call": ("read-handoff", "handoff:{handoff_id}"),
    "board.bot_call": ("read-call", "call:{sid}"),
    "board.page": ("read-handoff", "handoff:{call}"),
    "board.load": ("export", "load"),
    "call_backs.page": ("read-call-backs", "call-backs"),
    "call_backs.panel": ("read-call-backs", "call-backs"),
    "quality.calls": ("search", "calls"),
    "quality.figures": ("read-figures", "figures"),
    "quality.figures_table": ("export", "figures"),
    "quality.call": ("read-call", "call:{sid}"),
    "quality.evaluations": ("read-evaluations", "evaluations"),
    "quality.evaluation": ("read-evaluation", "evaluation:{evaluation_id}"),
    "quality.calibration": ("read-calibration", "calibration:{calibration_id}"),
    "reviews.review": ("read-evaluation", "evaluation:{evaluation_id}"),
    "quality.corrections_page": ("read-corrections", "corrections"),
}
# Nothing of callers, or noted where it is done: sound by `recording_audio` and `bot_calls`, briefs by `opened`.
OTHERS = frozenset(
    {
        "people.home", "people.sign_in", "password.form", "sso.ask", "sso.back", "events.events",
        "second.form", "second.prove", "own.page", "own.codes", "roster.page", "roster.person",
        "agent.page", "agent.own", "agent.panel", "agent.work", "agent.messages", "agent.message_audio",
        "board.fragment", "board.listens", "board.rules", "board.latency", "quality.audio", "phone.script",
        "quality.cards", "quality.card", "quality.samples", "quality.sample", "quality.next_call",
        "quality.calibrations", "reviews.page", "reviews.audio", "quality.export",
    }
)  # fmt: skip


def opened(action: str, subject: str) -> None:
    """Say that the response under way shows `subject`, where its address does not tell."""
    g.setdefault("opened", []).append((action, subject))


def note_reading(app: Flask, sessions: Sessions, clock: Clock) -> None:
    """Note what is read before it is sent: what cannot be noted is not shown."""
    lately = Lately()

    @app.after_request
    def note(response: Response) -> Response:
        seen = _seen() if response.status_code == 200 and request.method == "GET" else []
        if not seen or not current_user.is_authenticated:
            return response
        person, now = current_user._get_current_object(), clock.now()
        assert isinstance(person, SignedInPerson)  # noqa: S101
        asked = request.args.to_dict()
        fresh = [one for one in seen if lately.first((person.sign_in, *one, *asked.items()), now)]
        if fresh:
            with sessions.begin() as tx:
                for action, subject in fresh:
                    detail = filters_noted(asked) if action == "search" else {}
                    tx.add(Audit(at=now, actor=person.email, action=action, subject=subject[:255], detail=detail))
        return response


def filters_noted(asked: Mapping[str, str]) -> dict[str, str]:
    """What was looked for, as it is noted. The audit outlives what is forgotten, and a person may be looked for by name
    or number: of the words typed, how many they were."""
    noted = {key: value[:100] for key, value in asked.items() if key != WORDS}
    return noted | ({WORDS: f"{len(asked[WORDS].split())} words"} if asked.get(WORDS) else {})


class Lately:
    """What has been noted within the hour, in this process."""

    def __init__(self) -> None:
        self._noted: OrderedDict[tuple[object, ...], datetime] = OrderedDict()
        self._lock = threading.Lock()

    def first(self, what: tuple[object, ...], now: datetime) -> bool:
        with self._lock:
            before = self._noted.pop(what, None)
            again = before is not None and before <= now < before + SITTING
            self._noted[what] = before if again and before else now
            if len(self._noted) > MOST:
                self._noted.popitem(last=False)
        return not again


def _seen() -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = list(g.get("opened", ()))
    if request.endpoint is not None and request.endpoint in READS:
        action, subject = READS[request.endpoint]
        words = {**request.args.to_dict(), **(request.view_args or {})}
        if all(name is None or name in words for _, name, _, _ in Formatter().parse(subject)):
            seen.append((action, subject.format_map(words)))
    return seen
