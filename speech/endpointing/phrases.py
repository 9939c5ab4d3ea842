"""What the words of a transcript tell about whether the caller has finished. English, as Whisper writes it."""

import re

from speech.digit_words import UNITS, plain_words

_YES = "yes yeah yep yup yea sure correct right exactly absolutely definitely affirmative okay ok"
_NO = "no nope nah negative"
_POLITE = "please thanks thank you that's that is it's it i do don't not uh um sir ma'am"
_MORE = "and or but so because if the a an my your to of for with from on in at about is are was i i'd i'm it's that's"
_THINKING = "um uh er erm like well then which who when where what would could can point"
_OPENERS = "hi hello hey thanks sorry look listen"
OPENERS = frozenset(f"{_YES} {_NO} {_OPENERS}".split())
YES_NO_WORDS = frozenset(f"{_YES} {_NO}".split())
POLITE_WORDS = frozenset(_POLITE.split())
OPEN_ENDS = frozenset(f"{_MORE} {_THINKING}".split())
MONEY = re.compile(r"(dollars?|bucks|cents?|\$\s?\d[\d,]*(\.\d\d)?|\d+\.\d\d|all of it|in full|minimum|half)\W*$", re.I)
COURTESY = re.compile(r"\w\W+(thank you|thanks|please|(good)?bye)\W*$", re.I)
NUMBER = re.compile(r"(\d|hundred|thousand|ty|teen)\W*$", re.I)


def is_yes_or_no(text: str) -> bool:
    """Whether it is a yes or a no and nothing besides."""
    words = plain_words(text)
    return any(word in YES_NO_WORDS for word in words) and all(
        word in YES_NO_WORDS or word in POLITE_WORDS for word in words
    )


def is_unfinished(text: str) -> bool:
    """Whether more is certain to come: "I want to pay my", "um...", or no word at all."""
    words = plain_words(text)
    return not words or words[-1] in OPEN_ENDS or text.rstrip().endswith((",", "-", "...", "…"))


def is_single_wish(text: str) -> bool:
    """Whether it is one word that is a wish by itself, "operator", and not one that opens a sentence."""
    words = plain_words(text)
    return len(words) == 1 and words[0] not in OPENERS


def is_punctuated(text: str) -> bool:
    """Whether the transcript ends as a sentence does, which a recogniser writes after almost anything."""
    return text.rstrip().endswith((".", "!", "?"))


def ends_in_money(text: str) -> bool:
    """Whether it ends in a whole amount: "fifty dollars", "$50", "the minimum"."""
    return MONEY.search(text) is not None


def ends_in_number(text: str) -> bool:
    """Whether it ends in a number that may go on: "four hundred", "March 5"."""
    return NUMBER.search(text) is not None


def ends_in_courtesy(text: str) -> bool:
    """Whether "please" or "thank you" closes a request; alone, "thanks" may begin another."""
    return COURTESY.search(text) is not None


def has_digit_at_an_end(text: str) -> bool:
    """Whether a number has begun, or goes on, beside words that may be digits misheard: "4. D-Row"."""
    words = plain_words(text)
    return any(word.isdecimal() or word in UNITS for word in (*words[:1], *words[-1:]))
