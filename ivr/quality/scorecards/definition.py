"""What a scorecard asks: sections of questions, as data. Pure.

One scorecard serves bot and people: each question says of whom it is asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self, get_args

Kind = Literal["yes-no", "scale", "choice"]
About = Literal["both", "bot", "agent"]
Party = Literal["bot", "agent"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ABOUT: tuple[About, ...] = get_args(About)
NOT_APPLICABLE = "na"
HEAVIEST, LONGEST_SCALE = 100, 10


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose; `points` of 100 that it earns."""

    text: str
    points: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Answers are "yes" and "no", "1" to `steps`, or a choice's number from "1" on; or "na".

    An answer that earns less than half of the points is a fail; a fail of a `fatal` question makes the whole score 0.
    `shown_if`: an earlier question's id and the answer to it with which this one is asked. `rule`: what answers it by
    itself, one of `ivr.quality.scorecards.rules`.
    """

    id: str
    text: str
    kind: Kind = "yes-no"
    weight: int = 1
    about: About = "both"
    help: str = ""
    fatal: bool = False
    may_be_na: bool = False
    comment_on_fail: bool = False
    steps: int = 5
    choices: tuple[Choice, ...] = ()
    shown_if: tuple[str, str] | None = None
    rule: str = ""

    def options(self) -> dict[str, str]:
        """Every answer in words, but for "na"."""
        match self.kind:
            case "yes-no":
                return {"yes": "Yes", "no": "No"}
            case "scale":
                return {str(step): str(step) for step in range(1, self.steps + 1)}
            case "choice":
                return {str(number): choice.text for number, choice in enumerate(self.choices, 1)}

    def share(self, answer: str) -> float:
        """What part of its points an answer earns, 0 to 1. Raises KeyError for what is no answer to it."""
        if answer not in self.options():
            raise KeyError(answer)
        match self.kind:
            case "yes-no":
                return 1.0 if answer == "yes" else 0.0
            case "scale":
                return (int(answer) - 1) / (self.steps - 1)
            case "choice":
                return self.choices[int(answer) - 1].points / 100

    def fails(self, answer: str) -> bool:
        return answer != NOT_APPLICABLE and self.share(answer) < 0.5

    def asked_of(self, party: Party) -> bool:
        return self.about in ("both", party)

    def accepts(self, answer: str) -> bool:
        return answer in self.options() or (answer == NOT_APPLICABLE and self.may_be_na)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """The content of one version. `used` numbers have been given to questions, of which none is given again."""

    sections: tuple[Section, ...] = ()
    used: int = 0

    def questions(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions() if question.id == question_id), None)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        sections = tuple(
            Section(section["title"], tuple(map(_question, section["questions"]))) for section in kept["sections"]
        )
        return cls(sections, kept["used"])


def _question(kept: Mapping[str, Any]) -> Question:
    shown_if = tuple(kept["shown_if"]) if kept["shown_if"] else None
    choices = tuple(Choice(**choice) for choice in kept["choices"])
    return replace(Question(**kept), choices=choices, shown_if=shown_if)


def asked(definition: Definition, answers: Mapping[str, str], party: Party) -> list[Question]:
    """The questions that `party` is judged by, given the answers so far: those whose condition holds."""
    shown: dict[str, Question] = {}
    for question in definition.questions():
        needs = question.shown_if
        holds = needs is None or (needs[0] in shown and answers.get(needs[0]) == needs[1])
        if question.asked_of(party) and holds:
            shown[question.id] = question
    return list(shown.values())


def faults(definition: Definition) -> list[str]:
    """Why a scorecard cannot be published, in sentences; none when it can."""
    found = [] if any(question.weight for question in definition.questions()) else ["No question has a weight yet."]
    found += [f"Section {section.title} has no questions." for section in definition.sections if not section.questions]
    earlier: dict[str, Question] = {}
    for question in definition.questions():
        found += _faults_of(question, earlier)
        earlier[question.id] = question
    return found


def _faults_of(question: Question, earlier: Mapping[str, Question]) -> Iterator[str]:
    if not question.text:
        yield "A question has no text."
    if not 0 <= question.weight <= HEAVIEST:
        yield f"{question.text}: the weight {question.weight} is not 0 to {HEAVIEST}."
    if question.kind == "scale" and not 2 <= question.steps <= LONGEST_SCALE:
        yield f"{question.text}: a scale has 2 to {LONGEST_SCALE} steps, not {question.steps}."
    if question.kind == "choice" and len(question.choices) < 2:
        yield f"{question.text}: it needs two choices at least."
    if any(not 0 <= choice.points <= 100 for choice in question.choices):
        yield f"{question.text}: a choice earns 0 to 100 points."
    if question.rule and question.kind != "yes-no":
        yield f"{question.text}: what a fact decides is a yes or a no."
    if question.shown_if is not None:
        yield from _faults_of_condition(question, *question.shown_if, earlier)


def _faults_of_condition(question: Question, other: str, answer: str, earlier: Mapping[str, Question]) -> Iterator[str]:
    before = earlier.get(other)
    if before is None:
        yield f"{question.text}: it is asked after an answer to a question that does not come before it."
    elif not before.accepts(answer):
        yield f"{question.text}: it is asked after an answer that {before.text!r} cannot have."
    elif before.about not in ("both", question.about):
        yield f"{question.text}: it hangs on {before.text!r}, which is not asked of all that it is asked of."
