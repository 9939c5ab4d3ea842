"""Why the bot did what it did, as it is kept with the caller's turn."""

import pytest

from ivr.calls.reasons import done, understood
from ivr.dialogue.actions import HandOff, Listen, Say
from ivr.dialogue.events import Keyed, Said
from ivr.dialogue.meaning import Meaning

pytestmark = pytest.mark.unit


def test_the_three_likeliest_intents_are_kept_the_one_that_counted_first() -> None:
    ranked = (("balance", 0.71234), ("payment", 0.2), ("card", 0.05), ("other", 0.01))
    meaning = Meaning("balance", 0.71, ranked=ranked)
    assert understood(Said("x", 0.9, meaning))["ranked"] == [["balance", 0.712], ["payment", 0.2], ["card", 0.05]]


def test_without_a_ranking_the_intent_stands_alone() -> None:
    assert understood(Said("x", 0.9, Meaning("yes", 0.9)))["ranked"] == [["yes", 0.9]]


def test_what_was_named_is_kept_as_its_kind_and_never_as_its_value() -> None:
    kept = understood(Said("x", 0.9, Meaning("payment", 0.9, money=(4210,), digits="2749", upset=True)))
    assert kept["named"] == ["amount", "number", "upset"]
    assert "2749" not in str(kept) and "4210" not in str(kept)


def test_keys_have_no_meaning_of_words() -> None:
    assert understood(Keyed("2749")) == {}


def test_what_was_done_is_named_in_order_and_listening_is_not_a_deed() -> None:
    actions = (Say("else.ask/1", "Anything else?"), Listen(), HandOff("dispute", "dispute", "Secret words."))
    assert done(actions) == ["say else.ask/1", "person dispute"]
