"""A list of calls as its address says it: read, written again, and passed on to the calls that are opened from it."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from ivr.quality.search.filters import KEYS, Filters, filters_of
from ivr.quality.search.finding import Neighbours, neighbours
from ivr.web.pages.context import PageContext

LONGEST = 1500  # signs of a list's address


def query_of(pairs: Iterable[tuple[str, str]]) -> str:
    """The part of an address that says which calls are listed, without what is empty, in one order."""
    kept = [(key, value.strip()) for key, value in pairs if key in KEYS and value.strip()]
    return urlencode(sorted(dict.fromkeys(kept), key=lambda pair: KEYS.index(pair[0])))[:LONGEST]


def filters_in(context: PageContext, query: str) -> Filters:
    """The filters that `query` names."""
    return filters_of(MultiDict(parse_qsl(query)), context.clock.now(), context.zone)


def beside(tx: Session, context: PageContext, query: str, sid: str) -> Neighbours:
    """The calls before and after `sid` in the list of `query`."""
    return neighbours(tx, filters_in(context, query), sid)
