"""Scores, computed by hand and by properties that hold for every scorecard."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.quality.scorecards.definition import Choice, Definition, Kind, Question, Section, asked, faults
from ivr.quality.scorecards.scoring import score, uncommented

pytestmark = pytest.mark.unit

GREETED = Question("q1", "Greeted?", weight=1)
VERIFIED = Question("q2", "Verified first?", weight=3, fatal=True, may_be_na=True)
CLEAR = Question("q3", "How clear?", kind="scale", weight=2, steps=5)
SOLVED = Question(
    "q4", "Solved?", kind="choice", weight=4, choices=(Choice("All", 100), Choice("Some", 50), Choice("None", 0)),
    comment_on_fail=True,
)  # fmt: skip
WHY = Question("q5", "Could it have been?", weight=2, shown_if=("q4", "3"))
BRIEF = Question("q6", "Read the brief?", weight=1, about="agent")
CARD = Definition((Section("Start", (GREETED, VERIFIED)), Section("Matter", (CLEAR, SOLVED, WHY, BRIEF))), 6)


@pytest.mark.parametrize(
    ("answers", "percent"),
    [
        ({"q1": "yes", "q2": "yes", "q3": "5", "q4": "1"}, 100.0),
        ({"q1": "no", "q2": "yes", "q3": "3", "q4": "2"}, 60.0),  # (0 + 3 + 1 + 2) of (1 + 3 + 2 + 4)
        ({"q1": "yes", "q2": "na", "q3": "2", "q4": "1"}, 78.6),  # (1 + 0.5 + 4) of (1 + 2 + 4)
        ({"q1": "yes", "q2": "yes", "q3": "5", "q4": "3", "q5": "yes"}, 66.7),  # (1 + 3 + 2 + 0 + 2) of 12
        ({"q1": "yes", "q2": "no", "q3": "5", "q4": "1"}, 0.0),
        ({"q1": "yes"}, 100.0),
        ({"q2": "na"}, None),
        ({}, None),
    ],
)
def test_hand_computed_scores(answers: dict[str, str], percent: float | None) -> None:
    assert score(CARD, answers, "bot").percent == percent


def test_each_section_has_its_own_percent_even_where_something_is_fatal() -> None:
    judged = score(CARD, {"q1": "yes", "q2": "no", "q3": "3", "q4": "1"}, "bot")
    assert (judged.percent, judged.fatal) == (0.0, ("q2",))
    assert judged.sections == {"Start": 25.0, "Matter": 83.3}


def test_what_is_asked_depends_on_the_party_and_on_earlier_answers() -> None:
    assert [one.id for one in asked(CARD, {"q4": "3"}, "agent")] == ["q1", "q2", "q3", "q4", "q5", "q6"]
    assert [one.id for one in asked(CARD, {"q4": "1"}, "bot")] == ["q1", "q2", "q3", "q4"]
    assert score(CARD, {"q1": "yes"}, "bot").missing == ("q2", "q3", "q4")


def test_an_answer_to_a_question_that_is_not_asked_counts_for_nothing() -> None:
    whole = {"q1": "yes", "q2": "yes", "q3": "5", "q4": "1"}
    assert score(CARD, {**whole, "q5": "no", "q6": "no"}, "bot").percent == 100.0


def test_a_fail_that_wants_a_comment_says_so() -> None:
    assert uncommented(CARD, {"q4": "3"}, {"q4": "  "}, "bot") == ("q4",)
    assert uncommented(CARD, {"q4": "3"}, {"q4": "The refund was forgotten."}, "bot") == ()
    assert uncommented(CARD, {"q4": "2"}, {}, "bot") == ()


def test_an_answer_that_a_question_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        score(CARD, {"q3": "6"}, "bot")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (replace(WHY, shown_if=("q9", "yes")), "does not come before"),
        (replace(WHY, shown_if=("q4", "yes")), "cannot have"),
        (replace(WHY, id="q7", shown_if=("q6", "yes")), "not asked of all"),
        (replace(GREETED, weight=101), "weight 101"),
        (replace(CLEAR, steps=1), "2 to 10 steps"),
        (replace(SOLVED, choices=()), "two choices"),
        (replace(CLEAR, rule="dead-air"), "yes or a no"),
    ],
)
def test_a_card_that_cannot_be_published_says_why(question: Question, words: str) -> None:
    sections = (*CARD.sections, Section("More", (question,)))
    assert any(words in fault for fault in faults(replace(CARD, sections=sections)))


def test_a_good_card_has_no_faults_and_survives_being_kept() -> None:
    assert faults(CARD) == []
    assert Definition.from_json(CARD.to_json()) == CARD
    assert faults(Definition()) == ["No question has a weight yet."]


# --- for every card ---


@st.composite
def judged_cards(draw: st.DrawFn) -> tuple[Definition, dict[str, str]]:
    questions, answers = [], {}
    for number in range(draw(st.integers(1, 8))):
        kind: Kind = draw(st.sampled_from(("yes-no", "scale", "choice")))
        points = draw(st.lists(st.integers(0, 100), min_size=2, max_size=4))
        question = Question(
            f"q{number}", "?", kind, draw(st.integers(1, 9)), may_be_na=True, steps=draw(st.integers(2, 10)),
            choices=tuple(Choice("c", point) for point in points), fatal=draw(st.booleans()),
        )  # fmt: skip
        questions.append(question)
        answers[question.id] = draw(st.sampled_from([*question.options(), "na"]))
    return Definition((Section("All", tuple(questions)),), len(questions)), answers


@given(judged_cards())
def test_a_score_lies_between_nothing_and_all(judged: tuple[Definition, dict[str, str]]) -> None:
    card, answers = judged
    found = score(card, answers, "bot")
    assert found.missing == ()
    if all(answer == "na" for answer in answers.values()):
        assert found.percent is None
    else:
        assert found.percent is not None and 0.0 <= found.percent <= 100.0


@given(judged_cards(), st.integers(2, 9))
def test_weights_count_in_proportion(judged: tuple[Definition, dict[str, str]], factor: int) -> None:
    card, answers = judged
    heavier = tuple(replace(one, weight=one.weight * factor) for one in card.questions())
    scaled = Definition((Section("All", heavier),), card.used)
    assert score(scaled, answers, "bot").percent == pytest.approx(score(card, answers, "bot").percent, abs=0.11)


@given(judged_cards())
def test_not_applicable_is_as_if_it_had_not_been_asked(judged: tuple[Definition, dict[str, str]]) -> None:
    card, answers = judged
    left = tuple(one for one in card.questions() if answers[one.id] != "na")
    without = Definition((Section("All", left),), card.used)
    assert score(without, answers, "bot").percent == score(card, answers, "bot").percent


@given(judged_cards())
def test_a_better_answer_never_makes_a_score_worse(judged: tuple[Definition, dict[str, str]]) -> None:
    card, answers = judged
    before = score(card, answers, "bot").percent
    for question in card.questions():
        if answers[question.id] == "na":
            continue
        best = max(question.options(), key=question.share)
        after = score(card, {**answers, question.id: best}, "bot").percent
        assert before is not None and after is not None and after >= before


@given(judged_cards())
def test_a_fatal_fail_makes_it_nothing_and_only_that_does_by_itself(judged: tuple[Definition, dict[str, str]]) -> None:
    card, answers = judged
    failed = [one.id for one in card.questions() if one.fatal and one.fails(answers[one.id])]
    found = score(card, answers, "bot")
    assert list(found.fatal) == failed
    if failed:
        assert found.percent == 0.0
