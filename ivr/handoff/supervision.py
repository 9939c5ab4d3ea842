"""What a supervisor does: move a caller up, announce, listen, coach, barge in, take over. Each is audited."""

from typing import Literal

from sqlalchemy.orm import Session

from ivr.carrier.port import Carrier, CarrierError
from ivr.clock import Clock
from ivr.desk.queue import to_the_head
from ivr.handoff import events as ev
from ivr.handoff.engine import CALL_IS_OVER, get
from ivr.handoff.service import HandoffService
from ivr.live_updates import LiveUpdates
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Announcement, Audit, Handoff
from ivr.store.states import HANDOFF_WAITING

Mode = Literal["listen", "coach", "barge"]
LONGEST_ANNOUNCEMENT = 300


class SupervisionRefusedError(ValueError):
    """It cannot be done now; the message is a sentence for the screen."""


class Supervision:
    """`by` is always the supervisor's agent id. All raise SupervisionRefusedError, also for a CarrierError."""

    def __init__(
        self, sessions: Sessions, clock: Clock, carrier: Carrier, live: LiveUpdates, handoffs: HandoffService
    ) -> None:
        self._sessions, self._clock, self._carrier, self._live = sessions, clock, carrier, live
        self._handoffs = handoffs

    def move_up(self, handoff_id: int, by: int) -> None:
        """To the head of the queue."""
        with self._sessions.begin() as tx:
            row = get(tx, handoff_id)
            if row.state not in HANDOFF_WAITING:
                raise SupervisionRefusedError("that caller is not waiting any more")
            to_the_head(tx, row)
            self._note(tx, by, "moved-up", row)
        self._live.publish("desk", "queue", "")

    def announce(self, text: str, by: int) -> None:
        """Said to all who wait; "" takes it away."""
        text = " ".join(text.split())
        if len(text) > LONGEST_ANNOUNCEMENT:
            raise SupervisionRefusedError(
                f"an announcement has at most {LONGEST_ANNOUNCEMENT} characters; yours {len(text)}"
            )
        with self._sessions.begin() as tx:
            now, who = self._clock.now(), tx.get_one(Agent, by).email
            tx.add(Announcement(text=text, by=who, at=now))
            tx.add(Audit(at=now, actor=who, action="announcement", subject="queue", detail={"text": text}))
        self._live.publish("desk", "announcement", "")

    def join(self, handoff_id: int, by: int, mode: Mode) -> None:
        """Ring the supervisor into the call, or change how they take part: unheard, heard by the agent, or by both."""
        row, supervisor = self._live_call(handoff_id, by)
        conference, agent_leg = self._legs(row)
        muted, coach = mode == "listen", agent_leg if mode == "coach" else None
        leg = _leg_of(row, by)
        if leg is not None and self._ask(row, leg, muted, coach or ""):
            self._keep(handoff_id, by, mode, leg)
            return
        try:
            leg = self._carrier.add_participant(
                conference, supervisor.phone, f"supervisor-{by}", muted=muted, coach=coach,
                status_url=self._handoffs.addresses.of(handoff_id, f"supervisor/{by}/{mode}"),
                timeout=self._handoffs.config.rings.supervisor,
            )  # fmt: skip
        except CarrierError as error:
            if _leg_of(self._handoffs.find(handoff_id), by) is not None:
                return  # the carrier has told us of the leg: it rings, though the answer was lost
            raise SupervisionRefusedError(f"your phone could not be rung: {error}") from error
        self._keep(handoff_id, by, mode, leg)

    def take_over(self, handoff_id: int, by: int) -> None:
        """The supervisor, who is in the call, becomes its agent; the former agent's leg ends and they wrap up."""
        row, _ = self._live_call(handoff_id, by)
        leg = _leg_of(row, by)
        if leg is None or not self._ask(row, leg, muted=False, coach=""):
            raise SupervisionRefusedError("listen, coach or barge in first: your phone is not in that call")
        state = self._handoffs.state(self._handoffs.apply(handoff_id, ev.TakenOver(by, leg)))
        if state.current is None or state.current.agent != by:
            raise SupervisionRefusedError(CALL_IS_OVER)
        self._forget(handoff_id, by, "took-over")

    def leave(self, handoff_id: int, by: int) -> None:
        leg = _leg_of(self._handoffs.find(handoff_id), by)
        if leg is None:
            return
        try:
            self._carrier.end(leg)
        except CarrierError as error:
            raise SupervisionRefusedError(f"your phone could not be hung up: {error}") from error
        self._forget(handoff_id, by, "left")

    # --- inside ---

    def _live_call(self, handoff_id: int, by: int) -> tuple[Handoff, Agent]:
        with self._sessions() as tx:
            row, supervisor = get(tx, handoff_id), tx.get_one(Agent, by)
        if row.state != "bridged":
            raise SupervisionRefusedError(
                CALL_IS_OVER if row.state not in (*HANDOFF_WAITING, "offered", "accepted") else "nobody talks yet"
            )
        if row.agent_id == by:
            raise SupervisionRefusedError("it is your own call")
        return row, supervisor

    def _legs(self, row: Handoff) -> tuple[str, str]:
        """The conference, and the agent's leg in it."""
        state = self._handoffs.state(row)
        if state.conference is None or state.current is None or state.current.sid is None:
            raise SupervisionRefusedError(CALL_IS_OVER)
        return state.conference, state.current.sid

    def _ask(self, row: Handoff, leg: str, muted: bool, coach: str) -> bool:
        conference, _ = self._legs(row)
        try:
            return self._carrier.change_participant(conference, leg, muted=muted, coach=coach)
        except CarrierError as error:
            raise SupervisionRefusedError(f"the carrier did not do it: {error}") from error

    def _keep(self, handoff_id: int, by: int, mode: Mode, leg: str) -> None:
        with self._sessions.begin() as tx:
            row = get(tx, handoff_id)
            others = [listener for listener in row.listeners if listener["agent"] != by]
            row.listeners = [*others, {"agent": by, "mode": mode, "call_sid": leg}]
            self._note(tx, by, mode, row)
        self._live.publish("desk", "handoff", str(handoff_id))

    def _forget(self, handoff_id: int, by: int, action: str) -> None:
        with self._sessions.begin() as tx:
            row = get(tx, handoff_id)
            row.listeners = [listener for listener in row.listeners if listener["agent"] != by]
            self._note(tx, by, action, row)
        self._live.publish("desk", "handoff", str(handoff_id))

    def _note(self, tx: Session, by: int, action: str, row: Handoff) -> None:
        who = tx.get_one(Agent, by).email
        tx.add(Audit(at=self._clock.now(), actor=who, action=action, subject=f"handoff:{row.id}", detail={}))


def _leg_of(row: Handoff, agent_id: int) -> str | None:
    legs = [listener["call_sid"] for listener in row.listeners if listener["agent"] == agent_id]
    return str(legs[0]) if legs else None
