"""What callers say for an amount of money, and what it comes to; or nothing, where it would be a guess."""

import pytest

from ivr.nlu.money import money

pytestmark = pytest.mark.unit

PLAIN = {
    "fifty": [5000],
    "fifty dollars": [5000],
    "fifty bucks": [5000],
    "$50": [5000],
    "$50.": [5000],
    "50 dollars please": [5000],
    "50": [5000],
    "sixty.": [6000],
    "a hundred": [10000],
    "a hundred bucks": [10000],
    "one hundred dollars": [10000],
    "hundred dollars": [10000],
    "$100": [10000],
    "$100.00": [10000],
    "two hundred": [20000],
    "two hundred and fifty": [25000],
    "two hundred fifty dollars": [25000],
    "one hundred twenty five": [12500],
    "one hundred and twenty five dollars and fifty cents": [12550],
    "a hundred and twenty-five dollars and fifty cents": [12550],
    "one twenty five fifty": [12550],
    "One twenty-five fifty.": [12550],
    "one twenty five and fifty cents": [12550],
    "one twenty five dollars and fifty cents": [12550],
    "125 dollars and 50 cents": [12550],
    "$125.50": [12550],
    "125.50": [12550],
    "1 25 50": [12550],
    "two forty five seventeen": [24517],
    "twenty four fifty seventeen": [245017],
    "$2,450.17": [245017],
    "2,450.17": [245017],
    "$2450.17": [245017],
    "2450.17 dollars": [245017],
    "two thousand four hundred fifty dollars and seventeen cents": [245017],
    "two thousand four hundred and fifty": [245000],
    "twenty four hundred fifty": [245000],
    "twenty four hundred and fifty dollars": [245000],
    "twelve hundred": [120000],
    "twelve hundred dollars": [120000],
    "fifteen hundred bucks": [150000],
    "a thousand": [100000],
    "a thousand dollars": [100000],
    "one thousand": [100000],
    "1000": [100000],
    "1,000": [100000],
    "a grand": [100000],
    "two grand": [200000],
    "three and a half thousand": [350000],
    "three and a half grand": [350000],
    "3.5 thousand": [350000],
    "3.5k": [350000],
    "two k": [200000],
    "2k": [200000],
    "ten thousand dollars": [1000000],
    "two thousand fifty": [205000],
    "2 thousand 50": [205000],
    "one thousand two hundred thirty four dollars and fifty six cents": [123456],
    "$1,234.56": [123456],
    "four dollars fifty": [450],
    "four dollars and fifty cents": [450],
    "$4.50": [450],
    "four dollars and five cents": [405],
    "four dollars oh five": [405],
    "fifty cents": [50],
    "50 cents": [50],
    "a buck fifty": [150],
    "a dollar": [100],
    "a dollar twenty": [120],
    "one dollar": [100],
    "five bucks": [500],
    "twenty quid": [2000],
    "£20": [2000],
    "thirty pounds": [3000],
    "30 pounds 50": [3050],
    "€15": [1500],
    "fifteen euros": [1500],
    "twelve point five": [1250],
    "twelve point fifty dollars": [1250],
    "one twenty five point fifty": [12550],
    "like fifty dollars": [5000],
    "um, fifty": [5000],
    "uh let's do seventy five dollars": [7500],
    "let's say eighty": [8000],
    "make it forty": [4000],
    "I'd like to pay sixty five dollars": [6500],
    "put two hundred on it": [20000],
    "exactly ninety nine dollars and ninety nine cents": [9999],
    "$99.99": [9999],
    "only twenty": [2000],
    "can I pay thirty today": [3000],
    "five hundred even": [50000],
    "five hundred dollars flat": [50000],
    "fourty dollars": [4000],
    "seventy-three eighty-one dollars": [738100],
    "six hundred and one": [60100],
    "eleven hundred and eleven": [111100],
    "nine hundred ninety nine": [99900],
    "one million dollars": [100000000],
    "two hundred dollars and no cents": [20000],
    "one hundred and five": [10500],
    "one oh five fifty": [10550],
}

AMBIGUOUS = {
    "four fifty": [45000, 450],
    "one twenty": [12000, 120],
    "one oh five": [10500, 105],
    "two fifty": [25000, 250],
    "nine ninety nine": [99900, 999],
    "twelve fifty": [1250, 125000],
    "nineteen ninety nine": [1999, 199900],
    "twenty four fifty": [2450, 245000],
    "forty two eighty": [4280, 428000],
    "1 20": [12000, 120],
}

CORRECTED = {
    "no, sixty": [6000],
    "fifty, no, sixty": [6000],
    "fifty no wait sixty": [6000],
    "fifty dollars, sorry, fifteen dollars": [1500],
    "fifty I mean sixty dollars": [6000],
    "a hundred, make that two hundred": [20000],
    "fifty actually forty five": [4500],
    "two hundred. Scratch that, three hundred.": [30000],
}

TWO = {
    "fifty dollars now and thirty dollars on friday": [5000, 3000],
    "either fifty dollars or sixty dollars": [5000, 6000],
}

REFUSED = [
    "",
    "I don't know",
    "a few hundred",
    "a couple hundred dollars",
    "some money",
    "between fifty and sixty",
    "more than fifty dollars",
    "less than a hundred dollars",
    "fifty something",
    "minus fifty dollars",
    "zero dollars",
    "zero",
    "march third",
    "on the fifteenth",
    "the twenty first",
    "in three days",
    "two weeks from now",
    "the last three transactions",
    "fifty percent",
    "50%",
    "half of it",
    "the full amount",
    "at 4 pm",
    "option two",
    "number one",
    "0123",
    "account 84318931431",
    "the minimum",
    "that one",
    "fifty fifty fifty fifty",
    "ninety nine million dollars",
    "five minutes",
    "one of my accounts",
]

OPEN = {
    "I want to pay fifty bucks tomorrow": [5000],
    "pay $2,450.17 please": [245017],
    "I was charged twice": [],
    "my pin is four seven one nine": [],
    "someone used my card for three hundred dollars": [30000],
    "I need two cards": [],
    "call me at 314-226-1850": [],
}


@pytest.mark.parametrize(("said", "cents"), [*PLAIN.items(), *AMBIGUOUS.items(), *CORRECTED.items(), *TWO.items()])
def test_an_amount_as_said(said: str, cents: list[int]) -> None:
    assert money(said, bare=True) == tuple(cents)


@pytest.mark.parametrize("said", REFUSED)
def test_what_names_no_amount_gives_none(said: str) -> None:
    assert money(said, bare=True) == ()


@pytest.mark.parametrize(("said", "cents"), OPEN.items())
def test_unasked_only_a_currency_makes_a_number_money(said: str, cents: list[int]) -> None:
    assert money(said) == tuple(cents)
