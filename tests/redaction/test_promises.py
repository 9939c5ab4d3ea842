"""Whatever card, PIN or id is said in whatever form: it cannot be read in what is kept."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.redaction import Line, mask, mask_text, mask_words
from tests.harness.spoken_digits import card_number, gives_away, groups, misheard, said

pytestmark = pytest.mark.integration

BEFORE = [
    "",
    "My card is ",
    "it's ",
    "okay so the number is ",
    "My card number's ",
    "yeah, ",
    "pay fifty dollars from ",
]
AFTER = ["", ".", " thanks", ", did you get that?"]
CHATTER = ["", "uh, ", "and then ", "okay, ", "then "]
OTHER = ["okay", "mm-hm", "yes", "go on", "got it"]
PINS = ["My PIN, it's {}.", "pin: {}", "it's {}, my pin number", "{} is my PIN", "The PIN is {}, thanks", "P.I.N. {}"]
ASKED = ["What's your PIN?", "And your PIN number, please?", "Can I take your pin"]

chances = st.integers(0, 2**32).map(Random)


@given(chances)
@settings(max_examples=500, deadline=None)
def test_a_card_cannot_be_read_in_what_is_kept(chance: Random) -> None:
    card = chance.choice([card_number, misheard])(chance)
    text = chance.choice(BEFORE) + said(chance, card) + chance.choice(AFTER)
    assert not gives_away(mask_text(text), card), text


@given(chances)
@settings(max_examples=300, deadline=None)
def test_a_card_read_out_over_several_turns_is_out_of_all_of_them(chance: Random) -> None:
    card, lines = card_number(chance), list[Line]()
    speaker, other = chance.choice([("caller", "agent"), ("agent", "caller"), ("caller", "bot")])
    for part in groups(chance, card, 3, 8):
        lines = _kept([*lines, Line(speaker, chance.choice(CHATTER) + said(chance, part))])
        if chance.random() < 0.5:
            lines = _kept([*lines, Line(other, chance.choice(OTHER))])
    assert not gives_away(" ".join(line.text for line in lines if line.speaker == speaker), card), lines


def _kept(lines: list[Line]) -> list[Line]:
    masked = mask(lines, done=len(lines) - 1).lines
    return [Line(line.speaker, kept.text) for line, kept in zip(lines, masked, strict=True)]


@given(chances)
@settings(max_examples=300, deadline=None)
def test_a_named_pin_cannot_be_read_in_what_is_kept(chance: Random) -> None:
    pin = "".join(chance.choices("0123456789", k=4))
    text = chance.choice(PINS).format(said(chance, pin))
    assert not gives_away(mask_text(text), pin, 3), text


@given(chances)
@settings(max_examples=300, deadline=None)
def test_a_pin_that_an_agent_asks_for_cannot_be_read_nor_can_its_echo(chance: Random) -> None:
    pin = "".join(chance.choices("0123456789", k=4))
    lines = [
        Line("agent", chance.choice(ASKED)),
        Line("caller", f"{chance.choice(['sure, ', ''])}{said(chance, pin)}"),
        Line("agent", f"{said(chance, pin)}, thank you"),
    ]
    assert not any(gives_away(line.text, pin, 3) for line in mask(lines).lines), [line.text for line in lines]


@given(chances)
@settings(max_examples=200, deadline=None)
def test_a_social_security_number_cannot_be_read_in_what_is_kept(chance: Random) -> None:
    number = "".join(chance.choices("0123456789", k=9))
    grouped = f"{number[:3]}-{number[3:5]}-{number[5:]}"
    form = chance.choice(["my social is {}", "my social security number's {}", "SSN {}", "{} is my social"])
    text = chance.choice([grouped, f"it is {grouped}, yes", form.format(said(chance, number))])
    assert not gives_away(mask_text(text), number, 4), text


@given(chances)
@settings(max_examples=200, deadline=None)
def test_the_words_entries_say_no_more_than_the_text(chance: Random) -> None:
    text = chance.choice(BEFORE) + said(chance, card_number(chance)) + chance.choice(AFTER)
    entries = [{"word": f" {word}", "start": n, "end": n + 1, "confidence": 0.9} for n, word in enumerate(text.split())]
    kept = mask((Line("caller", text),)).lines[0]
    words = mask_words(text, entries, kept.spans)
    assert "".join("".join(word["word"].split()) for word in words) == "".join(kept.text.split())
    assert (words[0]["start"], words[-1]["end"]) == (0, len(entries))
