"""The address of a list says which calls are in it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from ivr.quality.search.filters import Filters, filters_of

pytestmark = pytest.mark.unit

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)  # still Wednesday the 4th in New York


def asked(address: str) -> Filters:
    return filters_of(MultiDict(parse_qsl(address, keep_blank_values=True)), NOW, NEW_YORK)


@pytest.mark.parametrize(
    ("address", "filters"),
    [
        ("", {}),
        ("q=&outcome=&agent=&flag=", {}),
        ("outcome=handed-off&agent=7&intent=dispute", {"outcome": "handed-off", "agent": 7, "intent": "dispute"}),
        ("verified=no&rating=low&speaker=agent", {"verified": False, "rating": "low", "speaker": "agent"}),
        ("wait=30&silence=2.5&longer=1:30&shorter=10:00", {"wait": 30, "silence": 2.5, "longer": 90, "shorter": 600}),
        ("flag=upset&flag=payment&flag=upset", {"flags": ("upset", "payment")}),
    ],
)
def test_filters(address: str, filters: dict[str, Any]) -> None:
    assert asked(address) == Filters(**filters)


@pytest.mark.parametrize(
    ("address", "since", "until"),
    [
        ("range=today", "2026-03-04T00:00-05:00", "2026-03-05T00:00-05:00"),
        ("range=this-week", "2026-03-02T00:00-05:00", "2026-03-09T00:00-04:00"),  # the clocks change on the 8th
        ("range=last-week", "2026-02-23T00:00-05:00", "2026-03-02T00:00-05:00"),
        ("range=30-days", "2026-02-03T00:00-05:00", "2026-03-05T00:00-05:00"),
        ("from=2026-03-01&to=2026-03-02", "2026-03-01T00:00-05:00", "2026-03-03T00:00-05:00"),
        ("range=today&from=2026-03-01", "2026-03-01T00:00-05:00", "2026-03-05T00:00-05:00"),
    ],
)
def test_days_are_those_of_the_line(address: str, since: str, until: str) -> None:
    found = asked(address)
    assert (found.since, found.until) == (datetime.fromisoformat(since), datetime.fromisoformat(until))


@pytest.mark.parametrize(
    "address",
    [
        "outcome=nonsense", "agent=ada", "agent=99999999999999999999x", "from=yesterday", "range=ever", "flag=odd",
        "verified=maybe", "wait=long", "wait=-1", "longer=nan", "rating=6", "reason=A;", "speaker=dog", "intent=yes",

    ],
)  # fmt: skip
def test_what_means_nothing_is_passed_over_and_said(address: str) -> None:
    found = asked(address)
    assert found.notes == (f"{address[:46]} means nothing here and was passed over.",)
    assert Filters(notes=found.notes) == found


def test_what_is_odd_in_the_words_is_said_too() -> None:
    assert "add a word" in asked("q=-refund").notes[0]
