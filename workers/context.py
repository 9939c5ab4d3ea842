"""What jobs work with: made by a factory named by its import path, once in each process that runs jobs."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from ivr.calls.dialogue_service import DialogueService
from ivr.calls.sweeper import Sweeper
from ivr.carrier.port import Carrier
from ivr.clock import Clock
from ivr.desk.bot_brake import Brakes
from ivr.dialling.dials import Dials
from ivr.handoff.service import HandoffService
from ivr.ledger.port import Ledger, LedgerError
from ivr.live_updates import LiveUpdates
from ivr.payments.agent_card_service import AgentCards
from ivr.quality.costs import UNPRICED, Prices
from ivr.recordings.retention_policy import Policy
from ivr.recordings.storage import RecordingStorage
from ivr.recordings.transcription import LongSpeechToText
from ivr.redaction import NOTHING_PERSONAL, Personal
from ivr.store.engine import Sessions
from ivr.store.models import Call


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """The services a job may use. `stt` loads its model when first called."""

    sessions: Sessions
    clock: Clock
    redis_url: str
    carrier: Carrier
    handoffs: HandoffService
    recordings: RecordingStorage
    live: LiveUpdates
    stt: Callable[[], LongSpeechToText]
    dials: Dials
    retention: Policy | None = None  # without one, nothing is forgotten by itself
    keep_refused: bool = False  # what was recorded before a caller said that they will not be
    prices: Prices = UNPRICED  # of a minute, for what a call costs
    brakes: Brakes | None = None  # without them no intent is braked by itself
    agent_cards: AgentCards | None = None  # without them, what an agent's card entry left behind stays promised
    sweeper: Sweeper | None = None  # without it, what the carrier's callbacks never told is never found
    dialogue: DialogueService | None = None  # without it, payments in doubt stay in doubt
    ledger: Ledger | None = None  # without one, card payments stay promised to it
    personal: Personal = NOTHING_PERSONAL  # what is taken out of text and sound besides secrets

    def personal_of(self, sid: str) -> Personal:
        """What is taken out of the call `sid`, with the name of whom its account belongs to where a ledger tells it."""
        if not self.personal.names or self.ledger is None:
            return self.personal
        with self.sessions() as tx:
            call = tx.get(Call, sid)
            account = call.account_id if call else None
        try:
            holder = self.ledger.holder(account) if account else None
        except LedgerError:
            return self.personal  # it is found by the words beside it, as a stranger's is
        return replace(self.personal, known=(holder.holder,)) if holder and holder.holder else self.personal


class Provider:
    """Gives the process its context: RQ calls jobs by name, so that nothing can be handed to them."""

    def __init__(self) -> None:
        self._path, self._context = "", None  # type: tuple[str, WorkerContext | None]

    def use(self, path: str) -> None:
        """Name the factory, "module:function". It is imported now and called when a job first needs it."""
        resolve(path)
        self._path, self._context = path, None

    def get(self) -> WorkerContext:
        if self._context is None:
            self._context = resolve(self._path)()
        return self._context


def resolve(path: str) -> Callable[[], WorkerContext]:
    module, _, name = path.partition(":")
    if not module or not name:
        raise ValueError(f"worker context {path!r} is not of the form module:function")
    factory: Callable[[], WorkerContext] = getattr(importlib.import_module(module), name)
    return factory


provider = Provider()
