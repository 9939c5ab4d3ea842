"""What a whole simulated day writes down: lines and spans, each with its call, and nothing of what callers are."""

import io
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from bench.simulation.callers import PIN
from bench.simulation.faults import RATES, Faults
from bench.simulation.parts import LINE
from bench.simulation.world import World, database, drawn
from ivr.logs import JsonLines
from ivr.store.engine import make_sessions
from ivr.store.models import Account, Agent, Call, Outbox, Recording, Turn
from ivr.traces import Span, taken_by

pytestmark = pytest.mark.integration

BUSY_HALF_HOUR = range(1, 31)
WORKING_DAY = range(1, 5761, 60)  # a caller every five minutes for eight hours
FEWEST_WORDS = 3  # of a sentence that is looked for anywhere; a shorter one stands in quotes or alone
WORSE = 10  # times as much goes wrong as in other worlds: what goes well is not written down
ABOUT_NO_CALL = ("desk.wrap-up",)  # an agent's time after a call


@dataclass(frozen=True, slots=True)
class Day:
    """The log and the spans of a world, the SIDs of its calls, and what none of them may hold."""

    lines: Sequence[str]
    spans: Sequence[Span]
    calls: frozenset[str]
    topics: dict[int, str]
    digits: frozenset[str]
    words: frozenset[str]


@pytest.fixture(
    scope="module",
    params=[BUSY_HALF_HOUR, pytest.param(WORKING_DAY, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])],
    ids=["busy-half-hour", "working-day"],
)
def day(request: pytest.FixtureRequest) -> Day:
    worse, spans = pytest.MonkeyPatch(), []  # type: tuple[pytest.MonkeyPatch, list[Span]]
    for kind in ("carrier refuses", "carrier silent, done", "ledger away", "database refuses"):
        worse.setitem(RATES, kind, RATES[kind] * WORSE)
    with database() as engine, drawn(Random("day:secrets")), logged() as log, taken_by(spans.append):
        world = World("day", list(request.param), Faults("day", frozenset()), engine)
        world.run()
        world.close()
        with make_sessions(engine)() as tx:
            accounts, agents = tx.scalars(select(Account)).all(), tx.scalars(select(Agent)).all()
            said = {turn.text for turn in tx.scalars(select(Turn))}
            said |= {part["text"] for row in tx.scalars(select(Recording)) for part in row.transcript}
            calls = frozenset(tx.scalars(select(Call.sid)))
            topics = {row.id: row.topic for row in tx.scalars(select(Outbox))}
    worse.undo()
    phones = [caller.phone for caller in world.callers.values()] + [agent.phone for agent in agents]
    numbers = [*(account.number for account in accounts), PIN, LINE, *phones]
    digits = {re.sub(r"\D", "", number) for number in numbers}
    digits = {run for number in digits for run in (number, number.removeprefix("1")) if len(run) >= len(PIN)}
    names = {name for account in accounts for name in (account.holder, account.id)}
    return Day(log.getvalue().splitlines(), spans, calls, topics, frozenset(digits), frozenset(names | said))


class logged:  # noqa: N801  # used like a function
    """Everything of INFO and worse, as machines read it."""

    def __enter__(self) -> io.StringIO:
        log, root = io.StringIO(), logging.getLogger()
        self._handler, self._level = logging.StreamHandler(log), root.level
        self._handler.setFormatter(JsonLines())
        root.addHandler(self._handler)
        root.setLevel(logging.INFO)
        return log

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self._handler)
        logging.getLogger().setLevel(self._level)


def personal(line: str, day: Day) -> list[str]:
    """What of the callers stands in a line."""
    texts = [value for name, value in json.loads(line).items() if isinstance(value, str) and name != "time"]
    runs = set(re.findall(r"(?<![0-9A-Za-z.])\d+(?![0-9A-Za-z])", " ".join(texts)))
    values = {text.casefold() for text in texts}
    folded = line.casefold()
    spoken = [words for words in day.words if _is_said(words.casefold(), folded, values)]
    return sorted({*(runs & day.digits), *spoken})


def _is_said(words: str, line: str, values: set[str]) -> bool:
    if len(words.split()) >= FEWEST_WORDS:
        return json.dumps(words)[1:-1] in line
    return words in values or any(f"{quote}{words}{quote}" in line for quote in ("'", '\\"', "`"))


def test_every_line_is_an_object_that_says_when_how_bad_and_what(day: Day) -> None:
    told = [json.loads(line) for line in day.lines]
    assert len(told) > 10
    for fields in told:
        assert {"time", "level", "logger", "message"} <= set(fields)


def test_no_line_holds_a_number_a_pin_a_name_or_a_sentence(day: Day) -> None:
    assert {line: found for line in day.lines if (found := personal(line, day))} == {}


def test_each_of_them_would_have_been_found(day: Day) -> None:
    for secret in [*day.digits, *day.words]:
        line = JsonLines().format(logging.makeLogRecord({"msg": "they are %r", "args": (secret,), "levelname": "INFO"}))
        assert secret in personal(line, day)


def test_what_is_about_a_call_names_it(day: Day) -> None:
    told: list[dict[str, Any]] = [json.loads(line) for line in day.lines]
    about = [one for one in told if ("outbox" in one or "handoff" in one) and not _is_about_no_call(one, day)]
    assert about
    assert [one for one in about if one.get("call") not in day.calls] == []


def _is_about_no_call(line: dict[str, Any], day: Day) -> bool:
    return day.topics.get(line.get("outbox", 0)) in ABOUT_NO_CALL


def test_nor_does_a_span(day: Day) -> None:
    told = [json.dumps({"name": span.name, **span.values}) for span in day.spans]
    assert {line: found for line in told if (found := personal(line, day))} == {}


def test_what_was_done_for_a_call_is_one_trace_wherever_it_was_done(day: Day) -> None:
    names: dict[str, set[str]] = {sid: set() for sid in day.calls}
    for span in day.spans:
        names[span.call].add(span.name)
    assert all({"call", "webhook", "job"} <= done for done in names.values())
    assert any({"turn", "hand-off"} <= done for done in names.values())
