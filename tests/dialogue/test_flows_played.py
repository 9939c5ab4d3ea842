"""Each flow as a conversation: what the caller does, what the bot says and wants."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ivr.dialogue.actions import CheckPin, FindAccount, HangUp, Listen, LookUp, Pay, Rate, Say, SendText, TakeCard
from ivr.dialogue.events import (
    CardTaken,
    Failed,
    Interrupted,
    NoInput,
    Paid,
    PinChecked,
    Refused,
    Resumed,
    Said,
    Started,
)
from ivr.dialogue.machine import account, begin, known, step
from ivr.dialogue.open_question import expects_secret
from tests.harness.dialogue_talk import BALANCE, BYE, DUE, FACTS, NO, PAY, PIN, RECENT, TODAY, YES, Talk, said, verified

pytestmark = pytest.mark.unit

FIFTY = "fifty dollars"
OVER_ANSWER = said(
    "pay fifty dollars tomorrow from checking",
    "payment",
    money=(5000,),
    dates=(date(2026, 3, 3),),
    account_kind="checking",
)


def test_the_greeting_tells_the_way_to_a_person_and_is_open() -> None:
    talk = Talk()
    assert talk.says == ["Say agent, or press zero, at any time for a person.", "So, how can I help?"]
    assert isinstance(talk.last, Listen) and talk.last.kind == "open"


def test_started_comes_first() -> None:
    with pytest.raises(ValueError, match="send Started first"):
        step(begin(), NoInput())


# --- verify ---


def test_from_the_number_on_file_a_pin_is_enough() -> None:
    talk = Talk().play(BALANCE)
    assert talk.says == ["What's your four digit PIN number?"]
    assert isinstance(talk.last, Listen) and talk.last.secret and talk.last.digits == 4
    assert expects_secret(talk.state)
    assert talk.play(PIN).says[1] == "Your balance is two hundred forty five dollars and seventeen cents."


def test_from_another_number_the_account_number_comes_first() -> None:
    talk = Talk(on_file=False).play(BALANCE)
    assert talk.prompts == ["number.ask/1"]
    talk.play("95381901")
    assert talk.of(FindAccount) == [FindAccount("95381901")]
    assert talk.prompts == ["pin.ask/1"]
    assert talk.play("4821").prompts[:2] == ["verified/1", "balance.tell/1"]


@pytest.mark.parametrize(
    ("text", "digits", "number"),
    [
        ("Yes it is 95381901.", "95381901", "95381901"),
        ("nine five three eight one nine zero one", "95381901", "95381901"),
        ("84318931431 and my PIN number is 3100", "843189314313100", "84318931431"),
    ],
)
def test_account_numbers_as_people_say_them(text: str, digits: str, number: str) -> None:
    talk = Talk(on_file=False).play(BALANCE, said(text, digits=digits))
    assert talk.of(FindAccount) == [FindAccount(number)]


def test_a_doubtful_account_number_is_read_back() -> None:
    talk = Talk(on_file=False).play(BALANCE, said("95381901", digits="95381901", heard=0.3))
    assert talk.says == ["I heard nine five three eight, one nine zero one, is that right?"]
    assert talk.play(NO).prompts == ["number.ask/2"]
    assert not talk.of(FindAccount)


@pytest.mark.parametrize("number", ["11111111", "95381901"])
def test_a_stranger_hears_the_same_whether_an_account_exists_or_not(number: str) -> None:
    talk = Talk(on_file=False).play(BALANCE, number)
    assert talk.prompts == ["pin.ask/1"]
    assert talk.play("9999").prompts == ["number.mismatch/1"]
    assert talk.play(number, "8888").prompts == ["number.mismatch/2"]
    assert talk.play(number, "7777").handoff.reason == "verification"


@pytest.mark.parametrize("number", ["11111111", "95381901"])
@pytest.mark.parametrize("tail", ["", "0001"])
def test_a_stranger_without_the_pin_hears_the_same_too(number: str, tail: str) -> None:
    talk = Talk(on_file=False, codes=True)
    talk.tail, talk.texting = tail, bool(tail)
    talk.play(BALANCE, number, said("I've forgotten my PIN", "dont_know"))
    assert talk.says == ["I can text a code to the number that we have on file, shall I?"]
    assert talk.play(YES).says == ["If there's a number on file, it's on its way, so what are the six digits?"]
    assert talk.play(said("I didn't get it")).prompts == ["code.again_if/1"]
    assert talk.play("111111").prompts == ["code.wrong/1"]


def test_a_number_without_an_account_is_told_to_the_agent_alone() -> None:
    talk = Talk(on_file=False).play(BALANCE, "11111111", said("a person please", "human_agent"))
    assert talk.handoff.known["account"] == "none with the number that they gave"
    assert account(talk.state) is None


def test_an_account_number_instead_of_the_pin_is_taken_as_such() -> None:
    talk = Talk().play(BALANCE, said("95381901", digits="95381901"))
    assert talk.of(FindAccount) == [FindAccount("95381901")]
    assert talk.prompts == ["pin.ask/2"]


def test_another_account_than_the_one_calling() -> None:
    assert Talk().play(BALANCE, said("it's a different account")).prompts == ["number.ask/1"]


@pytest.mark.parametrize(
    ("text", "digits", "pin"),
    [
        ("4, 8, 2, 1", "", "4821"),
        ("I remember now. My pin is 3100", "3100", "3100"),
        ("my pin is 3941. last 4 digits of my phone number!", "39414", "3941"),
    ],
)
def test_pins_as_people_say_them(text: str, digits: str, pin: str) -> None:
    assert Talk().play(BALANCE, said(text, digits=digits)).of(CheckPin)[0] == CheckPin("A1", pin)


@pytest.mark.parametrize(
    "text", ["I forgot my PIN", "I don't remember it, I'm so sorry.", "I don't have that either.", "I have no idea."]
)
def test_a_forgotten_pin_goes_to_a_person(text: str) -> None:
    assert Talk().play(BALANCE, said(text, "dont_know")).handoff.reason == "verification"


def test_a_pin_that_was_hardly_heard_is_not_tried() -> None:
    talk = Talk().play(BALANCE, said("4821", digits="4821", heard=0.3))
    assert not talk.of(CheckPin)
    assert talk.prompts == ["repair.sorry/1", "pin.example/1"]


def test_three_wrong_pins_lead_to_a_person() -> None:
    talk = Talk().play(BALANCE, "1111")
    assert talk.prompts == ["pin.wrong/1"]
    assert talk.play("2222").prompts == ["pin.wrong/2"]
    assert talk.play("3333").handoff.reason == "verification"
    assert talk.handoff.known["wrong PINs"] == "3"


def test_a_locked_account_leads_to_a_person_at_once() -> None:
    talk = Talk()
    state, _ = step(talk.state, BALANCE)
    state, _ = step(state, PIN)
    _, actions = step(state, PinChecked(False, locked=True))
    assert actions[-1].reason == "verification"  # type: ignore[union-attr]


def test_the_right_pin_is_thanked_for_before_the_ledger_is_asked() -> None:
    state, _ = step(Talk().state, BALANCE)
    state, _ = step(state, PIN)
    _, actions = step(state, PinChecked(True))
    assert actions == (Say("verified/1", "Thank you.", interruptible=False), LookUp("A1"))


def test_verification_is_asked_for_once_a_call() -> None:
    assert verified().play(DUE).prompts[0] == "due.tell/1"


# --- balance, due date, transactions ---


def test_balance_takes_two_caller_turns() -> None:
    talk = Talk().play(BALANCE, PIN)
    assert talk.prompts == ["verified/1", "balance.tell/1", "else.ask/1"]


def test_due_date_and_minimum() -> None:
    assert verified().play(DUE).says[0] == (
        "Two hundred forty five dollars and seventeen cents is due Monday, March ninth, "
        "and the minimum is thirty five dollars."
    )


def test_nothing_due() -> None:
    assert verified(facts=replace(FACTS, due=0, due_on=None)).play(DUE).prompts[0] == "due.none/1"


def test_the_last_three_transactions_and_more_on_request() -> None:
    talk = verified().play(RECENT)
    assert talk.says == [
        "Here are the latest. Books, twenty five dollars and ninety nine cents, Friday, February twenty seventh. "
        "Garage, one hundred twenty dollars, Friday, February twentieth. "
        "Grocer, forty three dollars and twenty one cents, Thursday, February twelfth.",
        "Shall I read the ones before?",
    ]
    talk.play(YES)
    assert "Cinema" in talk.says[0] and "Bakery" in talk.says[0]
    assert talk.prompts[-1] == "else.ask/2"


def test_no_transactions() -> None:
    assert verified(facts=replace(FACTS, transactions=())).play(RECENT).prompts[0] == "transactions.none/1"


# --- payment ---


def test_a_payment_step_by_step() -> None:
    talk = verified().play(PAY)
    assert talk.prompts == ["amount.ask/1"]
    assert talk.play(said("fifty dollars", "payment", money=(5000,))).prompts == ["source.ask/1"]
    assert talk.play(said("checking", account_kind="checking")).prompts == ["date.ask/1"]
    assert talk.play(said("today")).says == ["That's fifty dollars from checking, today, shall I go ahead?"]
    assert not talk.of(Pay)
    talk.play(YES)
    assert len(talk.of(Pay)) == 1
    assert talk.says == ["It's paid. Your confirmation number is W, four, zero, K.", "Shall I text you that?"]


def test_an_over_answer_leaves_only_the_read_back() -> None:
    talk = verified().play(OVER_ANSWER)
    assert talk.says == ["That's fifty dollars from checking, tomorrow, shall I go ahead?"]
    pay = talk.play(YES).of(Pay)[0]
    assert isinstance(pay, Pay) and (pay.amount, pay.source, pay.on) == (5000, "checking", date(2026, 3, 3))
    assert talk.says[0] == "All set. It goes out tomorrow, and your confirmation number is W, four, zero, K."


def test_an_over_answer_survives_verification() -> None:
    talk = Talk().play(OVER_ANSWER, PIN)
    assert talk.prompts == ["verified/1", "agreed.ask/1"]


@pytest.mark.parametrize(
    ("event", "amount"),
    [
        (said("the full amount", share="full"), 24517),
        (said("the minimum", "due_date", share="minimum"), 3500),
        (said("half of it", share="half"), 12258),
        (said("sixty", digits="60"), 6000),
        ("1", 24517),
        ("2", 3500),
        ("75", 7500),
        ("75*50", 7550),
    ],
)
def test_amounts(event: Said | str, amount: int) -> None:
    talk = verified().play(PAY, event)
    assert talk.state.task.slots["amount"] == amount


def test_more_than_is_owed_is_refused_with_the_limit() -> None:
    talk = verified().play(PAY, said("a thousand", money=(100000,)))
    assert talk.says == [
        "The most I can take is two hundred forty five dollars and seventeen cents, how much would you like to pay?"
    ]


def test_the_only_account_on_file_needs_no_question() -> None:
    talk = verified(facts=replace(FACTS, sources=("checking",))).play(PAY, said("fifty", money=(5000,)))
    assert talk.prompts == ["date.ask/1"]


@pytest.mark.parametrize("answer", [said("the second one", ordinal=2), said("savings please"), "2"])
def test_sources_by_name_place_or_key(answer: Said | str) -> None:
    assert verified().play(PAY, "2", answer).state.task.slots["source"] == "savings"


@pytest.mark.parametrize(
    ("answer", "on"),
    [
        (said("today"), TODAY),
        ("2", date(2026, 3, 3)),
        ("0315", date(2026, 3, 15)),
        (said("the 15th", dates=(date(2026, 3, 15),)), date(2026, 3, 15)),
    ],
)
def test_dates(answer: Said | str, on: date) -> None:
    assert verified().play(PAY, "2", "1", answer).state.task.slots["date"] == on.isoformat()


@pytest.mark.parametrize("on", [date(2026, 3, 1), date(2026, 9, 1)])
def test_days_that_cannot_be_are_refused(on: date) -> None:
    assert verified().play(PAY, "2", "1", said("then", dates=(on,))).prompts == ["date.outside/1"]


def test_a_correction_is_read_back_again_and_needs_its_own_yes() -> None:
    talk = verified().play(OVER_ANSWER, said("no, sixty", "no", yes_no=False, money=(6000,)))
    assert talk.says == ["I'll take sixty dollars from checking, tomorrow, is that right?"]
    talk.play(said("yes but from savings", "yes", yes_no=True, account_kind="savings"))
    assert talk.says == ["So it's sixty dollars from savings, tomorrow, yes?"]
    assert not talk.of(Pay)
    talk.play(YES)
    assert [(p.amount, p.source) for p in talk.of(Pay) if isinstance(p, Pay)] == [(6000, "savings")]


def test_a_bare_no_asks_what_to_change() -> None:
    talk = verified().play(OVER_ANSWER, NO)
    assert talk.prompts == ["change.ask/1"]
    assert talk.play(said("the amount")).prompts == ["amount.ask/1"]
    assert talk.play(said("forty", money=(4000,))).says == [
        "I'll take forty dollars from checking, tomorrow, is that right?"
    ]


def test_a_yes_to_what_to_change_moves_no_money() -> None:
    assert not verified().play(OVER_ANSWER, NO, YES).of(Pay)


def test_a_yes_to_a_read_back_that_was_cut_off_is_not_taken() -> None:
    talk = verified().play(OVER_ANSWER, Interrupted("agreed.ask/1", 0.2), YES)
    assert not talk.of(Pay) and talk.prompts == ["agreed.ask/2"]
    assert len(talk.play(YES).of(Pay)) == 1


def test_the_receipt_is_sent_once_when_asked_for() -> None:
    talk = verified().play(OVER_ANSWER, YES, YES)
    assert talk.of(SendText) == [SendText("Lakeside Credit: payment of $50.00 on March 3, 2026. Confirmation W40K.")]
    assert talk.prompts == ["receipt.sent/1", "else.ask/2"]


@pytest.mark.parametrize("began", [{"texts": False}, {"account": None}])
def test_no_receipt_is_offered_where_none_could_be_sent(began: dict[str, Any]) -> None:
    talk = Talk()
    talk.state, _ = step(begin(), replace(Started(TODAY, "A1", "Lakeside Credit"), **began))
    if began.get("account", "A1") is None:
        talk.play(BALANCE, "95381901", "4821")
    else:
        talk.play(BALANCE, "4821")
    talk.play(OVER_ANSWER, YES)
    assert talk.of(Pay) and talk.prompts[-1].startswith("else.")
    assert not any(prompt.startswith("receipt") for prompt in talk.prompts)


def test_the_receipt_is_not_said_to_be_sent_before_it_is() -> None:
    assert verified().play(OVER_ANSWER, YES, YES).says[0] == "I'm sending it to your number on file."


def test_the_confirmation_number_is_repeated_on_request() -> None:
    talk = verified().play(OVER_ANSWER, YES, said("say that again", "repeat"))
    assert "W, four, zero, K" in talk.says[0]


@pytest.mark.parametrize("words", ["really?", "almost", "hm", "you said yes"])
def test_what_only_sounds_like_a_yes_pays_nothing_and_is_asked_again(words: str) -> None:
    talk = verified().play(OVER_ANSWER, said(words, "yes"))
    assert not talk.of(Pay) and talk.prompts[-1].startswith("agreed.")
    assert talk.play(YES).of(Pay)


def test_a_pin_is_taken_as_corrected() -> None:
    talk = Talk().play(BALANCE, said("my PIN is 4812, no, 4821", digits="4821"))
    assert [check.pin for check in talk.of(CheckPin) if isinstance(check, CheckPin)] == ["4821"]


def test_nothing_to_pay() -> None:
    facts = replace(FACTS, balance=0, due=0, minimum=0)
    assert verified(facts=facts).play(PAY).prompts == ["payment.nothing/1", "else.ask/2"]


def test_insufficient_funds_let_the_caller_change_it() -> None:
    talk = verified(paying=Refused("insufficient")).play(OVER_ANSWER, YES)
    assert talk.prompts == ["refused.insufficient/1", "change.ask/1"]
    assert talk.play(said("savings", account_kind="savings")).prompts == ["agreed.ask/2"]


def test_a_refusal_without_a_way_out_goes_to_a_person() -> None:
    assert verified(paying=Refused("unknown")).play(OVER_ANSWER, YES).handoff.reason == "fault"


def test_an_asked_payment_has_a_key_that_does_not_change() -> None:
    talk = verified().play(OVER_ANSWER)
    state, first = step(talk.state, YES)
    _, again = step(state, Resumed())
    assert first[-1] == again[-1]


def test_the_balance_is_looked_up_anew_after_a_payment() -> None:
    talk = verified().play(OVER_ANSWER, YES, NO, BALANCE)
    assert len(talk.of(LookUp)) == 2


# --- by card ---


def test_pay_by_card() -> None:
    talk = verified().play(PAY, "2", said("by card"))
    assert talk.says == ["That's thirty five dollars by card, today, shall I go ahead?"]
    assert talk.play(YES).last == TakeCard(3500, "USD")
    talk.play(CardTaken("success", "C12"))
    assert talk.says[0] == "It's paid. Your confirmation number is C, one, two."


def test_who_could_not_pay_by_card_is_not_asked_for_an_amount() -> None:
    talk = verified().play(said("I couldn't pay with my card", "card_problem"))
    assert talk.handoff.reason == "card_problem"


def test_a_card_payment_without_a_number_still_says_so() -> None:
    talk = verified().play(PAY, "2", said("by card"), YES, CardTaken("success"))
    assert talk.prompts == ["payment.taken/1", "else.ask/2"]


def test_a_declined_card_may_be_followed_by_another_way() -> None:
    talk = verified().play(PAY, "2", said("by card"), YES, CardTaken("declined"))
    assert talk.prompts == ["card.declined/1", "source.ask/2"]
    assert talk.play(said("checking")).prompts == ["agreed.ask/2"]


def test_a_card_declined_twice_goes_to_a_person() -> None:
    by_card = said("by card")
    talk = verified().play(PAY, "2", by_card, YES, CardTaken("declined"), by_card, YES, CardTaken("declined"))
    assert talk.handoff.reason == "payment"


def test_a_card_with_an_unknown_outcome_goes_to_a_person() -> None:
    talk = verified().play(PAY, "2", said("by card"), YES, CardTaken("payment-connector-error"))
    assert talk.handoff.reason == "fault"


# --- the end ---


@pytest.mark.parametrize("farewell", [BYE, NO])
def test_goodbye_asks_one_question(farewell: Said) -> None:
    talk = verified().play(farewell)
    assert talk.prompts == ["rating.ask/1"]
    talk.play("5")
    assert talk.of(Rate) == [Rate(5)] and isinstance(talk.last, HangUp)


@pytest.mark.parametrize(
    ("answer", "stars"), [("three out of five", 3), ("3 out of 5.", 3), ("I'd say 4", 4), ("five", 5)]
)
def test_a_rating_is_what_the_caller_gives_and_not_the_scale(answer: str, stars: int) -> None:
    assert verified().play(BYE, said(answer)).of(Rate) == [Rate(stars)]


@pytest.mark.parametrize("doubtful", [said("Gallant?", "goodbye", 0.54), said("Balance.", "goodbye", 0.9, heard=0.3)])
def test_nobody_is_bidden_goodbye_for_a_doubtful_first_word(doubtful: Said) -> None:
    assert Talk().play(doubtful).prompts[-1] == "open.example/1"


def test_who_says_goodbye_first_is_let_go() -> None:
    assert Talk().play(said("sorry, goodbye", "dont_know", 0.4)).prompts == ["rating.ask/1"]


@pytest.mark.parametrize("answer", [NoInput(), said("I'd rather not"), said("Thank you. Bye."), said("", heard=0.1)])
def test_a_rating_is_not_insisted_on(answer: NoInput | Said) -> None:
    talk = verified().play(BYE, answer)
    assert isinstance(talk.last, HangUp) and not talk.of(Rate)


def test_goodbye_amid_a_payment_says_that_nothing_was_paid() -> None:
    assert verified().play(PAY, BYE).prompts == ["repair.unpaid/1", "rating.ask/1"]


# --- what the agent gets ---


def test_the_brief_holds_what_was_said_and_never_the_pin() -> None:
    talk = Talk(on_file=False).play(OVER_ANSWER, "95381901", said("agent please", "human_agent"))
    assert talk.handoff.known | {"said": ""} == {
        "verified": "no",
        "account": "A1",
        "wants": "payment",
        "account number": "95381901",
        "pay amount": "$50.00",
        "pay on": "3 Mar",
        "pay from": "checking",
        "said": "",
    }
    talk = Talk().play(BALANCE, said("my pin is 4821", digits="4821"), "0")
    assert "4821" not in str(talk.handoff) + str(talk.state.to_json())


def test_a_payment_that_ends_after_the_hand_off_is_known() -> None:
    talk = verified().play(OVER_ANSWER)
    state, _ = step(talk.state, YES)
    state, _ = step(state, said("agent", "human_agent"))
    state, actions = step(state, Paid("W40K", 5000, TODAY))
    assert known(state)["paid"] == "W40K" and actions == ()


AGENT = said("agent", "human_agent")
DISPUTE = said("I want to dispute a charge", "dispute")


@pytest.mark.parametrize(
    ("talk", "summary"),
    [
        (Talk().play(AGENT), "Asks for a person; not verified."),
        (Talk().play(BALANCE, AGENT), "Asks for a person; not verified, wanted the balance."),
        (verified().play(DISPUTE), "Disputes a charge; verified by PIN, got the balance."),
        (verified().play(PAY, AGENT), "Asks for a person; verified by PIN, got the balance, wanted to pay."),
        (
            verified().play(OVER_ANSWER, YES, AGENT),
            "Asks for a person; verified by PIN, got the balance, scheduled $50.00 for 3 Mar.",
        ),
        (
            Talk().play(BALANCE, "1111", "2222", "3333"),
            "Not verified after 3 wrong PINs, wanted the balance.",
        ),
        (
            Talk().play(BALANCE, said("I forgot it", "dont_know")),
            "Not verified, does not know the PIN, wanted the balance.",
        ),
        (Talk().play(NoInput(), NoInput()), "Fell silent; not verified."),
    ],
)
def test_the_summary_is_one_sentence_to_be_grasped_at_once(talk: Talk, summary: str) -> None:
    assert talk.handoff.summary == summary


def test_a_payment_in_doubt_after_one_that_was_made_is_not_told_as_paid() -> None:
    talk = verified().play(OVER_ANSWER, YES, NO)
    talk.paying = Failed()
    seventy = said("pay seventy dollars from savings", "payment", money=(7000,), account_kind="savings")
    talk.play(seventy, "1", YES)
    assert talk.handoff.reason == "doubt"
    assert talk.handoff.summary.endswith("scheduled $50.00 for 3 Mar, may have paid $70.00.")


def test_started_tells_who_calls() -> None:
    state, _ = step(begin(), Started(TODAY, "A1", "Lakeside Credit"))
    assert known(state) == {"verified": "no", "account": "A1", "calling from": "the number on file"}


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("I want to pay fifty dollars on my credit card", "source.ask/1"),
        ("fifty dollars with my debit card", "agreed.ask/1"),
    ],
)
def test_a_card_is_the_source_only_when_it_is_paid_with(text: str, prompt: str) -> None:
    kind = "credit" if "credit" in text else "debit"
    assert verified().play(said(text, "payment", money=(5000,), account_kind=kind)).prompts == [prompt]
