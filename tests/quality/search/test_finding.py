"""Calls are found alike on SQLite and on PostgreSQL: by words, by facts, page by page, and no more once forgotten."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from ivr.quality import facts_store
from ivr.quality.search import finding
from ivr.quality.search.filters import Filters, filters_of
from ivr.quality.search.finding import Neighbours, find, neighbours
from ivr.quality.search.moments import moments
from ivr.recordings.retention import purge_older
from ivr.recordings.storage import RecordingFiles
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, CallWords, Handoff, Offer, Recording, Turn
from tests.fakes.fake_clock import FakeClock
from tests.harness import both_databases

pytestmark = pytest.mark.integration

store = both_databases.store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GRACE = "+15550100001"


def a_call(sessions: Sessions, sid: str, *said: tuple[str, str], after: float = 0, **more: Any) -> None:
    """A call that began `after` minutes after nine; what was `said` comes every ten seconds."""
    at = START + timedelta(minutes=after)
    known = {"caller": GRACE, "called": "+1", "ended_at": at + timedelta(seconds=60), "outcome": "resolved"}
    with sessions.begin() as tx:
        tx.add(Call(sid=sid, started_at=at, **{**known, **more}))
        tx.flush()
        for number, (speaker, text) in enumerate(said):
            turn = {"speaker": speaker, "text": text, "start": 10.0 * number, "end": 10.0 * number + 2}
            tx.add(Turn(call_sid=sid, key=str(number), **turn))
    keep(sessions, sid)


def keep(sessions: Sessions, sid: str) -> None:
    with sessions.begin() as tx:
        facts_store.keep(tx, sid)


def asked(address: str) -> Filters:
    return filters_of(MultiDict(parse_qsl(address)), START, ZoneInfo("UTC"))


def sids(sessions: Sessions, address: str, **edges: Any) -> list[str]:
    with sessions() as tx:
        return [row.call_sid for row in find(tx, asked(address), **edges).rows]


@pytest.fixture
def three(store: Sessions) -> Sessions:
    a_call(store, "CA1", ("bot", "How can I help?"), ("caller", "That charge from Café Acme isn't mine."))
    a_call(store, "CA2", ("bot", "Your charge is due."), ("caller", "Thanks."), after=1)
    a_call(store, "CA3", ("caller", "A late fee, from"), ("caller", "Acme, was charged"), after=2, rating=2)
    return store


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("charge", ["CA2", "CA1"]),
        ("CHARGE mine", ["CA1"]),
        ("cafe", ["CA1"]),
        ("isn't", ["CA1"]),
        ("charg*", ["CA3", "CA2", "CA1"]),
        ('"charge from"', ["CA1"]),
        ('"from acme"', []),  # one sentence ends, another begins
        ('"charge fr"*', ["CA1"]),
        ("charge -thanks", ["CA1"]),
        ('acme -"charge from"', ["CA3"]),
        ("acme charge thanks", []),
        ("xqqx", ["CA3", "CA2", "CA1"]),  # the index's own mark is no word
        ('"', ["CA3", "CA2", "CA1"]),
        ("NOT AND (", []),
        ("a' | b:* & !c", []),
    ],
)
def test_words(three: Sessions, words: str, found: list[str]) -> None:
    with three() as tx:
        query = filters_of(MultiDict({"q": words}), START, ZoneInfo("UTC"))
        assert [row.call_sid for row in find(tx, query).rows] == found


def test_words_of_one_speaker(three: Sessions) -> None:
    assert sids(three, "q=charge&speaker=caller") == ["CA1"]
    assert sids(three, "q=charge&speaker=bot") == ["CA2"]
    assert sids(three, "q=charge&speaker=agent") == []
    assert sids(three, "q=your+-thanks&speaker=bot") == ["CA2"]  # the caller said thanks, the bot did not


def test_facts_and_words_hold_together(three: Sessions) -> None:
    assert sids(three, "rating=low") == ["CA3"]
    assert sids(three, "q=acme&rating=low") == ["CA3"]
    assert sids(three, "q=acme&rating=none") == ["CA1"]
    assert sids(three, "outcome=resolved&shorter=61&longer=59") == ["CA3", "CA2", "CA1"]
    assert sids(three, "outcome=failed") == []
    assert sids(three, "from=2026-03-03") == sids(three, "q=acme&to=2026-03-01") == []
    assert sids(three, "range=today&q=acme") == ["CA3", "CA1"]


def test_agents_intents_flags_and_waits(three: Sessions) -> None:
    at = START + timedelta(minutes=1)
    moments_of = {"bridged": (at + timedelta(seconds=45)).isoformat()}
    with three.begin() as tx:
        agent = Agent(email="a@b.test", name="Ada", password_hash="", phone="client:ada", presence_since=START)
        tx.add(agent)
        tx.flush()
        handoff = Handoff(call_sid="CA2", state="served", reason="dispute", intent="dispute", summary="",
                          mood="upset", requested_at=at, times=moments_of)  # fmt: skip
        handoff.offers = [Offer(number=1, agent_id=agent.id, offered_at=at, outcome="accepted")]
        tx.add(handoff)
    keep(three, "CA2")
    for address in (
        f"agent={agent.id}",
        "intent=dispute",
        "flag=upset",
        "wait=30",
        "q=charge&flag=upset&wait=44",
        "reason=dispute",
    ):
        assert sids(three, address) == ["CA2"], address
    assert sids(three, f"flag=upset&agent={agent.id}&intent=dispute&q=due") == ["CA2"]
    assert (
        sids(three, "wait=45")
        == sids(three, "reason=unclear")
        == sids(three, "agent=999")
        == sids(three, "flag=upset&flag=message")
        == []
    )


def test_pages_go_both_ways(store: Sessions) -> None:
    for number in range(7):
        a_call(store, f"CA{number}", ("caller", "words"), after=number)
    for address in ("q=words", "outcome=resolved", ""):
        with store() as tx:
            first = find(tx, asked(address), size=3)
            second = find(tx, asked(address), before=first.rows[-1].place, size=3)
            last = find(tx, asked(address), before=second.rows[-1].place, size=3)
            back = find(tx, asked(address), after=last.rows[0].place, size=3)
            top = find(tx, asked(address), after=back.rows[0].place, size=3)
        pages = [[row.call_sid[2:] for row in page.rows] for page in (first, second, last, back, top)]
        assert pages == [["6", "5", "4"], ["3", "2", "1"], ["0"], ["3", "2", "1"], ["6", "5", "4"]]
        assert [(page.newer, page.older) for page in (first, second, last, back, top)] == [
            (False, True), (True, True), (True, False), (True, True), (False, True)
        ]  # fmt: skip


@pytest.mark.parametrize("enough", [1, 4, 3000])
def test_words_in_few_calls_and_in_many_are_found_alike(
    store: Sessions, monkeypatch: pytest.MonkeyPatch, enough: int
) -> None:
    """However many calls hold them, and whatever else is asked: the same calls in the same order."""
    monkeypatch.setattr(finding, "ENOUGH", enough)
    for number in range(9):
        rated, rare = number % 4, "rare" if number in (2, 6) else "often"
        a_call(store, f"CA{number}", ("caller", f"common {rare}"), after=number, rating=rated)
    for address, found in {
        "q=common": "876", "q=common&rating=2": "62", "q=rare&rating=2": "62", "q=rare&rating=1": "",
        "q=common&outcome=resolved": "876", "q=common+-rare&rating=3": "73", "q=common&rating=low&verified=no": "865",
    }.items():  # fmt: skip
        assert "".join(sid[2:] for sid in sids(store, address, size=3)) == found, address
    with store() as tx:
        fourth = find(tx, asked("q=common")).rows[4].place
        up = find(tx, asked("q=common&verified=no"), after=fourth, size=2)
        down = find(tx, asked("q=common&rating=low"), before=fourth, size=2)
    assert [row.call_sid for row in up.rows] == ["CA6", "CA5"]
    assert [row.call_sid for row in down.rows] == ["CA2", "CA1"]


def test_the_next_call_in_a_list(three: Sessions) -> None:
    with three() as tx:
        assert neighbours(tx, asked("q=acme"), "CA1") == Neighbours(newer="CA3", older=None)
        assert neighbours(tx, asked("q=acme"), "CA2") == Neighbours(newer="CA3", older="CA1")
        assert neighbours(tx, asked(""), "CA2") == Neighbours(newer="CA3", older="CA1")
        assert neighbours(tx, asked(""), "CA404") == Neighbours(None, None)


def test_the_sentence_is_the_one_with_most_of_the_words(three: Sessions) -> None:
    with three() as tx:
        found = moments(tx, asked("q=charge+acme+cafe"), ["CA1", "CA2", "CA3"])
    assert (found["CA1"].speaker, found["CA1"].at) == ("caller", 10.0)
    assert [text for text, is_it in found["CA1"].marked if is_it] == ["charge", "Café", "Acme"]
    assert found["CA2"].speaker == "bot"
    assert found["CA3"].at == 10.0


def test_what_only_the_recording_holds_is_found_at_its_time(three: Sessions) -> None:
    with three.begin() as tx:
        parts = [{"channel": 1, "text": "my neighbour Bob", "start": 4.0, "end": 5.0}]
        tx.add(
            Recording(call_sid="CA2", sid="RE1", state="transcribed", source_url="-", offset=2.0, transcript=parts,
                      created_at=START)
        )  # fmt: skip
    keep(three, "CA2")
    assert sids(three, "q=neighbour&speaker=caller") == ["CA2"]
    with three() as tx:
        assert moments(tx, asked("q=neighbour"), ["CA2"])["CA2"].at == 6.0


def test_after_the_agent_has_gone_the_lines_own_voice_is_not_taken_for_theirs(store: Sessions) -> None:
    after = {"caller-joined": 5, "bridged": 10, "apart-1": 30, "bridged-2": 45, "served": 58}
    times = {name: (START + timedelta(seconds=seconds)).isoformat() for name, seconds in after.items()}
    heard = [("welcome", 2.0), ("lavender", 12.0), ("saxophone", 34.0), ("marigold", 47.0), ("goodbye", 60.0)]
    parts = [{"channel": 2, "text": word, "start": start, "end": start + 1, "words": []} for word, start in heard]
    with store.begin() as tx:
        tx.add(Call(sid="CA1", started_at=START, ended_at=START + timedelta(seconds=70), caller=GRACE, called="+1"))
        tx.flush()
        known = {"state": "served", "reason": "asked", "intent": "dispute", "summary": "", "mood": "calm"}
        tx.add(Handoff(call_sid="CA1", requested_at=START, times=times, **known))
        tx.add(
            Recording(call_sid="CA1", sid="RE1", state="transcribed", source_url="-", transcript=parts,
                      created_at=START)
        )  # fmt: skip
    keep(store, "CA1")
    with store() as tx:
        said = tx.scalars(select(CallWords)).one()
    assert [word for word, _ in heard if word in said.agent] == ["lavender", "marigold"]
    assert [word for word, _ in heard if word in said.bot] == ["welcome", "saxophone", "goodbye"]
    with store() as tx:
        assert moments(tx, asked("q=saxophone"), ["CA1"])["CA1"].speaker == "bot"


def test_what_was_forgotten_is_not_found_and_leaves_no_trace(three: Sessions, clock: FakeClock, tmp_path: Path) -> None:
    purge_older(
        three, clock.now() + timedelta(days=9), clock, RecordingFiles((tmp_path / "sound").as_uri()), lambda _: None
    )
    keep(three, "CA1")
    assert sids(three, "q=acme") == sids(three, "q=charg*") == []
    assert sids(three, "outcome=resolved") == ["CA3", "CA2", "CA1"]
    if three.engine.dialect.name == "sqlite":
        three.engine.dispose()
        sqlite3.connect(tmp_path / "test.db").execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"acme" not in (tmp_path / "test.db").read_bytes().lower()
