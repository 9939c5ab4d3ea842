"""Yes and no as they are mixed in speech: what agrees to nothing is never a yes."""

from datetime import date

import pytest

from ivr.nlu.understanding import Understanding
from ivr.nlu.yes_no import no_answer, yes_no

pytestmark = pytest.mark.speech

YES = """no yeah that's right|sure, why not|no problem|I don't see why not|not wrong|no, yes|hell yes|yes yes
yes that is right|yeah do it|uh-huh|let's do it|yes please, bye|go on then|positive
okay do that|yes, that's right|yes please go ahead|yeah, sounds good""".replace("\n", "|").split("|")
NO = """yeah no|I don't think so|not really|that's not right|yes no|right, no|I guess not|absolutely not
by no means|no way|yes, no wait, no|you're right, that's wrong|of course not|not at all|oh no
no, that's not it|uh-uh|Mm-mm.|nuh uh|yeah nah|affirmative no|sure as hell not
yes, not fifty|okay, not $50|fine, no|I will not|definitely no
certainly, no""".replace("\n", "|").split("|")
NEITHER = """yes cancel it|okay stop|yes please stop|ok I'd like to cancel|fine, forget it|okay goodbye|yeah hang up
yes, never mind|sure, leave it|yes I have a question|yes, can I ask something first|yes what's the fee
ok who is this|okay wait|yes wait a second|yes but make it sixty|yes, but not today|yes only if it's free|is that right?
that's right, isn't it?|sure about that?|yes what do you mean|correct me if I'm wrong|yeah no that's fine
no, that's right|no no yes|yes and no|yes or no|never mind, yes|I'm not saying no|good question
fine print|do I have to?|are you sure|yes are you sure|well how much is it|okay, but what about the fee""".replace(
    "\n", "|"
).split("|")


HELD_BACK = """ok help|okay say that again|yes, repeat that|yes hold the line|okay hold off|go ahead and cancel
true, I changed my mind|correct amount, wrong account|exactly wrong|do that never|me neither""".replace("\n", "|")


@pytest.fixture(scope="module")
def understanding(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return Understanding.load(tmp_path_factory.mktemp("none"))


@pytest.mark.parametrize("said", YES)
def test_a_yes(said: str) -> None:
    assert yes_no(said) is True


@pytest.mark.parametrize("said", NO)
def test_a_no(said: str) -> None:
    assert yes_no(said) is False


@pytest.mark.parametrize("said", HELD_BACK.split("|"))
def test_what_begins_like_a_yes_and_turns_is_none(said: str) -> None:
    assert yes_no(said) is not True


@pytest.mark.parametrize("said", NEITHER)
def test_neither_in_the_words_nor_by_the_model(understanding: Understanding, said: str) -> None:
    meaning = understanding.understand(said, expect="yes-no", today=date(2026, 3, 2))
    assert no_answer(said) and meaning.yes_no is None and meaning.intent not in ("yes", "no")
