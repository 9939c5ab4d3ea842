"""What an agent asks of a warm transfer: bring a second in, talk with them alone, all together, and leave."""

from sqlalchemy.orm import Session

from ivr.carrier.port import CarrierError
from ivr.desk import agents
from ivr.dialling.dials import DialRefusedError
from ivr.handoff import events as ev
from ivr.handoff.engine import CALL_IS_OVER, Within, get
from ivr.handoff.service import HandoffService
from ivr.handoff.state import State
from ivr.payments import agent_cards
from ivr.redaction import mask_text
from ivr.store.models import Agent, Audit, Handoff, Note

LONGEST_NOTE = 500
BUSY = "that colleague is not free any more: choose another"


class TransferRefusedError(ValueError):
    """It cannot be done now; the message is a sentence for the screen."""


def caller_leg(row: Handoff) -> str | None:
    """The sid of the caller's leg while they talk with one agent; None while a second is being brought in."""
    state = State.from_json(row.machine)
    return None if state.second is not None else state.dialled or row.call_sid


class Transfers:
    """`by` is the id of the agent whose call it is. All raise TransferRefusedError, also for a CarrierError."""

    def __init__(self, handoffs: HandoffService) -> None:
        self._handoffs = handoffs

    def ask(self, handoff_id: int, by: int, to: int = 0, phone: str = "", note: str = "") -> None:
        """Put the caller on hold and ring a colleague, or with `to` 0 the number `phone` (E.164)."""
        state = self._own(handoff_id, by)
        if state.second is not None:
            raise TransferRefusedError("somebody is being brought into this call already")
        self._check(handoff_id, to, phone, note)
        if not state.held:
            self._hold(handoff_id, by, True)
        event = ev.TransferTo(by, to, phone, mask_text(note))
        try:
            state = self._state(handoff_id, event, lambda tx: self._keep(tx, handoff_id, event))
        except DialRefusedError as refused:
            self._hold(handoff_id, by, False)
            raise TransferRefusedError(str(refused)) from refused
        if state.second is None:
            self._hold(handoff_id, by, False)
            raise TransferRefusedError(BUSY)

    def together(self, handoff_id: int, by: int) -> None:
        """All three hear each other."""
        second = self._own(handoff_id, by).second
        if second is None or not second.joined:
            raise TransferRefusedError("nobody has been brought into this call yet")
        self._state(handoff_id, ev.Together(by))

    def alone(self, handoff_id: int, by: int) -> None:
        """Back to the caller; whoever was brought in, or is rung, is let go."""
        self._own(handoff_id, by)
        self._state(handoff_id, ev.Alone(by))

    def leave(self, handoff_id: int, by: int) -> None:
        """The second keeps the call."""
        second = self._own(handoff_id, by).second
        if second is None or not second.joined:
            raise TransferRefusedError("nobody is there yet to take this call")
        self._handoffs.end(handoff_id, by)

    # --- inside ---

    def _own(self, handoff_id: int, by: int) -> State:
        state = self._handoffs.state(self._handoffs.find(handoff_id))
        if not state.bridged or state.current is None or state.current.agent != by:
            raise TransferRefusedError(CALL_IS_OVER)
        return state

    def _check(self, handoff_id: int, to: int, phone: str, note: str) -> None:
        if len(note) > LONGEST_NOTE:
            raise TransferRefusedError(
                f"a note to a colleague has at most {LONGEST_NOTE} characters; yours {len(note)}"
            )
        with self._handoffs.sessions() as tx:
            if agent_cards.standing(tx, handoff_id) is not None:
                raise TransferRefusedError("a card is being taken: finish or cancel that first")
            if to and agents.free_since(tx, to) is None:
                raise TransferRefusedError(BUSY)
        if not to and not phone:
            raise TransferRefusedError("choose a colleague, or write a telephone number")
        try:
            self._handoffs.dials.check(phone) if phone else None
        except DialRefusedError as refused:
            raise TransferRefusedError(str(refused)) from refused

    def _hold(self, handoff_id: int, by: int, on: bool) -> None:
        try:
            done = self._handoffs.hold(handoff_id, by, on)
        except CarrierError as error:
            raise TransferRefusedError(f"the carrier did not do it: {error}") from error
        if not done:
            raise TransferRefusedError(CALL_IS_OVER)

    def _state(self, handoff_id: int, event: ev.Event, within: Within | None = None) -> State:
        return self._handoffs.state(self._handoffs.apply(handoff_id, event, within))

    def _keep(self, tx: Session, handoff_id: int, event: ev.TransferTo) -> None:
        """The note for whoever reads the call later, and who asked whom."""
        row, now = get(tx, handoff_id), self._handoffs.now()
        second = State.from_json(row.machine).second
        if second is None or (second.agent, second.phone) != (event.to, event.phone):
            return
        if event.phone:
            asks = f"agent:{tx.get_one(Agent, event.by).email}"
            self._handoffs.dials.permit(tx, event.phone, "transfer", asks, row.call_sid, now)
        if event.note:
            tx.add(Note(call_sid=row.call_sid, agent_id=event.by, at=now, kind="note", text=event.note))
        who, detail = tx.get_one(Agent, event.by).email, {"to": event.to or "a telephone number"}
        tx.add(Audit(at=now, actor=who, action="transfer", subject=f"handoff:{handoff_id}", detail=detail))
