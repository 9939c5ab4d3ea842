"""A caller over the media process, and what stands of their call."""

from sqlalchemy import select

from ivr.calls.dialogue_steps import Applied
from ivr.dialogue.actions import Query, Say
from ivr.dialogue.events import Keyed
from ivr.store.engine import Sessions
from ivr.store.models import Call, Turn
from speech.events import UserTurn, Word
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls


class MediaCaller:
    """Talks to the call service as the media process does."""

    def __init__(self, calls: Calls) -> None:
        self.calls, self.number = calls, 0

    def dial(self) -> Applied:
        connected = self.calls.dialogue.connect(SID, self.calls.answer(SID, MORGAN, LINE).token)
        return self.follow(self.calls.dialogue.apply(SID, self.calls.dialogue.opening(connected), self.next()))

    def say(self, text: str) -> Applied:
        heard = UserTurn(text, 0.9, (Word(text, 1.0, 1.5, 0.9),), 1.0, 1.5, {"wait": 300.0, "listen": 200.0})
        return self.follow(self.calls.dialogue.hear(SID, heard, "open", self.next()))

    def key(self, digits: str) -> Applied:
        turn = UserTurn.of_keys(digits, 2.0)
        return self.follow(self.calls.dialogue.apply(SID, Keyed(digits), self.next(), turn))

    def follow(self, applied: Applied) -> Applied:
        """Asks the ledger whatever the dialogue wants to know."""
        actions = applied.actions
        while actions and isinstance(actions[-1][1], Query):
            answer = self.calls.dialogue.ask(SID, actions[-1][1])
            actions = self.calls.dialogue.apply(SID, answer, self.next()).actions
            applied = Applied((*applied.actions, *actions))
        return applied

    def next(self) -> str:
        self.number += 1
        return f"s1.{self.number}"


def call_of(sessions: Sessions) -> Call:
    with sessions() as tx:
        return tx.get_one(Call, SID)


def turns_of(sessions: Sessions, speaker: str) -> list[Turn]:
    with sessions() as tx:
        return list(tx.scalars(select(Turn).where(Turn.speaker == speaker).order_by(Turn.id)))


def said(applied: Applied) -> str:
    return " ".join(action.text for _, action in applied.actions if isinstance(action, Say))
