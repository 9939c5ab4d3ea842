"""How a call scores on a scorecard. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.quality.scorecards.definition import NOT_APPLICABLE, Definition, Party, Question, asked


@dataclass(frozen=True, slots=True)
class Score:
    """`percent` 0 to 100 with one decimal, of what was answered so far; None where no answer counts.

    `fatal`: the questions that make it 0. `sections`: each section's own percent, fatal or not. `missing`: asked and
    not answered.
    """

    percent: float | None
    fatal: tuple[str, ...]
    sections: dict[str, float | None]
    missing: tuple[str, ...]


def score(definition: Definition, answers: Mapping[str, str], party: Party) -> Score:
    """The points earned of the points there were: not applicable leaves a question out, a fatal fail makes it 0.

    Answers to questions that are not asked count for nothing. Raises KeyError for an answer that a question does not
    have.
    """
    shown = asked(definition, answers, party)
    given = {question.id: answers[question.id] for question in shown if answers.get(question.id)}
    fatal = tuple(question.id for question in shown if question.fatal and _fails(question, given))
    ids = {question.id for question in shown}
    sections = {
        section.title: _percent([one for one in section.questions if one.id in ids], given)
        for section in definition.sections
    }
    return Score(
        percent=0.0 if fatal else _percent(shown, given),
        fatal=fatal,
        sections=sections,
        missing=tuple(question.id for question in shown if question.id not in given),
    )


def uncommented(
    definition: Definition, answers: Mapping[str, str], comments: Mapping[str, str], party: Party
) -> tuple[str, ...]:
    """The failed questions that want a comment and have none."""
    return tuple(
        question.id
        for question in asked(definition, answers, party)
        if question.comment_on_fail and _fails(question, answers) and not comments.get(question.id, "").strip()
    )


def _fails(question: Question, given: Mapping[str, str]) -> bool:
    return bool(given.get(question.id)) and question.fails(given[question.id])


def _percent(questions: Iterable[Question], given: Mapping[str, str]) -> float | None:
    counted = [one for one in questions if given.get(one.id, NOT_APPLICABLE) != NOT_APPLICABLE]
    whole = sum(question.weight for question in counted)
    earned = sum(question.weight * question.share(given[question.id]) for question in counted)
    return round(100 * earned / whole, 1) if whole else None
