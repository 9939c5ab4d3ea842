"""Digits and letters as callers say them and as Whisper writes them; or nothing, where there are two candidates."""

import pytest

from ivr.nlu.digits import correction, digit_groups, digits, spelled

pytestmark = pytest.mark.unit

ASKED = {
    "four seven one nine": "4719",
    "4719": "4719",
    "4719.": "4719",
    "4,719": "4719",
    "4 7 1 9": "4719",
    "2, 7, 4, 9": "2749",
    "4-7-1-9": "4719",
    "47 19": "4719",
    "forty seven nineteen": "4719",
    "forty-seven nineteen": "4719",
    "four thousand seven hundred nineteen": "4719",
    "four seven nineteen": "4719",
    "double four one nine": "4419",
    "double four": "44",
    "triple nine": "999",
    "triple nine two": "9992",
    "one triple oh": "1000",
    "triple oh one": "0001",
    "double oh double one": "0011",
    "treble six": "666",
    "one double oh seven": "1007",
    "one double zero seven": "1007",
    "oh oh seven": "007",
    "o three one four": "0314",
    "oh three fourteen": "0314",
    "zero three one four": "0314",
    "nought three one four": "0314",
    "0314": "0314",
    "nineteen eighty four": "1984",
    "nineteen oh five": "1905",
    "twenty twenty": "2020",
    "two thousand": "2000",
    "two thousand five": "2005",
    "twenty five": "25",
    "fifteen ninety six": "1596",
    "fifty three eighty": "5380",
    "thirty one hundred": "3100",
    "eight hundred five five five": "800555",
    "314-226-1850": "3142261850",
    "314.226.1850": "3142261850",
    "(314) 226-1850": "3142261850",
    "three one four two two six eighteen fifty": "3142261850",
    "my pin is 9431": "9431",
    "My pin is nine four three one": "9431",
    "it's 9 4 3 1": "9431",
    "my pin # is 0314": "0314",
    "1596 i hope that's the right number": "1596",
    "9503 Pin.": "9503",
    "It is 9931939443153": "9931939443153",
    "I'm pretty sure it's 84318931431.": "84318931431",
    "Sure it's: 153531981": "153531981",
    "um four um seven one nine": "4719",
    "four, uh, seven, one, nine": "4719",
    "four seven and then one nine": "4719",
    "for seven one nine": "4719",
    "four seven won nine": "4719",
    "four seven to nine": "4729",
    "five ate one two": "5812",
    "niner niner one two": "9912",
    "four seven dash one nine": "4719",
    "eight four three one eight nine three one four three one": "84318931431",
    "nine": "9",
    "five": "5",
    "seven seven seven seven": "7777",
    "double seven double three": "7733",
    "quadruple one": "1111",
    "four seven one eight, no, four seven one nine": "4719",
    "4718 sorry 4719": "4719",
    "4718, I mean 4719": "4719",
    "My pin is 0314. I hope no one got ahold of it": "0314",
    "Have you seen how wonderful it is outside today? Oh... 1596": "1596",
    "84318931431. For the life of me I cannot remember my PIN.": "84318931431",
    "oh four seven one": "0471",
    "one two three four. Wait, one two four three.": "1243",
    "thirteen thirteen": "1313",
    "ninety nine oh one": "9901",
    "sixty three oh four": "6304",
}

REFUSED = [
    "",
    "I forgot.",
    "I don't remember",
    "either 3100 or 0314",
    "My PIN is either 7402 or 1596.",
    "it's 9431 or 3100",
    "4718 sorry 19",
    "my mother's name",
    "What was that now?",
    "Molly the dog.",
    "double",
    "to you",
    "Oh, gosh. I don't think I remember it.",
    "I don't remember. I am 93 years old and it's hard to remember things",
    "NO i dont remember that also, but my date of birth is 08/06/1963.",
    "Oh i forgot it, is there a different way to do this?",
    "oh no",
    "for me",
]

UNASKED = {
    "I have one question": "",
    "two of my cards": "",
    "my pin is four seven one nine": "4719",
    "account 84318931431": "84318931431",
    "pay it for me": "",
    "I'd like to make a payment": "",
    "it's fifteen ninety six": "1596",
    "number two": "",
}

LETTERS = {
    "s k 8 1 4 f y": "SK814FY",
    "T Q 6 R 4 F L": "TQ6R4FL",
    "Delta Alpha 6 1 Echo November": "DA61EN",
    "whiskey Romeo 8 Romeo 9 golf Juliet": "WR8R9GJ",
    "T for Tommy Q for Queen 6": "TQ6",
    "B as in Boy A as in Apple": "BA",
    "d as in delta 4": "D4",
    "a n n e": "ANNE",
    "j a y": "JAY",
    "double l o y d": "LLOYD",
    "m 9 8 3 RX": "M983RX",
    "h a 0 1 8 JL": "HA018JL",
    "G 7 7 w p": "G77WP",
    "n double four nine x z": "N449XZ",
    "I don't know": "",
}


@pytest.mark.parametrize(("said", "expected"), ASKED.items())
def test_digits_as_said(said: str, expected: str) -> None:
    assert digits(said, asked=True) == expected


@pytest.mark.parametrize("said", REFUSED)
def test_no_digits_rather_than_a_guess(said: str) -> None:
    assert digits(said, asked=True) == ""


@pytest.mark.parametrize(("said", "expected"), UNASKED.items())
def test_unasked_only_three_or_more_digits_are_a_string(said: str, expected: str) -> None:
    assert digits(said) == expected


def test_an_account_number_and_a_pin_in_one_breath_are_two_groups() -> None:
    assert digit_groups("95381901, with PIN 1596", asked=True) == ("95381901", "1596")


@pytest.mark.parametrize(("said", "expected"), LETTERS.items())
def test_letters_and_digits_spelled_out(said: str, expected: str) -> None:
    assert spelled(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("4 7 1, no, 5 9", ("471", "59")),
        ("four seven one eight, no, nine", ("4718", "9")),
        ("4718 sorry 19", ("4718", "19")),
        ("four seven, wait, five one nine", ("47", "519")),
        ("4719", None),
        ("no, 4719", None),
        ("4719 or 4718", None),
    ],
)
def test_what_is_said_in_place_of_digits(said: str, expected: tuple[str, str] | None) -> None:
    assert correction(said, asked=True) == expected
