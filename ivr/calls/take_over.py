"""A caller who is with the bot: listened to by a supervisor, and brought to the one who asks for them."""

from ivr.calls.dialogue_steps import TALKING, DialogueSteps
from ivr.clock import Clock
from ivr.desk.agents import BUSY
from ivr.dialogue.events import TakenOver
from ivr.handoff.supervision import SupervisionRefusedError
from ivr.live_updates import Publisher
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Audit, Call

NOT_THE_BOTS = "the bot does not have that call any more"


class BotCalls:
    """The board's side of calls that the bot has."""

    def __init__(self, sessions: Sessions, clock: Clock, live: Publisher, steps: DialogueSteps) -> None:
        self._sessions, self._clock, self._live, self._steps = sessions, clock, live, steps

    def listen(self, sid: str, by: int) -> None:
        """Agent `by` begins to listen in, which stands in the audit first. Raises SupervisionRefusedError, with a
        sentence for the screen, where the bot does not have the call."""
        with self._sessions.begin() as tx:
            if _gone(tx.get(Call, sid)):
                raise SupervisionRefusedError(NOT_THE_BOTS)
            who = tx.get_one(Agent, by).email
            tx.add(Audit(at=self._clock.now(), actor=who, action="listened-live", subject=f"call:{sid}", detail={}))

    def has(self, sid: str) -> bool:
        """Whether the bot has the call, so that there is something to listen to."""
        with self._sessions() as tx:
            return not _gone(tx.get(Call, sid))

    def take_over(self, sid: str, by: int) -> None:
        """The bot says one sentence, and the call is handed over to agent `by`, whose phone rings.

        Should they not answer, it is a hand-off like any other. Raises LookupError where there is no such call, and
        SupervisionRefusedError, with a sentence for the screen, where it cannot be taken over now.
        """
        now = self._clock.now()
        with self._sessions.begin() as tx:
            call = tx.get(Call, sid, with_for_update=True)
            if call is None:
                raise LookupError(f"there is no call {sid}")
            supervisor = tx.get_one(Agent, by, with_for_update=True)
            if (why := _refusal(call, supervisor)) is not None:
                raise SupervisionRefusedError(why)
            self._steps.take(tx, call, TakenOver(by), now)
            tx.add(Audit(at=now, actor=supervisor.email, action="took-over", subject=f"call:{sid}", detail={}))
        self._live.publish(f"call:{sid}", "turn", sid)
        self._live.publish("desk", "handoff", sid)


def _gone(call: Call | None) -> bool:
    return call is None or call.ended_at is not None or call.stage not in TALKING


def _refusal(call: Call, supervisor: Agent) -> str | None:
    if supervisor.presence in BUSY:
        return "you have a call yourself: end it first"
    if call.stage == "card":
        return "the caller is keying in a card: take the call over once that is done"
    if call.ended_at is not None or call.stage != "dialogue":
        return NOT_THE_BOTS
    if call.dialogue is None:
        return "the bot has not greeted that caller yet: try again in a moment"
    return None
