"""What the facts answer: each rule on calls made by hand, with the span that shows it."""

from dataclasses import replace

import pytest

from ivr.quality.scorecards.rules import BOT, RULES, CallTrace, Finding, Promise, Spoken, findings

pytestmark = pytest.mark.unit

ADA, BOB = 7, 8


def bot(start: float, end: float | None, prompt: str = "open.ask", played: float | None = 1.0) -> Spoken:
    return Spoken("bot", BOT, start, end, prompt, played)


def caller(start: float, end: float, keyed: bool = False) -> Spoken:
    return Spoken("caller", None, start, end, keyed=keyed)


def agent(start: float, end: float, by: int | None = ADA) -> Spoken:
    return Spoken("agent", by, start, end)


def found(rule: str, trace: CallTrace, party: int = BOT) -> Finding | None:
    return RULES[rule].judge(trace, party)


ASKED = CallTrace((bot(6.0, 8.0), caller(9.0, 11.0), bot(12.0, 14.0, "balance.tell")), notice=True, verified=10.0)


def test_the_notice_says_it_is_ai_before_the_first_word() -> None:
    assert found("said-it-is-ai", ASKED) == Finding("yes", ((0.0, 6.0),))
    assert found("said-it-is-ai", replace(ASKED, notice=False)) == Finding("no", ((0.0, 6.0),))
    assert found("said-it-is-ai", CallTrace((), notice=True)) is None


def test_facts_told_before_the_caller_was_verified_are_shown() -> None:
    assert found("verified-first", ASKED) == Finding("yes", ((10.0, 14.0),))
    assert found("verified-first", replace(ASKED, verified=13.0)) == Finding("no", ((12.0, 14.0),))
    assert found("verified-first", replace(ASKED, verified=None)) == Finding("no", ((12.0, 14.0),))
    assert found("verified-first", CallTrace((bot(6, 8),))) == Finding("na")


def test_a_prompt_that_nobody_heard_told_nothing() -> None:
    unheard = replace(ASKED, verified=None, turns=(bot(12.0, None, "balance.tell"), bot(13, 13, "due.tell", 0.0)))
    assert found("verified-first", unheard) == Finding("na")


def test_the_way_to_a_person_is_named_or_gone() -> None:
    assert found("offered-person", CallTrace((bot(1, 3, "open.person"),))) == Finding("yes", ((1, 3),))
    assert found("offered-person", CallTrace((bot(1, 3), bot(8, 9, "person.asked")))) == Finding("yes", ((8, 9),))
    assert found("offered-person", CallTrace((bot(1, 3),))) == Finding("no")
    assert found("offered-person", CallTrace((bot(1, 3, ""),))) is None
    assert found("offered-person", CallTrace(())) is None


def test_money_is_read_back_before_each_payment() -> None:
    paid = CallTrace((bot(30, 35, "agreed.ask"), caller(36, 37), bot(41, 44, "payment.done")), paid_at=(37.5,))
    assert found("read-back", paid) == Finding("yes", ((30, 35),))
    assert found("read-back", replace(paid, paid_at=(20.0, 37.5))) == Finding("no", ((20.0, 20.0),))
    assert found("read-back", replace(paid, paid_at=())) == Finding("na")


def test_dead_air_is_the_silence_of_whom_the_caller_waits_for() -> None:
    slow = CallTrace((bot(0, 2), caller(3, 5), bot(10.5, 12)))
    assert found("no-dead-air", slow) == Finding("no", ((5, 10.5),))
    assert found("no-dead-air", CallTrace((bot(0, 2), caller(3, 5), bot(9.9, 12)))) == Finding("yes")
    assert found("no-dead-air", CallTrace((bot(0, 2), caller(20, 25), bot(26, 27)))) == Finding("yes")
    assert found("no-dead-air", CallTrace((bot(0, 2), bot(20, 22, "repair.there")))) == Finding("yes")


def test_an_agent_who_falls_silent_is_waited_for_and_a_word_within_a_longer_turn_ends_no_wait() -> None:
    looks = CallTrace((caller(0, 2), agent(3, 5), agent(30, 32)), agents=(ADA,))
    assert found("no-dead-air", looks, ADA) == Finding("no", ((5, 30),))
    assert found("no-dead-air", looks) is None
    assert found("no-dead-air", replace(looks, holds=((6, 29),)), ADA) == Finding("yes")
    within = CallTrace((caller(0, 20), agent(3, 4), agent(21, 22)), agents=(ADA,))
    assert found("no-dead-air", within, ADA) == Finding("yes")


def test_keys_end_a_silence_like_words() -> None:
    keyed = CallTrace((bot(0, 2, "pin.ask"), caller(9, 9.5, keyed=True), bot(10, 11)))
    assert found("no-dead-air", keyed) == Finding("yes")


def test_speaking_over_the_caller_is_shown_and_a_backchannel_is_none() -> None:
    cut = CallTrace((caller(0, 5), bot(3, 7)))
    assert found("let-finish", cut) == Finding("no", ((3, 5),))
    assert found("let-finish", CallTrace((caller(0, 5), agent(3, 3.8)), agents=(ADA,)), ADA) == Finding("yes")
    assert found("let-finish", CallTrace((caller(0, 5), bot(4.7, 7)))) == Finding("yes")
    assert found("let-finish", CallTrace((bot(0, 5), caller(3, 6)))) == Finding("yes")
    assert found("let-finish", CallTrace((caller(0, 5),))) is None


def test_promises_are_kept_broken_or_not_known_yet() -> None:
    promised = CallTrace((), promises=(Promise(BOT, 30.0, True), Promise(ADA, 60.0, False)), agents=(ADA,))
    assert found("kept-promises", promised) == Finding("yes", ((30.0, 30.0),))
    assert found("kept-promises", promised, ADA) == Finding("no", ((60.0, 60.0),))
    assert found("kept-promises", promised, BOB) == Finding("na")
    waits = CallTrace((), promises=(Promise(BOT, 30.0, True), Promise(BOT, 60.0, None)))
    assert found("kept-promises", waits) is None


def test_what_an_unknown_agent_said_is_laid_to_nobody() -> None:
    unknown = CallTrace((caller(0, 5), agent(2, 9, by=None)), agents=(ADA, BOB))
    assert found("let-finish", unknown, ADA) is None


def test_every_party_is_judged_by_what_can_be_known_of_it() -> None:
    whole = replace(ASKED, turns=(*ASKED.turns, caller(20, 22), agent(23, 25)), agents=(ADA,))
    judged = {(rule, party): one.value for rule, party, one in findings(whole)}
    assert {rule for rule, party in judged if party == ADA} == {"no-dead-air", "let-finish", "kept-promises"}
    assert judged["said-it-is-ai", BOT] == "yes"
    assert judged["read-back", BOT] == "na"
