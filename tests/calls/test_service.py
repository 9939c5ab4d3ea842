"""One event is one transaction: turns, state and promises stand together, and repeating it changes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ivr.calls.dialogue_steps import Applied
from ivr.calls.next_step import Goodbye, Park, Reconnect, TakeMessage
from ivr.carrier.callbacks import RecordingNews
from ivr.dialogue.actions import CheckPin, HandOff, Listen, LookUp, Say
from ivr.dialogue.events import Failed, Interrupted, Keyed, Paid, Resumed, Said
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Outbox, Recording, Turn
from ivr.store.stream_tokens import BadTokenError, StreamTicket
from speech.events import UserTurn, Word
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls
from tests.harness.media_caller import MediaCaller, call_of, said, turns_of

pytestmark = pytest.mark.integration


@pytest.fixture
def caller(calls: Calls) -> MediaCaller:
    return MediaCaller(calls)


def ask_for_the_balance(caller: MediaCaller) -> Applied:
    caller.dial()
    caller.say("balance")
    return caller.key("2749")


def test_a_verified_caller_hears_the_ledger_s_balance(caller: MediaCaller, sessions: Sessions) -> None:
    spoken = said(ask_for_the_balance(caller))
    assert "two thousand four hundred" in spoken or "2,450" in spoken
    call = call_of(sessions)
    assert (call.account_id, call.verified_at is not None, call.stage) == ("acc-1", True, "dialogue")


def test_the_pin_is_stored_nowhere(caller: MediaCaller, sessions: Sessions) -> None:
    ask_for_the_balance(caller)
    assert [turn.text for turn in turns_of(sessions, "caller")] == ["balance", "(PIN)"]
    assert "2749" not in str(call_of(sessions).dialogue)


def test_a_spoken_pin_is_not_stored_as_words_either(caller: MediaCaller, sessions: Sessions) -> None:
    caller.dial()
    caller.say("balance")
    caller.say("2749")
    turn = turns_of(sessions, "caller")[-1]
    assert (turn.text, turn.words) == ("(PIN)", [])


def test_a_pin_that_nobody_asked_for_is_not_stored(caller: MediaCaller, sessions: Sessions) -> None:
    caller.dial()
    caller.say("My PIN is 2749")
    assert turns_of(sessions, "caller")[-1].text == "(PIN)"


def test_a_pin_given_again_while_it_is_checked_is_not_stored(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    caller.dial()
    caller.say("balance")
    for number in ("one", "two"):
        calls.dialogue.apply(SID, Keyed("2749"), f"s1.{number}", UserTurn.of_keys("2749", 4.0))
    assert [turn.text for turn in turns_of(sessions, "caller")] == ["balance", "(PIN)", "(PIN)"]


def test_other_digits_are_kept(caller: MediaCaller, sessions: Sessions) -> None:
    caller.dial()
    caller.say("I spent 50 on shopping")
    assert turns_of(sessions, "caller")[-1].text == "I spent 50 on shopping"


def test_asking_for_a_person_hands_off_in_the_same_transaction(caller: MediaCaller, sessions: Sessions) -> None:
    caller.dial()
    actions = [action for _, action in caller.say("agent").actions]
    assert isinstance(actions[-1], HandOff)
    with sessions() as tx:
        handoff = tx.scalars(select(Handoff)).one()
        assert (handoff.call_sid, handoff.reason) == (SID, "asked")
        assert "handoff.requested" in tx.scalars(select(Outbox.topic)).all()
    assert call_of(sessions).stage == "parked"


def test_a_repeated_event_changes_nothing(caller: MediaCaller, calls: Calls, sessions: Sessions) -> None:
    caller.dial()
    caller.say("balance")
    before = (call_of(sessions).step, len(turns_of(sessions, "bot")))
    again = calls.dialogue.apply(SID, Keyed("0"), f"s1.{caller.number}", UserTurn.of_keys("0", 3.0))
    assert again.actions == ()
    assert (call_of(sessions).step, len(turns_of(sessions, "bot"))) == before


def test_what_was_heard_of_the_bot_is_kept(caller: MediaCaller, calls: Calls, sessions: Sessions) -> None:
    key = next(key for key, action in caller.dial().actions if isinstance(action, Say))
    calls.dialogue.mark_cut_off(SID, key, 0.4, 1.2)
    assert [(turn.played, turn.end) for turn in turns_of(sessions, "bot") if turn.key == key] == [(0.4, 1.2)]
    calls.dialogue.mark_spoken(SID, key, 0.5, 3.0, {"speak": 80.0})
    turn = next(turn for turn in turns_of(sessions, "bot") if turn.key == key)
    assert (turn.played, turn.start, turn.end, turn.latency) == (1.0, 0.5, 3.0, {"speak": 80.0})


def test_times_count_from_the_start_of_the_call(calls: Calls, sessions: Sessions, clock: FakeClock) -> None:
    ticket = calls.answer(SID, MORGAN, LINE)
    clock.forward(8)
    connected = calls.dialogue.connect(SID, ticket.token)
    calls.dialogue.apply(SID, calls.dialogue.opening(connected), "s1.1")
    calls.dialogue.apply(SID, Keyed("1"), "s1.2", UserTurn.of_keys("1", 2.5))
    assert turns_of(sessions, "caller")[0].start == 10.5
    assert turns_of(sessions, "bot")[0].start == 8.0


def test_a_token_opens_one_socket_only(calls: Calls) -> None:
    token = calls.answer(SID, MORGAN, LINE).token
    calls.dialogue.connect(SID, token)
    with pytest.raises(BadTokenError):
        calls.dialogue.connect(SID, token)


@pytest.mark.parametrize("token", ["", "guessed"])
def test_a_wrong_token_opens_nothing(calls: Calls, token: str) -> None:
    calls.answer(SID, MORGAN, LINE)
    with pytest.raises(BadTokenError):
        calls.dialogue.connect(SID, token)


def test_another_call_s_token_opens_nothing(calls: Calls) -> None:
    token = calls.answer(SID, MORGAN, LINE).token
    calls.answer("CA" + "2" * 32, MORGAN, LINE)
    with pytest.raises(BadTokenError):
        calls.dialogue.connect("CA" + "2" * 32, token)


def test_a_lost_socket_costs_an_apology_and_not_the_call(caller: MediaCaller, calls: Calls) -> None:
    caller.dial()
    caller.say("balance")
    after = calls.resume(SID, MORGAN, LINE)
    assert isinstance(after, Reconnect)
    connected = calls.dialogue.connect(SID, after.token)
    assert calls.dialogue.opening(connected) == Resumed()
    applied = calls.dialogue.apply(SID, Resumed(), "s2.1")
    assert isinstance(applied.actions[-1][1], Listen)
    assert applied.actions[-1][1].secret


def test_a_socket_that_is_lost_three_times_brings_a_person(calls: Calls, sessions: Sessions, clock: FakeClock) -> None:
    token = calls.answer(SID, MORGAN, LINE).token
    for _ in range(2):
        calls.dialogue.connect(SID, token)
        clock.forward(20)
        after = calls.resume(SID, MORGAN, LINE)
        assert isinstance(after, Reconnect)
        token = after.token
    calls.dialogue.connect(SID, token)
    clock.forward(20)
    assert isinstance(calls.resume(SID, MORGAN, LINE), Park)
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).one() == "fault"


def test_a_socket_that_never_opens_brings_a_person(calls: Calls, clock: FakeClock) -> None:
    calls.answer(SID, MORGAN, LINE)
    after = []
    for _ in range(3):
        clock.forward(10)
        after.append(type(calls.resume(SID, MORGAN, LINE)))
    assert after == [Reconnect, Park, Park]


def test_stages_say_what_comes_next(calls: Calls, sessions: Sessions) -> None:
    calls.answer(SID, MORGAN, LINE)
    for stage, expected in (("message", TakeMessage), ("goodbye", Goodbye), ("ended", Goodbye)):
        with sessions.begin() as tx:
            tx.get_one(Call, SID).stage = stage
        assert isinstance(calls.resume(SID, MORGAN, LINE), expected)


def test_a_parked_call_is_overheard_with_a_token_of_its_own(
    caller: MediaCaller, calls: Calls, clock: FakeClock
) -> None:
    caller.dial()
    caller.say("agent")
    park = calls.resume(SID, MORGAN, LINE)
    assert isinstance(park, Park)
    with pytest.raises(BadTokenError):
        calls.dialogue.connect(SID, park.token)
    clock.forward(30)
    assert calls.dialogue.listen(SID, park.token).offset == 30.0


def joined(sessions: Sessions, *changes: float) -> None:
    """The agent and the caller are together, apart, together ..., at these seconds of the call."""
    names = ("bridged", "apart-1", "bridged-2", "parting")
    with sessions.begin() as tx:
        call = tx.get_one(Call, SID)
        handoff = tx.scalars(select(Handoff)).first() or Handoff(
            call_sid=SID, state="bridged", reason="callback", intent="", summary="", requested_at=call.started_at
        )
        tx.add(handoff)
        moments = {
            name: (call.started_at + timedelta(seconds=at)).isoformat()
            for name, at in zip(names, changes, strict=False)
        }
        handoff.times = {**(handoff.times or {}), **moments}
        call.stage = "bridged" if call.ended_at is None else call.stage


def heard_from_us(calls: Calls, text: str, start: float) -> None:
    """What the caller heard, a word every half second."""
    words = tuple(Word(word, start + at / 2, start + at / 2 + 0.4, 0.9) for at, word in enumerate(text.split()))
    calls.dialogue.overheard(SID, "outbound", UserTurn(text, 0.9, words, start, words[-1].end, {}), 0.0)


def test_the_queues_own_voice_is_not_the_agents_however_late_its_words_are_known(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    caller.dial()
    caller.say("agent")
    joined(sessions, 20.0, 30.0, 40.0, 50.0)
    heard_from_us(calls, "you are next in the queue", 16.0)
    heard_from_us(calls, "in the queue hello this is Ada", 18.5)
    heard_from_us(calls, "you are next", 33.0)
    heard_from_us(calls, "this is Bob", 41.0)
    heard_from_us(calls, "your call with our agent has ended", 51.0)
    assert [(turn.text, turn.start) for turn in turns_of(sessions, "agent")] == [
        ("hello this is Ada", 20.0), ("this is Bob", 41.0)
    ]  # fmt: skip


def test_what_is_played_after_a_call_that_never_had_an_agent_is_no_agents(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    caller.dial()
    caller.say("agent")
    calls.ended(SID, "completed")
    heard_from_us(calls, "press one and we will call you back", 12.0)
    assert turns_of(sessions, "agent") == []


def test_digits_that_were_asked_for_mean_nothing_else(caller: MediaCaller, sessions: Sessions) -> None:
    caller.dial()
    caller.say("balance")
    caller.say("two seven four nine")
    wish, secret, *_ = turns_of(sessions, "caller")
    assert wish.intent == "balance"
    assert (secret.text, secret.intent) == ("(PIN)", None)


def test_a_prompt_that_never_sounded_stands_where_it_would_have_been_said(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    caller.dial()
    greeting, question = turns_of(sessions, "bot")
    calls.dialogue.mark_cut_off(SID, question.key, 0.0, 9.0)
    calls.dialogue.mark_cut_off(SID, greeting.key, 0.5, 9.0, None, 6.0)
    assert [(turn.played, turn.start) for turn in turns_of(sessions, "bot")] == [(0.5, 6.0), (0.0, 9.0)]


def test_hold_music_is_nobody_s_word(caller: MediaCaller, calls: Calls, sessions: Sessions) -> None:
    caller.dial()
    caller.say("agent")
    calls.dialogue.overheard(SID, "outbound", UserTurn("la la", 0.5, (), 1.0, 2.0, {}), 10.0)
    calls.dialogue.overheard(SID, "inbound", UserTurn("hello?", 0.9, (), 3.0, 4.0, {}), 10.0)
    joined(sessions, 13.0)
    for _ in range(2):
        calls.dialogue.overheard(SID, "outbound", UserTurn("this is Sam", 0.9, (), 5.0, 6.0, {}), 10.0)
    assert [(turn.text, turn.start) for turn in turns_of(sessions, "agent")] == [("this is Sam", 15.0)]
    assert turns_of(sessions, "caller")[-1].text == "hello?"


def test_what_a_held_caller_hears_is_not_the_agents_word(caller: MediaCaller, calls: Calls, sessions: Sessions) -> None:
    caller.dial()
    caller.say("agent")
    joined(sessions, 13.0)
    with sessions.begin() as tx:
        row = tx.scalars(select(Handoff)).one()
        began = tx.get_one(Call, SID).started_at
        spells = {"held-1.1": 20.0, "unheld-1.1": 30.0}
        row.times = {**row.times, **{name: (began + timedelta(seconds=at)).isoformat() for name, at in spells.items()}}
    for start, text in ((5.0, "one moment please"), (12.0, "la la"), (21.0, "I am back")):
        calls.dialogue.overheard(SID, "outbound", UserTurn(text, 0.9, (), start, start + 1, {}), 10.0)
    assert [turn.text for turn in turns_of(sessions, "agent")] == ["one moment please", "I am back"]


def test_a_caller_who_got_his_answer_and_hung_up_was_served(
    caller: MediaCaller, calls: Calls, sessions: Sessions, clock: FakeClock
) -> None:
    ask_for_the_balance(caller)
    clock.forward(40)
    for status in ("completed", "completed"):
        calls.ended(SID, status)
    call = call_of(sessions)
    assert (call.outcome, call.stage, call.ended_at) == ("resolved", "ended", call.started_at + timedelta(seconds=40))


def test_the_words_of_a_call_back_stand_with_the_call_that_it_answers(
    caller: MediaCaller, calls: Calls, sessions: Sessions, clock: FakeClock
) -> None:
    ask_for_the_balance(caller)
    clock.forward(40)
    calls.ended(SID, "completed")
    clock.forward(600)
    with sessions.begin() as tx:
        token = StreamTicket.issue(tx.get_one(Call, SID), clock.now(), "listen").token
    offset = calls.dialogue.listen(SID, token).offset
    assert offset == 640
    joined(sessions, 640.5)
    calls.dialogue.overheard(SID, "outbound", UserTurn("hello Morgan", 0.9, (), 1.0, 2.0, {}), offset)
    calls.recording(SID, RecordingNews("REback", "in-progress", "https://carrier.test/REback"))
    with sessions() as tx:
        turn = tx.scalars(select(Turn).where(Turn.speaker == "agent")).one()
        recording = tx.scalars(select(Recording).where(Recording.sid == "REback")).one()
    assert (turn.start, recording.offset) == (641.0, 640.0)


def test_how_it_went_is_kept_when_it_ends_and_counts_the_last_words(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    ask_for_the_balance(caller)
    calls.ended(SID, "completed")
    kept = call_of(sessions).figures
    assert kept is not None and "caller" in kept["talking"]
    calls.dialogue.overheard(SID, "inbound", UserTurn("thank you very much", 0.9, (), 1.0, 4.0, {}), 500.0)
    later = call_of(sessions).figures
    assert later is not None and later["talking"]["caller"] > kept["talking"]["caller"]


def test_a_caller_who_left_at_once_abandoned_the_call(caller: MediaCaller, calls: Calls, sessions: Sessions) -> None:
    caller.dial()
    calls.ended(SID, "completed")
    assert call_of(sessions).outcome == "abandoned"


def test_a_wrong_pin_three_times_brings_a_person(caller: MediaCaller, sessions: Sessions) -> None:
    caller.dial()
    caller.say("balance")
    for _ in range(3):
        applied = caller.key("0001")
    assert isinstance(applied.actions[-1][1], HandOff)
    assert call_of(sessions).verified_at is None


def test_queries_are_answered_by_the_ledger(calls: Calls) -> None:
    assert calls.dialogue.ask(SID, CheckPin("acc-1", "2749")).ok  # type: ignore[attr-defined]
    assert calls.dialogue.ask(SID, LookUp("acc-1")).balance == 245017  # type: ignore[attr-defined]


def test_an_interruption_is_an_event_too(caller: MediaCaller, calls: Calls) -> None:
    caller.dial()
    applied = calls.dialogue.apply(SID, Interrupted("greeting/1", 0.3), caller.next())
    assert all(isinstance(action, Listen) for _, action in applied.actions)


def test_meaning_is_asked_of_whoever_understands(calls: Calls) -> None:
    heard = UserTurn("balance", 0.8, (), 0.0, 1.0, {})
    said = calls.dialogue.event_of(heard, "open")
    assert isinstance(said, Said)
    assert said.meaning.intent == "balance"


def test_a_failed_statement_shows_nothing_of_the_caller(calls: Calls, sessions: Sessions) -> None:
    calls.answer(SID, MORGAN, LINE)
    with pytest.raises(IntegrityError) as error, sessions.begin() as tx:
        tx.add(Call(sid=SID, caller=MORGAN, called=LINE, started_at=call_of(sessions).started_at))
    assert MORGAN not in str(error.value)


def test_money_that_moved_after_the_caller_went_to_a_person_is_noted(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    ask_for_the_balance(caller)
    calls.dialogue.replied_late(SID, Paid("481516", 5000, call_of(sessions).started_at.date()))
    assert "paid" not in (call_of(sessions).dialogue or {})["noted"]  # the dialogue is still there to hear of it
    caller.say("agent")
    calls.dialogue.replied_late(SID, Paid("481516", 5000, call_of(sessions).started_at.date()))
    calls.dialogue.replied_late(SID, Failed())
    assert (call_of(sessions).dialogue or {})["noted"]["paid"] == "481516"


def test_a_goodbye_before_anything_was_done_is_no_service(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    caller.dial()
    with sessions.begin() as tx:
        tx.get_one(Call, SID).stage = "goodbye"
    calls.ended(SID, "completed")
    assert call_of(sessions).outcome == "abandoned"


def test_a_token_is_worth_nothing_after_two_minutes(calls: Calls, clock: FakeClock) -> None:
    token = calls.answer(SID, MORGAN, LINE).token
    clock.forward(121)
    with pytest.raises(BadTokenError):
        calls.dialogue.connect(SID, token)


def test_a_first_webhook_that_is_replayed_opens_no_socket_beside_the_callers(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    caller.dial()
    replayed = calls.answer(SID, MORGAN, LINE).token
    with pytest.raises(BadTokenError):
        calls.dialogue.connect(SID, replayed)
    assert call_of(sessions).streams == 1


@pytest.mark.parametrize("over", [False, True])
def test_a_callers_token_listens_to_no_call(calls: Calls, over: bool, sessions: Sessions) -> None:
    token = calls.answer(SID, MORGAN, LINE).token
    with sessions.begin() as tx:
        tx.get_one(Call, SID).stage = "ended" if over else "bridged"
    with pytest.raises(BadTokenError):
        calls.dialogue.listen(SID, token)
