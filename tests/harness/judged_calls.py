"""Calls with people in them, reviewers, and a small scorecard, for whatever judges calls."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.scorecards import versions
from ivr.quality.scorecards.definition import Choice, Definition, Question, Section
from ivr.quality.scorecards.evaluations import Given, Judgement
from ivr.quality.scorecards.subjects import Subject
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, Handoff, Offer, ScorecardVersion, Turn
from tests.fakes.fake_clock import FakeClock

CALL = "CA" + "7" * 32
SMALL = Definition(
    (
        Section("Start", (Question("q1", "Told that it is an AI?", weight=2, about="bot", rule="said-it-is-ai"),)),
        Section(
            "Talk",
            (
                Question("q2", "Let them finish?", weight=3, rule="let-finish"),
                Question("q3", "Friendly?", kind="scale", weight=3, comment_on_fail=True),
                Question(
                    "q4", "Helped?", kind="choice", weight=4, may_be_na=True,
                    choices=(Choice("All", 100), Choice("Some", 50), Choice("None", 0)),
                ),
            ),
        ),
    ),
    4,
)  # fmt: skip
GOOD = {"q1": Given("yes"), "q2": Given("yes"), "q3": Given("5"), "q4": Given("1")}


@dataclass(frozen=True)
class JudgedCalls:
    """A store with Ada, who takes calls, and Rosa and Sam, who judge them."""

    sessions: Sessions
    clock: FakeClock

    def person(self, name: str, *roles: str) -> int:
        with self.sessions.begin() as tx:
            known = tx.scalar(select(Agent).where(Agent.name == name))
            if known is not None:
                return known.id
            agent = Agent(
                email=f"{name.lower()}@bank.test", name=name, password_hash="-", roles=list(roles), phone="client:x",
                presence_since=self.clock.now(),
            )  # fmt: skip
            tx.add(agent)
        return agent.id

    def scorecard(self, definition: Definition = SMALL) -> int:
        """A published version's id."""
        with self.sessions.begin() as tx:
            card = versions.create(tx, "Every call", definition, "rosa@bank.test", self.clock.now())
            versions.publish(tx, card.versions[0].id, "rosa@bank.test", self.clock.now())
            return tx.scalars(select(ScorecardVersion.id).where(ScorecardVersion.scorecard_id == card.id)).one()

    def call(self, sid: str = CALL, agent: int | None = None) -> str:
        """A minute's call with the bot, and its second half with `agent`."""
        start = self.clock.now() - timedelta(seconds=60)
        with self.sessions.begin() as tx:
            tx.add(
                Call(
                    sid=sid, caller="+15550100001", called="+15550100000", started_at=start,
                    ended_at=self.clock.now(), outcome="resolved", stage="ended", notice="en-1",
                )
            )  # fmt: skip
            tx.flush()
            tx.add_all(_turns(sid))
            if agent is not None:
                self._talks(tx, sid, agent)
        return sid

    def _talks(self, tx: Session, sid: str, agent: int) -> None:
        at = self.clock.now() - timedelta(seconds=30)
        handoff = Handoff(
            call_sid=sid, state="served", reason="asked", intent="", summary="Asks for a person.", requested_at=at,
            agent_id=agent, times={"requested": at.isoformat(), "bridged": at.isoformat()},
        )  # fmt: skip
        tx.add(handoff)
        tx.flush()
        offer = Offer(
            handoff_id=handoff.id, number=1, agent_id=agent, offered_at=at, ended_at=self.clock.now(),
            outcome="accepted",
        )  # fmt: skip
        said = Turn(call_sid=sid, key="agent", speaker="agent", text="Hello.", start=42.0, end=44.0)
        tx.add_all([offer, said])


def _turns(sid: str) -> list[Turn]:
    return [
        Turn(call_sid=sid, key="b1", speaker="bot", prompt="open.ask/1", text="How?", start=6.0, end=8.0, played=1.0),
        Turn(call_sid=sid, key="c1", speaker="caller", text="A person, please.", start=9.0, end=11.0),
        Turn(call_sid=sid, key="b2", speaker="bot", prompt="person.asked/1", text="Of course.", start=10.0, end=13.0,
             played=1.0),
    ]  # fmt: skip


def judgement(version: int, reviewer: int, agent: int | None = None, sid: str = CALL, **more: Given) -> Judgement:
    """All well but for `more`, by question."""
    return Judgement(Subject(sid, agent), version, reviewer, {**GOOD, **more})
