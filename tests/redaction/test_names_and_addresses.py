"""Names and addresses go where the operator wants it, and nothing else goes with them."""

import pytest

from ivr.redaction import Line, Personal, mask

pytestmark = pytest.mark.unit

BOTH = Personal(names=True, addresses=True)


def kept(*lines: tuple[str, str], personal: Personal = BOTH) -> list[str]:
    return [line.text for line in mask([Line(*line) for line in lines], personal=personal).lines]


def alone(text: str, personal: Personal = BOTH) -> str:
    return kept(("caller", text), personal=personal)[0]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "Hi, this is Peter Miller, I'm calling about my payment.",
            "Hi, this is (name), I'm calling about my payment.",
        ),
        ("my name is anna kovacs and i want to pay", "my name is (name) and i want to pay"),
        ("It's under the last name Hendrik.", "It's under the last name (name)."),
        ("My husband, Johan van der Berg, pays it.", "My husband, (name), pays it."),
        ("Good morning, Dr. Li speaking.", "Good morning, Dr. (name) speaking."),
        ("I talked to Sarah Jones in lending on Monday.", "I talked to (name) in lending on Monday."),
        ("My last name is spelled K-O-V-A-C-S.", "My last name is spelled (name)."),
        ("I'm Will, and I will pay. Will I be charged?", "I'm (name), and I will pay. Will I be charged?"),
    ],
)
def test_a_name_that_words_introduce_is_taken_out(said: str, expected: str) -> None:
    assert alone(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "I'm Calling about Visa. It's Monday. Okay, Thanks.",
        "The name on the account is wrong. My name was misspelled.",
        "I paid for Netflix, and it came from Chase.",
        "Who am I speaking to?",
        "I owe twenty dollars, and I drive to five places.",
        "I paid on the third of May. It's 4:30 in the afternoon.",
        "Can you send money to my savings account?",
        "I have a question about my street address.",
    ],
)
def test_what_is_neither_name_nor_address_stays(said: str) -> None:
    assert alone(said) == said


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Peter Miller.", "(name)."),
        ("peter miller", "(name)"),
        ("Yes, it's Siobhan O'Brien.", "Yes, it's (name)."),
        ("Jane Doe, account number 85731890.", "(name), account number 85731890."),
        ("M I double L E R", "(name)"),
        ("bravo oscar bravo", "(name)"),
        ("I don't want to tell you.", "I don't want to tell you."),
    ],
)
def test_an_answer_to_who_asked_for_a_name_is_one(answer: str, expected: str) -> None:
    assert kept(("agent", "Who am I speaking to?"), ("caller", answer))[1] == expected


def test_a_name_goes_wherever_it_comes_again_in_the_call() -> None:
    lines = kept(
        ("caller", "Hello, my name is Anna Kovacs."),
        ("agent", "Certainly. Just a second then, Anna."),
        ("caller", "Kovacs with a K."),
    )
    assert lines == ["Hello, my name is (name).", "Certainly. Just a second then, (name).", "(name) with a K."]


def test_the_name_that_the_ledger_knows_goes_too() -> None:
    known = Personal(names=True, known=("Anna Kovacs",))
    assert alone("The letter says Kovacs on top.", known) == "The letter says (name) on top."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("It's 14 Rosewood Avenue, Apartment 3, Springfield, Illinois 62704.", "It's (address)."),
        ("Send it to twenty two Baker Street please.", "Send it to (address) please."),
        ("I moved to 12 Mill Lane last week.", "I moved to (address) last week."),
        ("I live in Leeds, but I pay monthly.", "I live in (address), but I pay monthly."),
        ("Is that NW1 6XE?", "Is that (address)?"),
        ("My zip code is 90210.", "My zip code is (address)."),
        ("Write to P.O. Box 1234.", "Write to (address)."),
    ],
)
def test_an_address_is_taken_out(said: str, expected: str) -> None:
    assert alone(said) == expected


@pytest.mark.parametrize("answer", ["In the house by the river.", "T Q 6 R 4 F L", "tango quebec six romeo"])
def test_an_answer_to_who_asked_for_an_address_is_one(answer: str) -> None:
    assert kept(("agent", "And your postcode or address?"), ("caller", answer))[1].startswith("(address)")


def test_an_email_address_is_no_place_to_live() -> None:
    assert kept(("agent", "What is your e-mail address?"), ("caller", "It is the old one."))[1] == "It is the old one."


def test_only_what_is_chosen_goes() -> None:
    said = "I'm Peter Miller of 12 Mill Lane."
    assert alone(said, Personal()) == said
    assert alone(said, Personal(names=True)) == "I'm (name) of 12 Mill Lane."
    assert alone(said, Personal(addresses=True)) == "I'm Peter Miller of (address)."


def test_secrets_are_found_beside_names() -> None:
    lines = kept(("agent", "My name is Maria. What is your PIN?"), ("caller", "I'm Peter Miller, it's 2749."))
    assert lines == ["My name is (name). What is your PIN?", "I'm (name), it's (PIN)."]


def test_a_name_that_is_gone_hides_no_secret_after_it() -> None:
    lines = kept(("agent", "Thank you, (name), and your PIN?"), ("caller", "Two seven four nine."))
    assert lines[1] == "(PIN)."
