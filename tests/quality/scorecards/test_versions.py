"""Scorecards in SQL: a draft is changed, a published version never; and how a draft is changed."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from ivr.quality.scorecards import drafting, versions
from ivr.quality.scorecards.definition import Definition, Question, faults
from ivr.quality.scorecards.rules import RULES
from ivr.quality.scorecards.starter import STARTER
from ivr.quality.scorecards.versions import ScorecardRefusedError
from ivr.store.models import Audit, ScorecardVersion
from tests.harness.judged_calls import SMALL, JudgedCalls

pytestmark = pytest.mark.integration


@pytest.fixture
def calls(sessions: object, clock: object) -> JudgedCalls:
    return JudgedCalls(sessions, clock)  # type: ignore[arg-type]


def test_a_published_version_never_changes_and_a_new_draft_begins_with_it(calls: JudgedCalls) -> None:
    first = calls.scorecard()
    with calls.sessions.begin() as tx, pytest.raises(ScorecardRefusedError, match="never changes"):
        versions.change_draft(tx, first, Definition(), "sam")
    with calls.sessions.begin() as tx:
        card = tx.get_one(ScorecardVersion, first).scorecard_id
        draft = versions.draft_of(tx, card, "sam")
        assert versions.draft_of(tx, card, "sam").id == draft.id
        assert (draft.number, Definition.from_json(draft.definition)) == (2, SMALL)
        versions.change_draft(tx, draft.id, drafting.remove_question(SMALL, "q1"), "sam")
    with calls.sessions() as tx:
        assert [one.id for one in versions.in_use(tx)] == [first]


def test_publishing_retires_the_version_before_and_is_audited(calls: JudgedCalls) -> None:
    first = calls.scorecard()
    with calls.sessions.begin() as tx:
        draft = versions.draft_of(tx, tx.get_one(ScorecardVersion, first).scorecard_id, "sam")
        versions.publish(tx, draft.id, "sam", calls.clock.now())
    with calls.sessions() as tx:
        assert [one.state for one in tx.scalars(select(ScorecardVersion).order_by(ScorecardVersion.number))] == [
            "retired", "published",
        ]  # fmt: skip
        assert [one.id for one in versions.in_use(tx)] == [draft.id]
        [card] = versions.all_scorecards(tx)
        assert (card.name, card.versions[-1].id) == ("Every call", draft.id)
        assert list(tx.scalars(select(Audit.action).order_by(Audit.id))) == [
            "scorecard-begun", "scorecard-published", "scorecard-published",
        ]  # fmt: skip


def test_what_has_faults_is_not_published_and_what_has_no_name_not_begun(calls: JudgedCalls) -> None:
    with calls.sessions.begin() as tx:
        card = versions.create(tx, "Empty", Definition(), "sam", calls.clock.now())
        with pytest.raises(ScorecardRefusedError, match="No question"):
            versions.publish(tx, card.versions[0].id, "sam", calls.clock.now())
        with pytest.raises(ScorecardRefusedError, match="1 to 80"):
            versions.create(tx, "  ", Definition(), "sam", calls.clock.now())


def test_our_own_scorecard_can_be_published_and_asks_what_every_rule_answers() -> None:
    assert faults(STARTER) == []
    assert {one.rule for one in STARTER.questions() if one.rule} == set(RULES)
    assert [one.id for one in STARTER.questions()] == [f"q{n}" for n in range(1, STARTER.used + 1)]


def test_a_removed_questions_number_is_not_given_again() -> None:
    shorter = drafting.remove_question(SMALL, "q4")
    longer = drafting.add_question(shorter, 1, Question("", "Calm?"))
    assert [one.id for one in longer.questions()] == ["q1", "q2", "q3", "q5"]


def test_questions_and_sections_move_and_stay_at_the_ends() -> None:
    moved = drafting.move_question(SMALL, "q4", -1)
    assert [one.id for one in moved.questions()] == ["q1", "q2", "q4", "q3"]
    assert drafting.move_question(SMALL, "q4", 1) == SMALL
    assert drafting.move_question(SMALL, "q9", 1) == SMALL
    swapped = drafting.move_section(SMALL, 1, -1)
    assert [one.title for one in swapped.sections] == ["Talk", "Start"]
    assert drafting.move_section(swapped, 0, -1) == swapped


def test_a_question_and_a_section_are_changed_in_their_place() -> None:
    warm = replace(SMALL.question("q3") or Question("", ""), text="Warm?")
    changed = drafting.rename_section(drafting.change_question(SMALL, warm), 1, "Tone")
    assert changed.question("q3") == warm
    assert [one.title for one in drafting.add_section(changed, "End").sections] == ["Start", "Tone", "End"]
    assert [one.title for one in drafting.remove_section(changed, 0).sections] == ["Tone"]
