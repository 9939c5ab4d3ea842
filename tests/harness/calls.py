"""Both sides of a call, wired as the line wires them."""

from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from ivr.calls.actions import RequestHandoff
from ivr.calls.dialogue_service import DialogueService, Understand
from ivr.calls.dialogue_steps import DialogueSteps
from ivr.calls.one_time_codes import OneTimeCodes
from ivr.calls.opening import Opening
from ivr.calls.pin_guard import PinGuard
from ivr.calls.queries import Queries
from ivr.calls.service import CallService
from ivr.clock import Clock
from ivr.ledger.port import Ledger
from ivr.live_updates import Publisher
from ivr.store.engine import Sessions


class Calls(CallService):
    """The carrier's side of calls, with the channels' side of the same calls as `dialogue`."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        understand: Understand,
        ledger: Ledger,
        live: Publisher,
        request_handoff: RequestHandoff,
        *,
        company: str,
        notice: str,
        time_zone: str = "UTC",
        recorded_turns: bool = False,
        braked: Callable[[], Iterable[str]] = tuple,
        codes: OneTimeCodes | None = None,
    ) -> None:
        steps = DialogueSteps(clock, ZoneInfo(time_zone), request_handoff)
        super().__init__(sessions, clock, live, steps, notice=notice, recorded_turns=recorded_turns)
        queries = Queries(ledger, PinGuard(sessions, clock, ledger), codes)
        opening = Opening(ledger, company, codes is not None, braked)
        self.dialogue = DialogueService(sessions, clock, live, steps, understand, queries, opening)
