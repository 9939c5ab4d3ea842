"""Dates of birth are taken out, and no other date is."""

import pytest

from ivr.redaction import Line, mask, mask_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "I was born on the fourth of March nineteen eighty five and I live here",
            "I was born on the {} and I live here",
        ),
        ("My date of birth is 04/03/1985.", "My date of birth is {}."),
        ("4th of March 1985 is my date of birth", "{} is my date of birth"),
        ("Date of birth: 3 4 85", "Date of birth: {}"),
        ("my dob is the second of May 78, I owe 500 dollars", "my dob is the {}, I owe 500 dollars"),
        (
            "My birthday is March 4th, 1985, and my payment is due on the 5th of May",
            "My birthday is {}, and my payment is due on the 5th of May",
        ),
    ],
)
def test_a_date_that_is_named_a_birth_is_taken_out(said: str, kept: str) -> None:
    assert mask_text(said) == kept.format("(date of birth)")


@pytest.mark.parametrize(
    "said",
    [
        "I paid fifty dollars on the third of March",
        "When is my payment due? The 15th of June",
        "I was born in London and I paid on the 3rd of June",
        "It was my birthday so I paid late",
        "The due date is 04/03/2026 and I was born here",
    ],
)
def test_every_other_date_survives(said: str) -> None:
    assert mask_text(said) == said


def test_the_answer_to_who_asks_and_its_echo_are_taken_out_and_the_next_date_is_not() -> None:
    talk = [
        Line("agent", "And your date of birth, please?"),
        Line("caller", "That's the 14th of March, 1985."),
        Line("agent", "So March 14th 1985, thank you."),
        Line("caller", "I paid on May 5th."),
    ]
    assert [line.text for line in mask(talk).lines] == [
        "And your date of birth, please?",
        "That's the (date of birth).",
        "So (date of birth), thank you.",
        "I paid on May 5th.",
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My PIN is (PIN), I want to pay 1500 on the 15th", "My PIN is (PIN), I want to pay 1500 on the 15th"),
        ("my password is (password) and then a lot", "my password is (password) and then a lot"),
        ("my PIN is (PIN) no wait 2750", "my PIN is (PIN) no wait (PIN)"),
        ("2749, my PIN, and pay 1500 on the 15th", "(PIN), my PIN, and pay 1500 on the 15th"),
        ("2749 is my PIN and I owe 1234", "(PIN) is my PIN and I owe 1234"),
    ],
)
def test_a_name_that_has_its_secret_names_nothing_more(said: str, kept: str) -> None:
    assert mask_text(said) == kept


@pytest.mark.parametrize(
    ("asked", "answer", "kept"),
    [
        ("What is your national insurance number?", "It's XR near to 8x8mmc.", "It's (id number)."),
        ("And what is the path we're not in account?", "Rainbow 7", "(password)"),
        ("What's your PIN?", "give me 5 minutes", "give me 5 minutes"),
        ("What's your card number?", "one moment, it is upstairs", "one moment, it is upstairs"),
        ("Your PIN, please.", "can I pay fifty dollars first", "can I pay fifty dollars first"),
    ],
)
def test_a_garbled_answer_to_who_asks_for_a_secret_is_taken_out_whole(asked: str, answer: str, kept: str) -> None:
    assert mask([Line("agent", asked), Line("caller", answer)]).lines[1].text == kept


def test_a_whole_date_of_the_last_century_is_one_whatever_was_asked() -> None:
    talk = [Line("agent", "and your name is Tonbeur, please"), Line("caller", "June 24, 1988.")]
    assert mask(talk).lines[1].text == "(date of birth)."
    assert mask_text("the fourteenth of March nineteen eighty five") == "the (date of birth)"
    assert mask_text("It was in March 1998.") == "It was in March 1998."


def test_a_date_in_a_sentence_of_its_own_is_no_echo() -> None:
    talk = [
        Line("a", "And your date of birth?"),
        Line("c", "March 14th, 1985"),
        Line("a", "Now you write to us after May 5th"),
    ]
    assert mask(talk).lines[2].text == "Now you write to us after May 5th"


def test_a_pin_that_is_misheard_is_one() -> None:
    assert mask_text("Hi, my pen is 6030 and I want to pay.") == "Hi, my pen is (PIN) and I want to pay."


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("443.", "(code)."),
        ("7484 in my DM", "(code) in my DM"),
        ("two parts of 361$ and 520$", "two parts of 361$ and 520$"),
        ("2749$50", "(code)$50"),
        ("the letter MFO 31.62 N", "the letter MFO 31.62 N"),
        ("I paid $443 on the 27th", "I paid $443 on the 27th"),
        ("can I pay 1500 next week", "can I pay 1500 next week"),
        ("my account number is 40012345", "my account number is 40012345"),
        ("I have been with you since 2019", "I have been with you since 2019"),
    ],
)
def test_in_a_whole_conversation_digits_that_nobody_explains_are_taken_out(said: str, kept: str) -> None:
    assert mask([Line("caller", said)], unnamed=True).lines[0].text == kept


@pytest.mark.parametrize(
    ("asked", "answer", "kept"),
    [
        ("and the three digits on the back of the card?", "Free of power.", "(security code)."),
        ("And what is the password?", "elephant", "(password)"),
        ("and the three digits on the back of the card.", "8 iron ferments", "(security code)"),
        ("What's your PIN?", "$8 are left", "$8 are left"),
        ("What's your PIN?", "It's free of power.", "It's (PIN)."),
        ("What's your PIN?", "It's", "It's"),
        ("And your date of birth?", "That's the (date of birth).", "That's the (date of birth)."),
        ("What's your PIN?", "Let me look.", "Let me look."),
        ("What's your PIN?", "one moment please", "one moment please"),
        ("What's your PIN?", "I have it written down in the other room", "I have it written down in the other room"),
        ("How much do you want to pay?", "Free of power.", "Free of power."),
    ],
)
def test_a_short_answer_that_was_made_other_words_is_taken_out_of_a_whole_conversation(
    asked: str, answer: str, kept: str
) -> None:
    assert mask([Line("agent", asked), Line("caller", answer)], unnamed=True).lines[1].text == kept


def test_words_before_what_was_told_in_the_next_breath_are_no_answer() -> None:
    talk = [Line("agent", "And your date of birth?"), Line("caller", "That's the"), Line("caller", "(date of birth)")]
    assert mask(talk, unnamed=True).lines[1].text == "That's the"


def test_a_date_long_after_a_code_was_named_is_no_code() -> None:
    talk = [
        Line("agent", "The verification code is"),
        Line("caller", "Yes."),
        Line("agent", "Call us after the 12th May."),
    ]
    assert mask(talk, unnamed=True).lines[2].text == "Call us after the 12th May."


@pytest.mark.parametrize("asked", ["And your date of birth, please?", "And what is the password on the account?"])
@pytest.mark.parametrize("said", ["$53.56.", "ninety nine dollars.", "$99.27"])
def test_an_amount_is_neither_a_date_of_birth_nor_a_password(asked: str, said: str) -> None:
    lines = [Line("agent", asked), Line("caller", "Hm."), Line("agent", said)]
    assert mask(lines).lines[2].text == said
