"""A hand-off service as tests need it: an American line whose ledger is our own database."""

from collections.abc import Callable
from typing import Any

from ivr.clock import Clock
from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.handoff.account_holders import AccountHolders
from ivr.handoff.config import HandoffConfig
from ivr.handoff.engine import call_now
from ivr.handoff.service import HandoffService
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions


def handoff_service(
    sessions: Sessions,
    clock: Clock,
    carrier: Any,
    live: Any,
    config: HandoffConfig,
    spawn: Callable[[Callable[[], None]], object] = call_now,
) -> HandoffService:
    holders = AccountHolders(sessions, clock, SqlLedger(sessions, clock), live)
    dials = Dials(DialPolicy.parse("US"), "US")
    return HandoffService(sessions, clock, carrier, live, config, dials, holders, spawn)
