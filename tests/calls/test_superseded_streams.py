"""A stream that another has followed moves nothing, and no query is waited for in vain: the caller hears something."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import StaticPool, create_engine, select

from ivr.calls.next_step import Reconnect
from ivr.channels.conversation import Conversation, Threads
from ivr.dialogue.actions import HandOff, HangUp, Listen, Say
from ivr.dialogue.events import NoInput
from ivr.handoff.request import request_handoff
from ivr.ledger.sample import load_sample
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions, make_sessions
from ivr.store.models import Base, Call, Handoff, Payment, Turn
from speech.events import Close, UserTurn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_session import FakeSession
from tests.harness.call_line import LINE, MORGAN, SID, understand
from tests.harness.calls import Calls
from tests.harness.media_stream import MediaStream

pytestmark = pytest.mark.integration


@pytest.fixture
def stream(calls: Calls) -> Callable[[], MediaStream]:
    """Opens the call's next stream."""
    opened: list[MediaStream] = []

    def open_next() -> MediaStream:
        if opened:
            after = calls.resume(SID, MORGAN, LINE)
            assert isinstance(after, Reconnect)
            token = after.token
        else:
            token = calls.answer(SID, MORGAN, LINE).token
        opened.append(MediaStream(calls, calls.dialogue.connect(SID, token)))
        return opened[-1]

    return open_next


def state(sessions: Sessions) -> tuple[str, str]:
    with sessions() as tx:
        call = tx.get_one(Call, SID)
        return call.stage, (call.dialogue or {})["phase"]


def test_a_superseded_stream_that_leaves_says_nothing_of_the_one_that_talks(
    stream: Callable[[], MediaStream], calls: Calls, sessions: Sessions, clock: FakeClock
) -> None:
    first, _ = stream(), stream()
    calls.dialogue.hand_over(SID, first.connected)
    clock.forward(5.0)
    assert "the sound" in " ".join(stream().heard)
    with sessions() as tx:
        assert "stream-again" not in [problem["what"] for problem in tx.get_one(Call, SID).problems]


def test_words_of_a_superseded_stream_are_written_down_and_move_nothing(
    stream: Callable[[], MediaStream], sessions: Sessions
) -> None:
    first, second = stream(), stream()
    applied = first.say("agent")
    assert (applied.actions, applied.elsewhere) == ((), True)
    assert state(sessions) == ("dialogue", "asking")
    with sessions() as tx:
        assert [turn.text for turn in tx.scalars(select(Turn).where(Turn.speaker == "caller"))] == ["agent"]
    assert second.key("0").actions


def test_silence_on_a_stream_that_is_gone_sends_nobody_away(
    stream: Callable[[], MediaStream], sessions: Sessions
) -> None:
    first, second = stream(), stream()
    for _ in range(3):
        first.take(NoInput())
    with sessions() as tx:
        assert tx.scalars(select(Handoff)).all() == []
    assert [type(action) for _, action in second.say("balance").actions] == [Say, Listen]


def test_a_pin_heard_late_leaves_the_present_stream_listening(
    stream: Callable[[], MediaStream], sessions: Sessions
) -> None:
    first = stream()
    first.say("balance")
    second = stream()
    assert first.key("2749").elsewhere
    assert state(sessions) == ("dialogue", "asking")
    second.key("2749")
    second.answer()
    second.answer()
    assert "two thousand four hundred" in " ".join(second.heard)


def test_a_pin_heard_late_is_kept_nowhere_whatever_is_asked_by_then(
    stream: Callable[[], MediaStream], sessions: Sessions
) -> None:
    first = stream()
    first.say("balance")
    second = stream()
    second.key("2749")
    second.answer()
    second.answer()
    first.key("2749")
    first.say("2749")
    with sessions() as tx:
        texts = [turn.text for turn in tx.scalars(select(Turn).where(Turn.speaker == "caller"))]
    assert texts == ["balance", "(PIN)", "(PIN)", "(PIN)"]


def test_an_answer_that_comes_to_a_superseded_stream_is_asked_for_again_by_the_next(
    stream: Callable[[], MediaStream], sessions: Sessions
) -> None:
    first = stream()
    first.say("balance")
    first.key("2749")
    first.answer()  # the PIN is right; the facts are being looked up
    second = stream()
    assert first.answer().elsewhere
    assert state(sessions) == ("dialogue", "waiting")
    second.answer()
    assert "two thousand four hundred" in " ".join(second.heard)


def test_a_stream_of_a_caller_who_is_with_a_person_is_told_to_close(stream: Callable[[], MediaStream]) -> None:
    first = stream()
    assert not first.say("agent").elsewhere
    assert first.say("thank you").elsewhere


def test_a_query_that_nobody_answers_ends_with_a_person_once_the_caller_is_silent(
    stream: Callable[[], MediaStream], sessions: Sessions
) -> None:
    first = stream()
    first.say("balance")
    first.key("2749")
    assert isinstance(first.take(NoInput()).actions[-1][1], HandOff)
    assert state(sessions)[0] == "parked"


def test_talk_without_end_ends_also_while_a_query_is_out(stream: Callable[[], MediaStream]) -> None:
    first = stream()
    first.say("balance")
    first.key("2749")
    said = [first.say("are you there") for _ in range(120)]
    assert any(isinstance(action, HandOff) for applied in said for _, action in applied.actions)


def test_a_stream_is_over_once_the_caller_goes_on_by_turns(
    sessions: Sessions, clock: FakeClock, ledger: SqlLedger
) -> None:
    calls = Calls(
        sessions,
        clock,
        understand,
        ledger,
        FakeLiveUpdates(),
        request_handoff,
        company="Test Bank",
        notice="n",
        recorded_turns=True,
    )
    token, first = calls.answer(SID, MORGAN, LINE).token, None
    while isinstance(after := calls.resume(SID, MORGAN, LINE) if first else Reconnect(token), Reconnect):
        first = MediaStream(calls, calls.dialogue.connect(SID, after.token))
        clock.forward(5)
    assert first is not None
    assert first.take(NoInput()).elsewhere


def test_times_of_a_superseded_stream_count_from_its_own_start(
    stream: Callable[[], MediaStream], sessions: Sessions, clock: FakeClock
) -> None:
    first = stream()
    clock.forward(30)
    stream()
    first.say("hello")
    with sessions() as tx:
        assert tx.scalars(select(Turn.start).where(Turn.speaker == "caller")).one() == 1.0


def test_a_session_whose_dialogue_is_elsewhere_is_told_to_close(calls: Calls) -> None:
    async def call() -> list[object]:
        ear = FakeSession()
        connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
        with ThreadPoolExecutor(1) as sql, ThreadPoolExecutor(1) as ledger:
            async with asyncio.TaskGroup() as tasks:
                conversation = Conversation(calls.dialogue, SID, connected, ear, Threads(sql, ledger), tasks)
                await conversation.opening()
                after = calls.resume(SID, MORGAN, LINE)
                assert isinstance(after, Reconnect)
                calls.dialogue.connect(SID, after.token)
                await conversation.handle(UserTurn("balance", 0.9, (), 1.0, 1.5, {"wait": 0.0, "listen": 0.0}))
        return list(ear.told)

    assert asyncio.run(call()) == [Close()]


# --- any order at all ---

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HELPFUL = {"open": "2", "else": "1", "pin": "2749"}
_SAID = ["balance", "pay", "yes", "2749", "agent", "no"]
PHASES = (Phase.explicit, Phase.generate)  # not shrunk: a walk is short enough to read
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("helps"), st.just("")),
        st.tuples(st.just("helps"), st.just("")),
        st.tuples(st.just("helps"), st.just("")),
        st.tuples(st.just("say"), st.sampled_from(_SAID)),
        st.tuples(st.just("key"), st.sampled_from(["2749", "1", "2", "0001"])),
        st.tuples(st.just("answer"), st.just("")),
        st.tuples(st.just("lost"), st.just("")),
        st.tuples(st.just("dies"), st.just("")),
        st.tuples(st.just("late"), st.sampled_from(_SAID)),
        st.tuples(st.just("late key"), st.sampled_from(["2749", "1"])),
        st.tuples(st.just("late answer"), st.just("")),
        st.tuples(st.just("late silence"), st.just("")),
    ),
    max_size=12,
)
_BEGUN = st.integers(0, 12).map(lambda count: [("helps", "")] * count)  # the last of them pays


@given(_BEGUN, _STEPS)
@settings(max_examples=25, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_whatever_is_lost_or_late_the_caller_hears_something_and_nothing_is_paid_twice(
    begun: list[tuple[str, str]], steps: list[tuple[str, str]]
) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    sessions, clock = make_sessions(engine), FakeClock()
    load_sample(sessions, clock.now().date(), CHEAP)
    _live_through(sessions, clock, begun + steps)
    engine.dispose()


def _live_through(sessions: Sessions, clock: FakeClock, steps: list[tuple[str, str]]) -> None:
    ledger = SqlLedger(sessions, clock)
    calls = Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Test Bank", notice="n"
    )  # fmt: skip
    present = MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token))
    old = present
    for what, given_ in steps:
        clock.forward(70)
        match what:
            case "helps" if present.asked:
                present.answer()
            case "helps":
                present.key(_HELPFUL.get(_question(sessions), "1"))
            case "say":
                present.say(given_)
            case "key":
                present.key(given_)
            case "answer" if present.asked:
                present.answer()
            case "lost":
                present.asked.clear()
            case "dies":
                after = calls.resume(SID, MORGAN, LINE)
                if not isinstance(after, Reconnect):
                    return  # a person, a goodbye
                old, present = present, MediaStream(calls, calls.dialogue.connect(SID, after.token))
                assert present.heard
            case "late" if old is not present:
                old.say(given_)
            case "late key" if old is not present:
                old.key(given_)
            case "late answer" if old is not present and old.asked:
                old.answer()
            case "late silence" if old is not present:
                old.take(NoInput())
        assert _paid(sessions) <= 1
    if present.last.elsewhere or state(sessions)[0] != "dialogue":
        return
    present.asked.clear()  # nobody answers any more; he is silent
    spoken = len(present.heard)
    applied = present.take(NoInput())
    left = any(isinstance(action, HandOff | HangUp) for _, action in applied.actions)
    assert left or len(present.heard) > spoken


def _question(sessions: Sessions) -> str:
    with sessions() as tx:
        return str((tx.get_one(Call, SID).dialogue or {})["question"])


def _paid(sessions: Sessions) -> int:
    with sessions() as tx:
        return len(tx.scalars(select(Payment.key)).all())
