"""Whatever a person types can be read, and means the same to them as to the index."""

import pytest

from ivr.quality.search.words import Term, fold, mark, read, words_in

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("dispute", [Term(("dispute",))]),
        ("Charge from  ACME", [Term(("charge",)), Term(("from",)), Term(("acme",))]),
        ('"due date"', [Term(("due", "date"))]),
        ("“due date”", [Term(("due", "date"))]),
        ("disput*", [Term(("disput",), prefix=True)]),
        ('"late fe"*', [Term(("late", "fe"), prefix=True)]),
        ("fee -late", [Term(("fee",)), Term(("late",), without=True)]),
        ('fee -"late fee"', [Term(("fee",)), Term(("late", "fee"), without=True)]),
        ("follow-up", [Term(("follow", "up"))]),
        ("¿Qué año?", [Term(("que",)), Term(("ano",))]),
        ("don't", [Term(("dont",))]),
        ("$42.10", [Term(("42", "10"))]),
    ],
)
def test_what_is_looked_for(typed: str, terms: list[Term]) -> None:
    assert read(typed).terms == tuple(terms)
    assert read(typed).notes == ()


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ('"due date', "quotation mark"),
        ("-refund", "add a word"),
        ("*** -- ' !", "no word"),
        ("a " * 40, "first 12"),
    ],
)
def test_what_makes_no_sense_is_said(typed: str, note: str) -> None:
    assert note in read(typed).notes[0]


@pytest.mark.parametrize(
    "typed",
    ["AND OR NOT", "caller : x", "NEAR(a b)", "a) OR (b", "'; DROP TABLE x", "\\", '""', "^x", "a\0b", "*", "-"],
)
def test_signs_of_a_query_language_are_signs(typed: str) -> None:
    for term in read(typed).terms:
        assert all(word.isalnum() for word in term.words)


def test_nothing_typed_is_nothing_to_say() -> None:
    assert (read("  ").terms, read("").notes) == ((), ())


def test_words_are_folded() -> None:
    assert fold("CAFÉ Straße I’m") == "cafe strasse im"
    assert words_in("It's 9-10, O’Neill!") == ["its", "9", "10", "oneill"]


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("charge", ["charge"]),
        ('"the charge"', ["The charge"]),
        ("char* acme", ["charge", "ACMÉ"]),
        ("charge -mine", ["charge"]),
        ("nothing", []),
    ],
)
def test_what_was_looked_for_is_marked_where_it_stands(typed: str, marked: list[str]) -> None:
    text = "The charge from ACMÉ is not mine."
    pieces = mark(text, read(typed).wanted)
    assert [piece for piece, is_it in pieces if is_it] == marked
    assert "".join(piece for piece, _ in pieces) == text
