"""Which reply fits what the far side has said."""

import pytest

from switch.phones.conversation import Conversation
from switch.phones.script import Keys, Reply, Say

pytestmark = pytest.mark.unit

PIN, KEYED, MORE = (
    Reply((Say("two seven four nine"),), ("PIN",), times=1),
    Reply((Keys("2749"),), ("PIN",)),
    Reply((Say("No."),), ("anything else", "what else"), ends=True),
)


def test_what_was_asked_last_is_answered() -> None:
    talk = Conversation([PIN, MORE])
    assert talk.answer("Thank you for your PIN. Anything else I can help with?") is MORE


def test_a_reply_that_was_given_as_often_as_it_may_be_makes_room_for_the_next() -> None:
    talk = Conversation([PIN, KEYED])
    assert [talk.answer("What's your four digit PIN number?") for _ in range(3)] == [PIN, KEYED, KEYED]


def test_only_the_right_amount_is_said_yes_to() -> None:
    right = Reply((Say("Yes."),), ("shall I go ahead",), given=("that's $42 from",))
    wrong = Reply((Say("No, forty two."),), ("shall I go ahead",))
    talk = Conversation([right, wrong])
    assert talk.answer("That's $42 from checking, today, shall I go ahead?") is right
    assert talk.answer("That's $14.42 from checking, today, shall I go ahead?") is wrong


@pytest.mark.parametrize("heard", ["", "One moment.", "We spin wool."])
def test_what_nothing_fits_is_not_answered(heard: str) -> None:
    assert Conversation([PIN, MORE]).answer(heard) is None


def test_an_interruption_comes_after_its_seconds_and_answers_nothing() -> None:
    hum = Reply((Say("mm-hm"),), over=1.5, times=1)
    talk = Conversation([hum, MORE])
    assert talk.interruption(1.4) is None
    assert talk.interruption(1.6) is hum
    assert talk.interruption(1.8) is None
    assert talk.answer("What else?") is MORE
