"""What the line itself says is no secret, however many digits stand in it."""

import pytest

from ivr.dialogue.prompts.en import LINE, PROMPTS
from ivr.dialogue.verbalize import number
from ivr.redaction import Line, mask

pytestmark = pytest.mark.unit

FILLED = {
    "number": "four, zero, zero, one, two, three, four, five", "owed": "ninety dollars and five cents",
    "balance": "two thousand dollars", "minimum": "thirty five dollars", "amount": "forty two dollars",
    "day": "Monday, March ninth", "due": "ninety dollars", "latest": "April thirtieth", "confirmation": number(482),
}  # fmt: skip


class Filling(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name


@pytest.mark.parametrize("prompt", sorted({*PROMPTS, *LINE}))
def test_no_prompt_loses_a_word_in_the_transcript_of_a_recording(prompt: str) -> None:
    for wording in PROMPTS.get(prompt) or (LINE[prompt],):
        said = wording.format_map(Filling(FILLED))
        asked = Line("1", "My PIN is 2749."), Line("bot", said)
        assert mask(asked, unnamed=True).lines[1].text == said


@pytest.mark.parametrize("said", ["How was this call, from one to five?", "Press one to five.", "between 1 and 10"])
def test_a_range_is_no_code(said: str) -> None:
    assert mask([Line("2", said)], unnamed=True).lines[0].text == said


def test_digits_behind_a_range_are_one_all_the_same() -> None:
    assert mask([Line("2", "It's from one to five, six, seven, two")], unnamed=True).lines[0].text == "It's from (code)"
