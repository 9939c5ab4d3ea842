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
ENOUGH = 3000  # calls: words that are in more are common


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
    beyond = Beyond(after if upwards else before, upwards)
    places = _places(tx, filters, beyond, size + 1)
    more, places = len(places) > size, places[:size]
    facts = select(CallFacts).where(CallFacts.place.in_(places)).order_by(CallFacts.place.desc())
    rows = list(tx.scalars(facts)) if places else []
    there = beyond.edge is not None
    return Page(rows, older=there if upwards else more, newer=more if upwards else there)


def neighbours(tx: Session, filters: Filters, sid: str) -> Neighbours:
    """The calls before and after call `sid` among those found, whether or not it is one of them itself."""
    place = tx.scalar(select(CallFacts.place).where(CallFacts.call_sid == sid))
    if place is None:
        return Neighbours(None, None)

    def next_to(upwards: bool) -> str | None:
        there = _places(tx, filters, Beyond(place, upwards), 1)
        return tx.scalar(select(CallFacts.call_sid).where(CallFacts.place == there[0])) if there else None

    return Neighbours(newer=next_to(True), older=next_to(False))


@dataclass(frozen=True, slots=True)
class Beyond:
    """Where a page begins: at the newest call, or beyond a place, downwards or upwards."""

    edge: int | None = None
    upwards: bool = False

    def within(self, filters: Filters, place: Any) -> list[ColumnElement[bool]]:
        """The places that may be in the page."""
        since = [place >= place_of(filters.since)] if filters.since else []
        until = [place < place_of(filters.until)] if filters.until else []
        beyond = [] if self.edge is None else [place > self.edge if self.upwards else place < self.edge]
        return [*since, *until, *beyond]

    def order(self, place: Any) -> Any:
        return place.asc() if self.upwards else place.desc()


def _places(tx: Session, filters: Filters, beyond: Beyond, size: int) -> list[int]:
    """The first `size` places of calls found beyond the page's beginning.

    Words that are rare are looked up first, and what they find is filtered. Words that are in so many calls that this
    would take long are looked for along the calls, from the page's beginning on: a page is soon full of them.
    """
    if not filters.typed.wanted:
        return _first(tx, _by_facts(filters, beyond), size)
    words = ENGINES[tx.get_bind().dialect.name]
    said = words.matches(filters.typed, filters.speaker)
    spoken = select(words.place).where(said, *beyond.within(filters, words.place))
    narrowed = bool(_lists(filters) or _facts(filters))
    ordered = spoken.order_by(beyond.order(words.place))
    if not narrowed and words.ordered:
        return _first(tx, ordered, size)
    hits = _first(tx, ordered if words.ordered else spoken, ENOUGH + 1)
    if not narrowed:
        return sorted(hits, reverse=not beyond.upwards)[:size] if len(hits) <= ENOUGH else _first(tx, ordered, size)
    if len(hits) <= ENOUGH or words.ordered:
        among = _first(tx, _by_facts(filters, beyond, words.among(hits)), size)
        if len(among) == size or len(hits) <= ENOUGH:
            return among
    return _first(tx, _by_facts(filters, beyond, words.spoken_at(said)), size)


def _first(tx: Session, found: Select[Any], size: int) -> list[int]:
    return list(tx.scalars(found.limit(size)))


def _by_facts(filters: Filters, beyond: Beyond, *more: Callable[[Any], ColumnElement[bool]]) -> Select[tuple[int]]:
    """Places of calls by what is known of them. It begins with the list that says most, or with the facts."""
    lists, facts = _lists(filters), _facts(filters)
    place: Any = CallFacts.place
    found = select(place)
    if lists:
        table, is_it = lists.pop(0)
        place = table.place
        found = select(place).where(is_it)
        if facts:
            found = found.join(CallFacts, CallFacts.place == place)
    for table, is_it in lists:
        found = found.where(select(1).where(table.place == place, is_it).correlate_except(table).exists())
    conditions = [*facts, *(condition(place) for condition in more), *beyond.within(filters, place)]
    return found.where(*conditions).order_by(beyond.order(place))


def _lists(filters: Filters) -> list[tuple[Any, ColumnElement[bool]]]:
    """What stands in lists beside the facts, the rarest first."""
    found: list[tuple[Any, ColumnElement[bool]]] = []
    if filters.agent is not None:
        found.append((CallAgent, CallAgent.agent_id == filters.agent))
    for name in filters.flags:
        flag = aliased(CallFlag)
        found.append((flag, flag.flag == name))
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
