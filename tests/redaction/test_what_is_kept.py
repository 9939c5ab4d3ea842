"""Single utterances and short talks: what is written down of each."""

import pytest

from ivr.redaction import Line, Named, Span, forget, kinds_in, mask, mask_text, mask_words

pytestmark = pytest.mark.unit

CARDS = {
    "My card is 4111 1111 1111 1111": "My card is (card number)",
    "four one one one, one one one one, one one one one, one one one one": "(card number)",
    "forty-one eleven eleven eleven eleven eleven eleven eleven": "(card number)",
    "four thousand one hundred and eleven, eleven eleven, eleven eleven, eleven eleven": "(card number)",
    "four triple one double one double one double one double one double one double one": "(card number)",
    "4111. 1111. 1111. 1111.": "(card number).",
    "4,111,111,111,111,111": "(card number)",
    "4111/1111/1111/1111": "(card number)",
    "4111 1111 1111 111": "(card number)",
    "4111 1111 1111 1111 1": "(card number)",
    "4111, let me see, 1111, okay, 1111, and 1111": "(card number), let me see, (card number), okay, (card number)",
    "3782 822463 10005": "(card number)",
    "my card number is 4111 1111": "my card number is (card number)",
    "4111 1111 1111 1111 04 27 123": "(card number)",
    "cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno": "(card number)",
    "card 4242 4242 4242 4242 and pay $50": "card (card number) and pay $50",
}
BESIDE_A_CARD = {
    "CVV 123 and it expires 04/27": "CVV (security code) and it expires (expiry date)",
    "the three digits on the back are 1 2 3": "the three digits on the back are (security code)",
    "the number on the back of the card is four five six": "the number on the back of the card is (security code)",
    "back of the card says 123": "back of the card says (security code)",
    "it's visa 4111 1111 1111 1111, code 123": "it's visa (card number), code (security code)",
    "4111 1111 1111 1111, it expires oh four twenty seven, with 123 on the back": (
        "(card number), it expires (expiry date), with (security code) on the back"
    ),
    "security code 123": "security code (security code)",
    "it's 123, the security code": "it's (security code), the security code",
    "my card expires oh four twenty seven": "my card expires (expiry date)",
}
PINS = {
    "My PIN, it's 4321.": "My PIN, it's (PIN).",
    "pin: 2749": "pin: (PIN)",
    "PIN#2749": "PIN#(PIN)",
    "it's 2 7 4 9, my pin number": "it's (PIN), my pin number",
    "2749 is my pin": "(PIN) is my pin",
    "2749. Is my pin, is that enough?": "(PIN). Is my pin, is that enough?",
    "I paid 1500. Is my pin 2749?": "I paid 1500. Is my pin (PIN)?",
    "my pin's two seven four nine": "my pin's (PIN)",
    "my pin for account number 40012345 is 2749": "my pin for account number 40012345 is (PIN)",
    "account number 40012345, pin 2749": "account number 40012345, pin (PIN)",
    "my account 78890 56337. The PIN is 8895": "my account 78890 56337. The PIN is (PIN)",
    "my pin is two seven four nine, sorry, two seven four eight": "my pin is (PIN), sorry, (PIN)",
    "try 3100 or 5380 for my PIN": "try (PIN) or (PIN) for my PIN",
    "the passcode is 274 900": "the passcode is (PIN)",
}
CODES = {
    "the code is 700193": "the code is (code)",
    "I got a code, seven double zero one nine three": "I got a code, (code)",
    "my verification code: 700-193": "my verification code: (code)",
    "the OTP is 700193": "the OTP is (code)",
    "the text says 700193": "the text says (code)",
}
IDS = {
    "my social is 123-45-6789": "my social is (id number)",
    "123-45-6789": "(id number)",
    "my SIN is 046 454 286": "my SIN is (id number)",
    "social security number one two three four five six seven eight nine": "social security number (id number)",
    "last four of my social are 6789": "last four of my social are (id number)",
    "AB 12 34 56 C": "(id number)",
    "my national insurance number is A B one two three four five six C": "my national insurance number is (id number)",
    "my NI number is Q Q 12 34 56 C": "my NI number is (id number)",
    "nino is ab 12 34 56 c": "nino is (id number)",
    "passport number 533380006": "passport number (id number)",
}
PASSWORDS = {
    "my password is hunter2.": "my password is (password).",
    "my password's swordfish and I want to pay": "my password's (password) and I want to pay",
    "password: correct horse battery staple": "password: (password)",
    "The password is capital S w o r d, please": "The password is (password), please",
    "the password I use is sunshine": "the password I use is (password)",
    "the password for my account is sunshine": "the password for my account is (password)",
    "My path where this chocolate does that help": "My path where this (password)",
    "my memorable word is sunflower": "my memorable word is (password)",
}
KEPT = [
    "My account number is 40012345",
    "my account number is 123 45 6789",
    "account number is 9931939443153",
    "pay 50 dollars with my card",
    "pay 1500 with my card",
    "my card was stolen, call me at 314-226-1850",
    "call me back on +1 415 555 2671 please",
    "call me at +49 1512 3456789",
    "my number is plus four nine one five one two three four five six seven eight nine",
    "415 555 2671 or 415 555 2672",
    "my card ends in 4242",
    "the last four digits of the card are 4242",
    "my zip code is 90210",
    "transfer 4000 to 59894308904 please",
    "my account number is 55287792 and my new address is 270 Dairy Road, Hawaii, 96732",
    "my iban is GB29 NWBK 6016 1331 9268 19",
    "my confirmation code is 483920",
    "I spent 50 on shopping",
    "I was charged $1,234.56 on March 3rd 2026",
    "I forgot my PIN",
    "change my PIN please, I am at 4 Main Street",
    "My password this morning did not work",
    "I forgot my password, it is not working",
    "my password is not working",
    "my password is wrong",
    "what is the code of conduct",
    "the minimum is 35 dollars and it is due 04/27/2026",
    "Your confirmation number is W, four, zero, two, one.",
    "my security system was broken",
    "I have 2 credit cards and 3 accounts",
]


@pytest.mark.parametrize(
    ("said", "kept"),
    [(said, kept) for table in (CARDS, BESIDE_A_CARD, PINS, CODES, IDS, PASSWORDS) for said, kept in table.items()],
)
def test_a_secret_is_not_kept(said: str, kept: str) -> None:
    assert mask_text(said) == kept


@pytest.mark.parametrize("said", KEPT)
def test_what_is_no_secret_is_kept(said: str) -> None:
    assert mask_text(said) == said


def kept(*lines: str, asked: Named | None = None) -> list[str]:
    """Each line written "speaker: words"."""
    split = [Line(*line.split(": ", 1)) for line in lines]
    return [line.text for line in mask(split, asked).lines]


def test_a_card_read_out_over_several_turns_is_out_of_the_earlier_ones_too() -> None:
    lines = kept("caller: 4111", "agent: okay", "caller: 1111 1111", "agent: yes", "caller: and 1111")
    assert lines == ["(card number)", "okay", "(card number)", "yes", "and (card number)"]


def test_what_looks_like_the_start_of_a_card_is_masked_at_once() -> None:
    assert kept("agent: what's the long number on the card?", "caller: 41")[1] == "(card number)"


def test_an_agent_who_repeats_a_secret_gives_nothing_away() -> None:
    assert kept("agent: your PIN?", "caller: 2749", "agent: 2749, thank you")[1:] == ["(PIN)", "(PIN), thank you"]
    assert kept("agent: the three digits on the back?", "caller: 123", "agent: 1 2 3, right")[1:] == [
        "(security code)",
        "(security code), right",
    ]


def test_an_account_number_given_twice_is_no_card() -> None:
    lines = ("caller: 40012345", "bot: I can't find an account with that number", "caller: 40012345")
    assert kept(*lines)[::2] == ["40012345", "40012345"]


def test_a_telephone_number_after_an_account_number_is_no_card() -> None:
    lines = ("agent: your account number?", "caller: 40012345", "agent: and your phone number?", "caller: 5550100001")
    assert kept(*lines)[1::2] == ["40012345", "5550100001"]


def test_an_amount_an_account_and_a_telephone_number_are_no_card_where_one_was_spoken_of() -> None:
    lines = (
        "caller: I want to pay with my card", "agent: sure, how much?", "caller: 2500",
        "agent: and what's your account number?", "caller: 40012345",
        "agent: what's the best number to call you back?", "caller: 415 555 2671",
    )  # fmt: skip
    assert kept(*lines)[2::2] == ["2500", "40012345", "415 555 2671"]


def test_what_is_printed_beside_a_card_is_out_where_an_agent_asks_for_it() -> None:
    lines = (
        "caller: 4111 1111 1111 1111", "agent: expiry?", "caller: 04 27",
        "agent: and the three digits?", "caller: 1 2 3",
    )  # fmt: skip
    assert kept(*lines)[::2] == ["(card number)", "(expiry date)", "(security code)"]


def test_an_amount_after_a_pin_is_kept() -> None:
    lines = (
        "bot: What's your four digit PIN number?",
        "caller: (PIN)",
        "bot: How much would you like to pay?",
        "caller: 2500",
    )
    assert kept(*lines)[3] == "2500"


def test_an_account_number_that_was_asked_for_is_kept_even_where_it_is_long() -> None:
    assert kept("caller: 9931939443153", asked="kept") == ["9931939443153"]
    assert kept("caller: 4111 1111 1111 1111", asked="kept") == ["(card number)"]


@pytest.mark.parametrize(("asked", "part"), [("pin", "two seven"), ("pin", "it's 27."), ("code", "seven zero zero")])
def test_nor_is_a_part_of_what_was_asked_for(asked: Named, part: str) -> None:
    (masked,) = kept(f"caller: {part}", asked=asked)
    assert "(" in masked and not any(sign.isdigit() for sign in masked) and "seven" not in masked


def test_a_password_that_was_asked_for_is_not_kept() -> None:
    assert kept("agent: What's the password on the account?", "caller: swordfish")[1] == "(password)"
    assert kept("agent: What's your password?", "caller: I don't know")[1] == "I don't know"


def test_the_entry_of_a_masked_word_has_the_times_of_all_of_it() -> None:
    words = [{"word": w, "start": n, "end": n + 1, "confidence": c} for n, (w, c) in enumerate(
        [("It's", 0.9), ("4111", 0.8), ("1111", 0.4), ("1111", 0.9), ("1111.", 0.7)]
    )]  # fmt: skip
    text = "It's 4111 1111 1111 1111."
    entries = mask_words(text, words, mask((Line("caller", text),)).lines[0].spans)
    assert entries[1:] == [{"word": "(card number).", "start": 1, "end": 5, "confidence": 0.4}]


def test_words_masked_once_are_masked_again_with_their_times() -> None:
    words = [{"word": w, "start": n, "end": n + 1, "confidence": 0.9} for n, w in enumerate(["(PIN),", "or", "2749."])]
    entries = mask_words("(PIN), or 2749.", words, [Span(10, 14, "pin")])
    assert [(word["word"], word["start"]) for word in entries] == [("(PIN),", 0), ("or", 1), ("(PIN).", 2)]


def test_words_that_do_not_add_up_to_the_text_are_not_kept_beside_a_secret() -> None:
    text = "my card is 4111111111111111"
    words = [{"word": word, "start": 0.0, "end": 1.0} for word in ("four", "one", "one")]
    assert mask_words(text, words, mask((Line("caller", text),)).lines[0].spans) == []


def test_half_a_card_is_forgotten_wherever_it_stands() -> None:
    state = {"noted": {"number": "41111111", "amount": "$50.00"}, "tasks": [{"given": {"number": "1111 1111"}}]}
    assert forget(state, ("4111111111111111",)) == {
        "noted": {"number": "(card number)", "amount": "$50.00"},
        "tasks": [{"given": {"number": "(card number)"}}],
    }


def test_what_kinds_of_secrets_there_are() -> None:
    assert kinds_in("my PIN is 2749 and the card is 4111 1111 1111 1111") == {"pin", "card"}
