"""What the bot does when talk does not go straight."""

import pytest

from ivr.dialogue.actions import HandOff, Listen, Pay, Say
from ivr.dialogue.events import Failed, Interrupted, Keyed, NoInput, Resumed, Said, Slow
from ivr.dialogue.machine import step
from tests.harness.dialogue_talk import BALANCE, BYE, DUE, MUMBLE, NO, PAY, PIN, RECENT, YES, Talk, said, verified

pytestmark = pytest.mark.unit

AGENT = said("agent", "human_agent")


@pytest.mark.parametrize(
    "event",
    [
        AGENT,
        said("let me speak to a person", "out_of_scope", sure=0.1, heard=0.1),
        said("representative", "yes", yes_no=True),
        said("OPERATOR!"),
        "0",
        "000",
    ],
)
def test_a_person_is_one_word_away(event: Said | str) -> None:
    assert Talk().play(event).handoff.reason == "asked"
    assert Talk().play(PAY, event).handoff.reason == "asked"
    assert verified().play(BYE, event).handoff.reason == "asked"


def test_a_pin_of_zeros_is_a_pin() -> None:
    assert not isinstance(Talk().play(BALANCE, "0000").last, HandOff)


def test_a_person_who_is_turned_down_does_not_come() -> None:
    talk = verified().play(said("No agent please, just tell me my balance", "balance", no_person=True))
    assert talk.prompts[0].startswith("balance.tell")
    assert Talk().play(said("no, agent please", "human_agent")).handoff.reason == "asked"


def test_upset_callers_get_a_person_and_a_kind_word() -> None:
    talk = Talk().play(said("this is damn ridiculous", upset=True))
    assert talk.handoff.reason == "upset" and talk.handoff.mood == "upset"
    assert talk.says == ["I'm sorry about this, and I'll get someone for you right away."]


def test_an_upset_caller_who_asks_for_a_person_gets_the_kind_word_too() -> None:
    talk = Talk().play(said("this is bullshit, get me an agent", "human_agent", upset=True))
    assert talk.prompts == ["person.upset/1"]


@pytest.mark.parametrize("text", ["Thanks, bye.", "No, that's all. Thank you.", "That's everything, thank you."])
def test_a_farewell_is_one_whatever_else_it_sounds_like(text: str) -> None:
    assert verified().play(said(text, "smalltalk")).prompts == ["rating.ask/1"]


def test_what_is_said_on_top_of_the_pin_question_is_kept_for_the_payment() -> None:
    talk = Talk().play(said("I want to pay, um", "payment"), said("twenty dollars, no, make it thirty", money=(3000,)))
    assert talk.prompts == ["pin.ask/2"]
    assert talk.play(PIN).prompts == ["verified/1", "source.ask/1"]
    assert talk.state.task.slots["amount"] == 3000


def test_digits_that_are_no_pin_are_no_amount_either() -> None:
    talk = Talk().play(PAY, said("two seven four", digits="274", money=(27400,)))
    assert talk.prompts == ["repair.sorry/1", "pin.example/1"]


def test_spanish_is_answered_in_spanish_by_a_person() -> None:
    talk = Talk().play(said("quiero saber mi saldo", "balance", language="es"))
    assert talk.handoff.language == "es" and talk.handoff.reason == "language"
    assert talk.says == ["Un momento, por favor, le comunico con una persona."]


@pytest.mark.parametrize("intent", ["dispute", "card_problem", "other_banking"])
def test_what_is_not_ours_goes_to_a_person_in_one_sentence(intent: str) -> None:
    talk = Talk().play(said("some wish of mine", intent))
    assert talk.handoff.reason == intent and talk.handoff.intent == intent
    assert len(talk.says) == 1 and talk.says[0].startswith("I'll get someone who can help with ")


def test_the_first_odd_sentence_gets_a_second_try_and_the_second_a_person() -> None:
    talk = Talk().play(said("purple monkey dishwasher"))
    assert talk.prompts == ["repair.odd/1", "open.example/1"] and isinstance(talk.last, Listen)
    talk.play(said("the cat sat on the moon"))
    assert talk.handoff.reason == "out_of_scope"


def test_an_odd_sentence_is_forgiven_by_one_that_is_understood() -> None:
    talk = Talk().play(said("purple monkey dishwasher"), BALANCE, PIN, said("purple monkey dishwasher"))
    assert talk.prompts == ["repair.odd/2", "else.example/1"]


def test_not_understood_and_then_odd_is_twice_not_understood() -> None:
    assert Talk().play(MUMBLE, said("purple monkey dishwasher")).handoff.reason == "out_of_scope"
    assert Talk().play(said("purple monkey dishwasher"), MUMBLE).handoff.reason == "unclear"


def test_not_understood_once_gives_an_example_twice_a_person() -> None:
    talk = verified().play(PAY, MUMBLE)
    assert talk.says == ["Sorry, I missed that.", "You could say, fifty dollars, or, the minimum."]
    assert talk.play(MUMBLE).handoff.reason == "unclear"


def test_an_understood_answer_forgives_a_failure() -> None:
    talk = verified().play(PAY, MUMBLE, "2", MUMBLE)
    assert talk.prompts == ["repair.sorry/2", "source.example/1"]


def test_silence_asks_and_offers_keys_then_a_person() -> None:
    talk = verified().play(PAY, NoInput())
    assert talk.says == [
        "Are you still there?",
        "Press one for the full amount, two for the minimum, or key in dollars, with star as the point.",
    ]
    assert talk.play(NoInput()).handoff.reason == "silent"


@pytest.mark.parametrize("talk", [Talk(on_file=False).play(BALANCE), Talk().play(BALANCE), Talk(codes=True).play(PAY)])
def test_who_looks_for_a_card_or_a_letter_is_told_to_take_their_time_and_given_it(talk: Talk) -> None:
    assert isinstance(talk.last, Listen) and talk.last.no_input_timeout >= 15
    talk.play(NoInput())
    assert talk.says[0] == "Take your time." and talk.prompts[1].split(".")[0] in ("number", "pin")
    assert isinstance(talk.last, Listen) and talk.last.no_input_timeout >= 45
    assert talk.play(NoInput()).handoff.reason == "silent"


def test_with_two_answers_given_no_more_is_offered() -> None:
    talk = Talk().play(RECENT, BALANCE, PIN)
    assert talk.prompts[1:] == [
        "balance.tell/1", "repair.back/1", "transactions.tell/1", "else.brief/1"
    ]  # fmt: skip


def test_repeat_says_the_last_lines_in_other_words() -> None:
    talk = verified().play(said("what was that", "repeat"))
    assert talk.prompts == ["balance.tell/2", "else.ask/2"]
    assert talk.play("*").prompts == ["balance.tell/3", "else.ask/3"]


def test_repeating_for_ever_ends_with_a_person() -> None:
    assert Talk().play("*", "*", "*", "*", "*").handoff.reason == "unclear"


def test_asking_again_uses_the_next_wording() -> None:
    talk = verified().play(PAY)
    talk.play(said("tomorrow", dates=(talk.state.today,)))
    assert talk.prompts == ["amount.ask/2"]


def test_a_change_of_subject_comes_back() -> None:
    talk = verified().play(PAY, DUE)
    assert talk.prompts == ["due.tell/1", "repair.back/1", "amount.ask/2"]
    assert talk.play("2").prompts == ["source.ask/1"]


def test_a_question_that_sounds_like_an_answer_is_a_question() -> None:
    talk = verified().play(PAY, said("what's the minimum", "due_date", share="minimum"))
    assert talk.prompts == ["due.tell/1", "repair.back/1", "amount.ask/2"]


def test_cancel_leaves_the_task() -> None:
    assert verified().play(PAY, said("forget it", "cancel")).prompts == ["repair.unpaid/1", "else.ask/2"]
    assert Talk().play(BALANCE, said("never mind", "cancel")).prompts == ["repair.cancelled/1", "else.ask/1"]


@pytest.mark.parametrize("text", ["wait a second", "hold on", "let me check", "just a minute please"])
def test_wait_a_second_holds_quietly_for_a_minute(text: str) -> None:
    talk = Talk().play(BALANCE, said(text, "other_banking"))
    assert talk.prompts == ["repair.wait/1"]
    assert isinstance(talk.last, Listen) and talk.last.no_input_timeout == 60 and talk.last.secret
    assert talk.play(PIN).prompts[:2] == ["verified/1", "balance.tell/1"]


def test_a_wait_with_an_answer_is_an_answer() -> None:
    talk = verified().play(PAY, said("wait, fifty dollars", "payment", money=(5000,)))
    assert talk.prompts == ["source.ask/1"]


@pytest.mark.parametrize("text", ["um", "uh, my account number is", "well..."])
def test_hesitation_is_waited_out_without_a_word(text: str) -> None:
    talk = Talk(on_file=False).play(BALANCE, said(text, "smalltalk", sure=0.2))
    assert talk.says == [] and isinstance(talk.last, Listen) and talk.last.no_input_timeout == 15


def test_small_talk_gets_a_word_and_the_question() -> None:
    assert Talk().play(said("how are you", "smalltalk")).prompts == ["repair.smalltalk/1", "open.ask/2"]


def test_help_gives_an_example() -> None:
    assert verified().play(PAY, said("help", "help")).prompts == ["amount.example/1"]


def test_yes_to_anything_else_asks_what() -> None:
    assert verified().play(YES).prompts == ["else.ask/2"]


def test_a_doubtful_wish_is_confirmed() -> None:
    talk = Talk().play(said("pay things", "payment", sure=0.5))
    assert talk.says == ["Is this about making a payment?"]
    assert talk.play(YES).prompts == ["pin.ask/1"]
    assert Talk().play(said("pay things", "payment", sure=0.5), NO).prompts == ["open.ask/2"]


def test_a_doubtful_wish_keeps_what_came_with_it() -> None:
    talk = Talk().play(said("fifty dollars", "payment", sure=0.5, money=(5000,)), YES, PIN)
    assert talk.prompts == ["verified/1", "source.ask/1"]


def test_a_doubtful_yes_moves_no_money() -> None:
    talk = verified().play(PAY, "2", "1", "1", said("yes", "yes", yes_no=True, heard=0.2))
    assert talk.prompts == ["repair.sorry/1", "agreed.example/1"]


@pytest.mark.parametrize(
    ("text", "heard", "counts"), [("Yes.", 0.3, True), ("Yes, sir", 0.3, False), ("Yes.", 0.2, False)]
)
def test_a_single_word_is_believed_sooner_than_a_sentence(text: str, heard: float, counts: bool) -> None:
    talk = verified().play(PAY, "2", "1", "1", said(text, "yes", yes_no=True, heard=heard))
    assert bool(talk.of(Pay)) == counts


@pytest.mark.parametrize(
    ("text", "heard", "counts"), [("No!", 0.3, True), ("No, sir", 0.3, False), ("No.", 0.2, False)]
)
def test_a_single_no_to_anything_else_ends_the_call(text: str, heard: float, counts: bool) -> None:
    talk = Talk().play(BALANCE, PIN, said(text, "no", yes_no=False, heard=heard))
    assert (talk.prompts == ["rating.ask/1"]) == counts


def test_keys_do_as_well_as_words() -> None:
    talk = Talk().play("2", "4821", "2", "1", "1", "1", "2", "1")
    assert talk.prompts[0].startswith("balance.tell")


def test_lost_audio_goes_on_where_it_was() -> None:
    assert verified().play(PAY, Resumed()).prompts == ["repair.resumed/1", "amount.ask/2"]
    assert Talk().play(BALANCE, Resumed()).prompts == ["repair.resumed/1", "pin.ask/2"]


def test_an_interruption_goes_on_listening() -> None:
    talk = Talk().play(BALANCE, Interrupted("pin.ask/1", 0.5))
    assert talk.says == [] and isinstance(talk.last, Listen) and talk.last.secret


def test_a_slow_ledger_is_mentioned_once() -> None:
    state, _ = step(Talk().play(BALANCE).state, PIN)
    state, actions = step(state, Slow())
    assert [type(action) for action in actions] == [Say]
    assert step(state, Slow())[1] == ()


def test_a_failing_ledger_is_an_apology_and_a_person() -> None:
    state, _ = step(Talk().play(BALANCE).state, PIN)
    _, actions = step(state, Failed())
    assert isinstance(actions[-1], HandOff) and actions[-1].reason == "fault"


def test_a_person_is_reached_while_the_ledger_is_asked() -> None:
    state, _ = step(Talk().play(BALANCE).state, PIN)
    for event in (AGENT, Keyed("0")):
        assert isinstance(step(state, event)[1][-1], HandOff)


@pytest.mark.parametrize("event", [NoInput(), BALANCE, Keyed("0"), Resumed()])
def test_after_a_hand_off_nothing_more_is_said(event: NoInput | Said | Keyed | Resumed) -> None:
    assert step(Talk().play("0").state, event)[1] == ()


def test_two_wishes_before_the_pin_are_both_answered_after_it() -> None:
    talk = Talk().play(BALANCE, DUE, PIN)
    assert talk.prompts == ["verified/1", "due.tell/1", "repair.back/1", "balance.tell/1", "else.brief/1"]
    assert isinstance(talk.last, Listen)
