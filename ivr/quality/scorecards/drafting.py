"""Changes to a scorecard's draft, each a new definition. Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ivr.quality.scorecards.definition import Definition, Question, Section

T = TypeVar("T")


def add_section(definition: Definition, title: str) -> Definition:
    return replace(definition, sections=(*definition.sections, Section(title)))


def rename_section(definition: Definition, place: int, title: str) -> Definition:
    return _in_section(definition, place, lambda section: replace(section, title=title))


def remove_section(definition: Definition, place: int) -> Definition:
    """With all its questions."""
    return replace(definition, sections=tuple(one for n, one in enumerate(definition.sections) if n != place))


def move_section(definition: Definition, place: int, by: int) -> Definition:
    """`by` 1 down, -1 up; at the end it stays."""
    return replace(definition, sections=_moved(definition.sections, place, by))


def add_question(definition: Definition, place: int, question: Question) -> Definition:
    """At the end of section `place`, under a number that no question has had."""
    number = definition.used + 1
    fresh = replace(question, id=f"q{number}")
    added = _in_section(definition, place, lambda one: replace(one, questions=(*one.questions, fresh)))
    return replace(added, used=number)


def change_question(definition: Definition, question: Question) -> Definition:
    """The question with its id as it is now."""
    return _of_each(definition, lambda all_: tuple(question if one.id == question.id else one for one in all_))


def remove_question(definition: Definition, question_id: str) -> Definition:
    return _of_each(definition, lambda all_: tuple(one for one in all_ if one.id != question_id))


def move_question(definition: Definition, question_id: str, by: int) -> Definition:
    """`by` 1 down, -1 up, within its section; at the end it stays."""

    def moved(questions: tuple[Question, ...]) -> tuple[Question, ...]:
        place = next((n for n, one in enumerate(questions) if one.id == question_id), None)
        return questions if place is None else _moved(questions, place, by)

    return _of_each(definition, moved)


def _in_section(definition: Definition, place: int, change: Callable[[Section], Section]) -> Definition:
    sections = (change(one) if n == place else one for n, one in enumerate(definition.sections))
    return replace(definition, sections=tuple(sections))


def _of_each(definition: Definition, change: Callable[[tuple[Question, ...]], tuple[Question, ...]]) -> Definition:
    sections = (replace(section, questions=change(section.questions)) for section in definition.sections)
    return replace(definition, sections=tuple(sections))


def _moved(all_: tuple[T, ...], place: int, by: int) -> tuple[T, ...]:
    to = min(max(place + by, 0), len(all_) - 1)
    rest = [*all_[:place], *all_[place + 1 :]]
    return (*rest[:to], all_[place], *rest[to:])
