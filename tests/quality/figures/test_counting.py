"""Figures counted in SQL against samples counted by hand, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ivr.quality import facts_store
from ivr.quality.figures.counting import Cell, Counted, count, count_by_agent
from ivr.quality.figures.definitions import RATIOS
from ivr.quality.figures.periods import Period, period_of
from ivr.quality.figures.tally import Tally
from ivr.quality.places import place_of
from ivr.quality.repeats import WITHIN
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, CallAgent, CallFacts, CallFlag, Turn
from tests.harness import both_databases

pytestmark = pytest.mark.integration

store = both_databases.store

UTC_ZONE, NEW_YORK = ZoneInfo("UTC"), ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)  # a Friday
MONTH = period_of("month", NOW, UTC_ZONE)
PLAIN: dict[str, Any] = {
    "seconds": 60.0, "outcome": "resolved", "language": "en", "intent": "balance", "verified": True,
    "resolved_by": "bot", "misheard": 0, "longest_silence": 0.0, "talk_over": 0.0, "interruptions": 0,
    "bot_failures": 0, "promises": 0, "promises_kept": 0,
}  # fmt: skip


Fact = Callable[..., str]


@pytest.fixture
def fact(store: Sessions) -> Fact:
    """Keeps the facts of one more call."""
    made: list[str] = []

    def keep(at: datetime, flags: tuple[str, ...] = (), agents: tuple[int, ...] = (), **more: Any) -> str:
        sid = f"CA{len(made)}"
        made.append(sid)
        place = place_of(at) + len(made)
        with store.begin() as tx:
            tx.add(Call(sid=sid, caller="+1", called="+1", started_at=at, ended_at=at, outcome="resolved"))
            tx.flush()
            tx.add(CallFacts(call_sid=sid, place=place, started_at=at, **{**PLAIN, **more}))
            tx.flush()
            tx.add_all(CallFlag(call_sid=sid, flag=flag, place=place) for flag in flags)
            tx.add_all(CallAgent(call_sid=sid, agent_id=agent, place=place) for agent in agents)
        return sid

    return keep


def counted(store: Sessions, period: Period = MONTH, now: datetime = NOW, zone: ZoneInfo = UTC_ZONE) -> Counted:
    with store() as tx:
        return count(tx, period, now, zone, service_seconds=20)


def figures(tally: Tally) -> dict[str, float | None]:
    return {one.key: one.value(tally) for one in RATIOS}


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_no_calls_have_no_figures(store: Sessions) -> None:
    found = counted(store)
    assert (found.tally, found.waits, found.reasons, found.stars) == (Tally(), [], {}, {})


def test_ten_calls_counted_by_hand(store: Sessions, fact: Fact) -> None:
    """Six by the bot alone, four with a person or meant for one, one of which nobody took."""
    with store.begin() as tx:
        ada = {"email": "a@bank.test", "name": "Ada", "password_hash": "-", "roles": ["agent"], "phone": "client:ada"}
        tx.add(Agent(id=1, presence="away", presence_since=NOW, **ada))
    person = {"outcome": "handed-off", "agent_id": 1, "intent": "dispute", "resolved_by": "person", "seconds": 300.0}
    fact(days_ago(10), rating=5)
    fact(days_ago(9.9), rating=4, misheard=2, words_compared=20, words_misheard=6, flags=("misheard",), cost=0.5)
    fact(days_ago(9), repeat_within_7d=True, flags=("called-again",))
    fact(days_ago(8), flags=("repeat",), words_compared=12, words_misheard=0, cost=0.25)
    fact(days_ago(2), rating=1, promises=2, promises_kept=1)
    fact(days_ago(1), resolved_by="none", outcome="abandoned", intent=None, traceable=False)
    fact(days_ago(12), handoff_reason="dispute", wait_s=12.0, agent_s=240.0, rating=3, **person)
    fact(days_ago(12), handoff_reason="asked", wait_s=45.0, agent_s=120.0, promises=1, promises_kept=1, **person)
    unclear = {
        "handoff_reason": "unclear",
        "bot_failures": 1,
        "misheard": 3,
        "words_compared": 9,
        "words_misheard": 9,
        "wait_s": 20.0,
        "agent_s": 60.0,
    }
    fact(days_ago(3), flags=("misheard", "bot-failed", "repeat"), **unclear, **person)
    fact(days_ago(11), handoff_reason="asked", wait_s=90.0, resolved_by="none", outcome="abandoned", intent="dispute")

    found = counted(store)

    assert found.tally == Tally(
        calls=10, settled=7, helped=5, traceable=9, repeats=2, rated=4, stars=13, asked=4, person=3, soon=2,
        compared=3, misheard_calls=2, misheard_turns=5, words_compared=41, words_misheard=15,
        failed=1, bad=2, promises=3, kept=2, seconds=6 * 60 + 3 * 300 + 60,
        agent_s=420.0, priced=2, cost=0.75,
    )  # fmt: skip
    assert sorted(found.waits) == [12.0, 20.0, 45.0]
    assert found.reasons == {"asked": 2, "dispute": 1, "unclear": 1}
    assert found.stars == {1: 1, 3: 1, 4: 1, 5: 1}
    assert figures(found.tally)["resolved"] == pytest.approx(5 / 7)


def test_an_agents_calls_are_those_in_which_they_talked(store: Sessions, fact: Fact) -> None:
    with store.begin() as tx:
        for number in (1, 2):
            known = {"email": f"{number}@bank.test", "name": "-", "password_hash": "-", "phone": f"client:{number}"}
            tx.add(Agent(id=number, presence="away", presence_since=NOW, **known))
    fact(days_ago(1), agents=(1,), words_compared=10, words_misheard=1)
    fact(days_ago(2), agents=(1, 2), words_compared=30, words_misheard=5, misheard=1)
    fact(days_ago(3), words_compared=50, words_misheard=9)
    fact(days_ago(40), agents=(1,), words_compared=70, words_misheard=70)
    with store() as tx:
        found = count_by_agent(tx, MONTH, NOW, service_seconds=20)
    assert {agent: (one.calls, one.words_misheard, one.words_compared) for agent, one in found.items()} == {
        1: (2, 6, 40), 2: (1, 5, 30),
    }  # fmt: skip


def test_bot_and_people_stand_side_by_side_by_intent(store: Sessions, fact: Fact) -> None:
    fact(days_ago(1))
    fact(days_ago(1), agent_s=30.0, wait_s=1.0, handoff_reason="asked", flags=("repeat",))
    fact(days_ago(1), intent=None)
    cells = {(cell.intent, cell.person): (cell.tally.calls, cell.tally.repeats) for cell in counted(store).cells}
    assert cells == {("balance", False): (1, 0), ("balance", True): (1, 1), (None, False): (1, 0)}


def test_a_call_is_settled_once_seven_days_are_over(store: Sessions, fact: Fact) -> None:
    fact(NOW - WITHIN - timedelta(seconds=1))
    fact(NOW - WITHIN)
    fact(NOW - WITHIN + timedelta(hours=1), repeat_within_7d=True)
    assert (counted(store).tally.settled, counted(store).tally.helped) == (1, 1)


def test_only_calls_of_the_period_count(store: Sessions, fact: Fact) -> None:
    period = Period(days_ago(2), days_ago(1))
    fact(days_ago(2) - timedelta(seconds=1), flags=("repeat",))
    fact(days_ago(2), flags=("repeat",))
    fact(days_ago(1) - timedelta(seconds=1))
    fact(days_ago(1), flags=("repeat",))
    found = counted(store, period).tally
    assert (found.calls, found.repeats) == (2, 1)


def test_days_are_the_lines_own_also_when_clocks_change(store: Sessions, fact: Fact) -> None:
    """On 8 March at 2:00 the clocks of New York go from five hours behind to four: midnight comes an hour earlier."""
    fact(datetime(2026, 3, 8, 4, 59, tzinfo=UTC))
    fact(datetime(2026, 3, 8, 5, 0, tzinfo=UTC))
    fact(datetime(2026, 3, 9, 3, 59, tzinfo=UTC))
    fact(datetime(2026, 3, 9, 4, 0, tzinfo=UTC))
    days: dict[date, int] = {}
    for cell in counted(store, period_of("month", NOW, NEW_YORK), zone=NEW_YORK).cells:
        days[cell.day] = days.get(cell.day, 0) + cell.tally.calls
    assert days == {date(2026, 3, 7): 1, date(2026, 3, 8): 2, date(2026, 3, 9): 1}


def test_cells_tell_days_apart(store: Sessions, fact: Fact) -> None:
    fact(days_ago(1))
    fact(days_ago(1))
    (cell,) = counted(store).cells
    assert cell == Cell(date(2026, 3, 19), "balance", False, cell.tally)
    assert cell.tally.calls == 2


def spoken(store: Sessions, sid: str, at: datetime, intent: str, caller: str) -> None:
    with store.begin() as tx:
        over = at + timedelta(seconds=60)
        tx.add(Call(sid=sid, caller=caller, called="+1", started_at=at, ended_at=over, outcome="resolved"))
        tx.flush()
        tx.add(Turn(call_sid=sid, key="1", speaker="caller", text="words", start=1.0, end=2.0, intent=intent))
        tx.flush()
        facts_store.keep(tx, sid)


@pytest.mark.parametrize(
    ("intent", "caller", "settled", "helped", "repeats"),
    [
        ("balance", "+15550100001", 1, 0, 1),
        ("dispute", "+15550100001", 1, 1, 0),  # a day later, about something else
        ("balance", "+15550100002", 1, 1, 0),  # somebody else
    ],
)
def test_a_repeat_is_the_same_caller_about_the_same(
    store: Sessions, intent: str, caller: str, settled: int, helped: int, repeats: int
) -> None:
    spoken(store, "CA1", days_ago(7.5), "balance", "+15550100001")
    spoken(store, "CA2", days_ago(6.5), intent, caller)
    found = counted(store).tally
    assert (found.settled, found.helped, found.repeats) == (settled, helped, repeats)


def test_nobody_knows_who_calls_again_from_a_withheld_number(store: Sessions) -> None:
    spoken(store, "CA1", days_ago(8), "balance", "anonymous")
    spoken(store, "CA2", days_ago(7.5), "balance", "anonymous")
    found = counted(store).tally
    assert (found.calls, found.settled, found.traceable, found.repeats) == (2, 0, 0, 0)
    assert figures(found)["resolved"] is None


def test_forgotten_calls_still_count(store: Sessions) -> None:
    spoken(store, "CA1", days_ago(8), "balance", "+15550100001")
    spoken(store, "CA2", days_ago(7.5), "balance", "+15550100001")
    before = counted(store)
    assert (before.tally.helped, before.tally.repeats) == (1, 1)
    with store.begin() as tx:
        for sid in ("CA1", "CA2"):
            tx.get_one(Call, sid).caller = ""
            tx.get_one(Call, sid).forgotten_at = NOW
        facts_store.keep(tx, "CA1")
    assert counted(store) == before
