"""The list of calls: found by words and facts, kept under a name, and passed on to each call."""

from urllib.parse import parse_qsl

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ivr.quality.flags import FLAGS
from ivr.quality.search.filters import INTENTS, RANGES, SPEAKERS
from ivr.store.models import SavedSearch
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import OUTCOMES, plain
from ivr.web.pages.quality.calls_screen import OPEN, read_agents, read_calls, read_lasting, read_saved
from ivr.web.pages.quality.lists import filters_in, query_of
from ivr.web.pages.signed_in import me

LONGEST_NAME = 64
CHOICES = {
    "range": RANGES,
    "outcome": {name or OPEN: text for name, text in OUTCOMES.items()},
    "speaker": {speaker: plain(speaker) for speaker in SPEAKERS},
    "flag": {flag: plain(flag) for flag in FLAGS},
    "intent": {intent: plain(intent) for intent in INTENTS},
}
MORE = ("speaker", "intent", "rating", "verified", "wait", "silence", "longer", "shorter", "reason", "from", "to")


def add_calls(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/`, and the searches that a person keeps."""

    @blueprint.get("/")
    def calls() -> str:
        args = request.args
        query = query_of(args.items(multi=True))
        lasting = args.get("outcome") == OPEN
        filters = filters_in(context, "" if lasting else query)
        with context.sessions() as tx:
            before, after = args.get("before", type=int), args.get("after", type=int)
            found = read_lasting(tx) if lasting else read_calls(tx, filters, before, after)
            agents, saved = read_agents(tx), read_saved(tx, me().id)
        return render_template(
            "quality/calls.html",
            found=found,
            filters=filters,
            query=query,
            args=args,
            agents=agents,
            saved=saved,
            lasting=lasting,
            choices=CHOICES,
            more_open=any(args.get(key) for key in MORE),
            pairs=parse_qsl(query),
            address=lambda **changes: _address(query, **changes),
        )

    @blueprint.post("/saved")
    def save() -> ResponseReturnValue:
        """Keep the list under a name; one of the same name gives way to it."""
        name, query = _name(), query_of(parse_qsl(request.form.get("query", "")))
        with context.sessions.begin() as tx:
            mine = SavedSearch.agent_id == me().id
            row = tx.scalar(select(SavedSearch).where(mine, SavedSearch.name == name))
            if row is None:
                row = SavedSearch(agent_id=me().id, name=name, created_at=context.clock.now())
                tx.add(row)
            row.query = query
        return redirect(_address(query))

    @blueprint.post("/saved/<int:saved_id>/<any(rename, delete):what>")
    def change_saved(saved_id: int, what: str) -> ResponseReturnValue:
        with context.sessions.begin() as tx:
            row = tx.get(SavedSearch, saved_id)
            if row is None or row.agent_id != me().id:
                abort(404)
            query = row.query
            if what == "delete":
                tx.delete(row)
            else:
                name = _name()
                same = select(SavedSearch).where(SavedSearch.agent_id == me().id, SavedSearch.name == name)
                other = tx.scalar(same.where(SavedSearch.id != saved_id))
                if other is not None:
                    abort(400, f"You keep another search under the name {name!r}.")
                row.name = name
        return redirect(_address(query if what == "rename" else ""))


def _name() -> str:
    name = request.form.get("name", "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        abort(400, f"A search has a name of 1 to {LONGEST_NAME} characters.")
    return name


def _address(query: str, **changes: str | int | None) -> str:
    """The list's address with `changes`: None takes a filter away."""
    kept = [(key, value) for key, value in parse_qsl(query) if key not in changes]
    added = [(key, str(value)) for key, value in changes.items() if value is not None]
    places = {key: value for key, value in added if key in ("before", "after")}
    written = query_of([*kept, *added])
    more = "&".join(f"{key}={value}" for key, value in places.items())
    whole = "&".join(part for part in (written, more) if part)
    return url_for("quality.calls") + (f"?{whole}" if whole else "")
