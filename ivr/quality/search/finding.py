"""Calls found page by page, newest first. A page is known by the place of its last call: it is found by an index."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from ivr.quality.places import place_of
from ivr.quality.search.engines import ENGINES
from ivr.quality.search.filters import LOW, Filters
from ivr.store.models import CallAgent, CallFacts, CallFlag, CallIntent

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Facts of the calls found, newest first; `older` and `newer` say whether there are more on either side."""

    rows: list[CallFacts]
    older: bool
    newer: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The calls beside one in a list; None at its ends."""

    newer: str | None
    older: str | None


def find(
    tx: Session, filters: Filters, *, before: int | None = None, after: int | None = None, size: int = PAGE
) -> Page:
    """The newest `size` calls, or those next to the place `before` or `after` in that direction."""
    upwards = after is not None and before is None
    edge = after if upwards else before
    places = list(tx.scalars(places_of(tx, filters, edge, upwards=upwards).limit(size + 1)))
    more, places = len(places) > size, places[:size]
    facts = select(CallFacts).where(CallFacts.place.in_(places)).order_by(CallFacts.place.desc())
    rows = list(tx.scalars(facts)) if places else []
    there = edge is not None
    return Page(rows, older=there if upwards else more, newer=more if upwards else there)


def neighbours(tx: Session, filters: Filters, sid: str) -> Neighbours:
    """The calls before and after call `sid` among those found, whether or not it is one of them itself."""
    place = tx.scalar(select(CallFacts.place).where(CallFacts.call_sid == sid))
    if place is None:
        return Neighbours(None, None)

    def next_to(upwards: bool) -> str | None:
        there = tx.scalar(places_of(tx, filters, place, upwards=upwards).limit(1))
        return tx.scalar(select(CallFacts.call_sid).where(CallFacts.place == there)) if there is not None else None

    return Neighbours(newer=next_to(True), older=next_to(False))


def places_of(tx: Session, filters: Filters, edge: int | None = None, *, upwards: bool = False) -> Select[tuple[int]]:
    """The places of the calls found, newest first, beyond `edge`; `upwards`: oldest first.

    The statement begins with what orders it: the words, or the list that says most, or the facts themselves.
    """
    words = ENGINES[tx.get_bind().dialect.name]
    lists = _lists(filters)
    conditions = _facts(filters)
    source: Any = None
    place: Any = CallFacts.place
    if filters.typed.wanted:
        source, place = words.source, words.place
        conditions.append(words.matches(filters.typed, filters.speaker))
    elif lists:
        table, is_it = lists.pop(0)
        source, place = table, table.place
        conditions.append(is_it)
    conditions += [
        select(1).where(table.call_sid == CallFacts.call_sid, is_it).correlate(CallFacts).exists()
        for table, is_it in lists
    ]
    conditions += _within(filters, place)
    if edge is not None:
        conditions.append(place > edge if upwards else place < edge)
    found = select(place).select_from(CallFacts if source is None else source)
    if source is not None and (lists or _facts(filters)):
        found = found.join(CallFacts, CallFacts.place == place)
    return found.where(*conditions).order_by(place.asc() if upwards else place.desc())


def _lists(filters: Filters) -> list[tuple[Any, ColumnElement[bool]]]:
    """What stands in lists beside the facts, the rarest first."""
    found: list[tuple[Any, ColumnElement[bool]]] = []
    for name in filters.flags:
        flag = aliased(CallFlag)
        found.append((flag, flag.flag == name))
    if filters.agent is not None:
        found.append((CallAgent, CallAgent.agent_id == filters.agent))
    if filters.intent is not None:
        found.append((CallIntent, CallIntent.intent == filters.intent))
    return found


def _facts(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (filters.outcome, lambda outcome: CallFacts.outcome == outcome),
        (filters.verified, lambda verified: CallFacts.verified.is_(verified)),
        (filters.wait, lambda seconds: CallFacts.wait_s > seconds),
        (filters.silence, lambda seconds: CallFacts.longest_silence > seconds),
        (filters.longer, lambda seconds: CallFacts.seconds > seconds),
        (filters.shorter, lambda seconds: CallFacts.seconds < seconds),
        (filters.rating, _rated),
        (filters.reason, lambda reason: CallFacts.handoff_reason == reason),
    )
    return [condition(value) for value, condition in wanted if value is not None]


def _rated(rating: str) -> ColumnElement[bool]:
    if rating == "none":
        return CallFacts.rating.is_(None)
    return CallFacts.rating <= LOW if rating == "low" else CallFacts.rating == int(rating)


def _within(filters: Filters, place: Any) -> list[ColumnElement[bool]]:
    since = [place >= place_of(filters.since)] if filters.since else []
    until = [place < place_of(filters.until)] if filters.until else []
    return [*since, *until]
