"""Whoever has forgotten the PIN may prove himself by a code sent to the number on file; else a person comes."""

import pytest

from ivr.dialogue.actions import CheckCode, FindMobile, Listen, LookUp, SendCode
from ivr.dialogue.events import CodeChecked, Interrupted, NoInput, PinChecked, Slow
from ivr.dialogue.machine import step
from ivr.dialogue.phrases import NOT_RECEIVED
from tests.harness.dialogue_talk import BALANCE, NO, PAY, YES, Talk, said

pytestmark = pytest.mark.unit

FORGOT = said("I've forgotten my PIN", "dont_know")
CODE = said("seven zero zero one nine three", digits="700193")
WRONG = said("one two three four five six", digits="123456")
MISSING = said("I didn't get it")


def offered() -> Talk:
    return Talk(codes=True).play(BALANCE, FORGOT)


def test_a_code_is_offered_to_the_number_on_file_by_its_last_digits() -> None:
    talk = offered()
    assert talk.says == ["I can text a code to the number ending zero, zero, zero, one, shall I?"]
    assert not talk.of(SendCode)


@pytest.mark.parametrize("answers", [(YES, CODE), ("1", "700193")])
def test_the_right_code_verifies_and_the_call_goes_on(answers: tuple[object, ...]) -> None:
    talk = offered().play(*answers)  # type: ignore[arg-type]
    assert talk.state.verified
    assert talk.says[0] == "Thank you." and talk.says[1].startswith("Your balance is")
    assert len(talk.of(SendCode)) == 1


def test_a_caller_from_elsewhere_gives_his_account_number_first() -> None:
    talk = Talk(on_file=False, codes=True).play(BALANCE, said("95381901", digits="95381901"), FORGOT, YES, CODE)
    assert talk.state.verified


def test_one_and_pound_is_as_good_as_saying_that_it_is_forgotten() -> None:
    talk = Talk(codes=True).play(BALANCE, NoInput())
    assert "one and pound if you don't know it" in talk.says[-1]
    assert talk.play("1").prompts == ["code_ok.ask/1"]


def test_where_no_codes_are_sent_a_person_comes() -> None:
    assert Talk().play(BALANCE, FORGOT).handoff.reason == "verification"
    assert not Talk().play(BALANCE, FORGOT).of(FindMobile)


def test_an_account_without_a_number_for_texts_goes_to_a_person() -> None:
    talk = Talk(codes=True)
    talk.tail = ""
    assert talk.play(BALANCE, FORGOT).handoff.summary == "Not verified, does not know the PIN, wanted the balance."


def test_who_wants_no_text_gets_a_person() -> None:
    assert offered().play(NO).handoff.reason == "verification"


def test_a_text_that_cannot_be_sent_leads_to_a_person() -> None:
    talk = offered()
    talk.texting = False
    assert talk.play(YES).handoff.reason == "verification"


def test_three_wrong_codes_lead_to_a_person() -> None:
    talk = offered().play(YES, WRONG, WRONG)
    assert talk.prompts == ["code.wrong/2"]
    assert talk.play("123456").handoff.reason == "verification"
    assert "gave no valid code" in talk.handoff.summary


def test_a_spent_code_leads_to_a_person_at_once() -> None:
    talk = offered().play(YES)
    state, _ = step(talk.state, CODE)
    assert step(state, CodeChecked(ok=False, spent=True))[1][-1].reason == "verification"  # type: ignore[union-attr]


@pytest.mark.parametrize("how", [MISSING, "1"])
def test_a_text_that_did_not_come_is_sent_once_more(how: object) -> None:
    talk = offered().play(YES, how)  # type: ignore[arg-type]
    first, second = talk.of(SendCode)
    assert talk.prompts == ["code.again/1"]
    assert first != second  # another key, or the house would not send it again
    assert talk.play(CODE).state.verified


def test_the_second_time_that_it_did_not_come_a_person_does() -> None:
    assert offered().play(YES, MISSING, MISSING).handoff.reason == "verification"


def test_asked_again_after_lost_sound_the_house_is_asked_for_the_same_text() -> None:
    state, actions = step(offered().state, YES)
    again = step(step(state, Slow())[0], Interrupted("code_ok.ask/1", 0.5))[0]
    assert again.phase == "waiting" and isinstance(actions[-1], SendCode)
    assert actions[-1].turn == state.task.slots["key"]


def test_the_caller_has_time_until_the_text_is_there() -> None:
    listen = offered().play(YES).last
    assert isinstance(listen, Listen)
    assert (listen.digits, listen.secret, listen.no_input_timeout) == (6, True, 30.0)


def test_digits_that_are_no_code_are_not_taken_for_an_account_number() -> None:
    talk = offered().play(YES, said("seven zero zero one nine three three", digits="7001933"))
    assert talk.state.account == "A1" and talk.prompts == ["repair.sorry/1", "code.example/1"]
    assert "7001933" not in str(talk.state.to_json())


def test_a_code_heard_badly_is_not_tried() -> None:
    talk = offered().play(YES, said("seven zero zero one nine three", digits="700193", heard=0.3))
    assert not talk.of(CheckCode)


def test_another_account_begins_again_with_its_own_pin() -> None:
    talk = offered().play(said("a different account"), said("95381901", digits="95381901"))
    assert talk.prompts[-1].startswith("pin.ask") and "forgotten" not in talk.state.task.slots


def test_a_wish_changed_meanwhile_keeps_the_code_waiting() -> None:
    talk = offered().play(YES, said("actually I want to pay my bill", PAY.meaning.intent), CODE)
    assert talk.state.verified and talk.prompts[-1].startswith("amount.ask")


def test_the_brief_says_what_proved_the_caller() -> None:
    talk = offered().play(YES, CODE, said("agent", "human_agent"))
    assert talk.handoff.summary.startswith("Asks for a person; verified by a code sent by text")


def test_a_pin_remembered_after_all_counts_for_nothing_while_a_code_is_asked_for() -> None:
    talk = offered().play(YES)
    assert not step(talk.state, PinChecked(True))[0].verified
    assert not talk.of(LookUp)


@pytest.mark.parametrize(
    "text",
    [
        "I didn't get it", "I haven't received anything", "I have not got it yet", "it didn't come", "nothing came",
        "It hasn't arrived.", "there's no text", "can you send it again", "send me another one", "resend it please",
        "I don't have it", "I don't see any", "could I have a new code", "I never got it", "It's not there",
    ],
)  # fmt: skip
def test_ways_to_say_that_it_did_not_come(text: str) -> None:
    assert NOT_RECEIVED.search(text.lower())


@pytest.mark.parametrize("text", ["I don't have my phone with me", "I don't know", "it's not easy to read", "nine"])
def test_what_does_not_ask_for_another_text(text: str) -> None:
    assert not NOT_RECEIVED.search(text.lower())
