"""Whose call a promise is about: told from whatever its payload names."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ivr.store import outbox
from ivr.store.engine import make_engine, make_sessions
from ivr.store.models import Base, Call, Handoff, Outbox, PaymentOrder, Recording
from ivr.store.promised_to import call_of
from ivr.store.topics import (
    CALL_FACTS,
    HANDOFF_ACT,
    PAYMENT_DUE,
    PAYMENT_SETTLE,
    RECORDING_FETCH,
    TURN_DELETE,
    WRAP_UP_OVER,
)

pytestmark = pytest.mark.integration
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{tmp_path}/w.db")
    Base.metadata.create_all(engine)
    with make_sessions(engine).begin() as tx:
        tx.add(Call(sid="CA1", caller="+12025550111", called="+12025550100", started_at=NOW))
        tx.flush()
        tx.add(
            Handoff(
                id=7,
                call_sid="CA1",
                intent="",
                summary="",
                reason="asked",
                requested_at=NOW,
                machine={},
                state="waiting",
            )
        )
        tx.add(Recording(id=8, call_sid="CA1", sid="RE1", state="announced", source_url="", created_at=NOW))
        tx.add(
            PaymentOrder(
                key="k", call_sid="CA1", account="a", amount=1, currency="USD", source="checking",
                on=date(2026, 3, 2), agreed_on=date(2026, 3, 2), asked_at=NOW,
            )
        )  # fmt: skip
        tx.flush()
        yield tx


@pytest.mark.parametrize(
    ("topic", "payload", "call"),
    [
        (CALL_FACTS, {"call": "CA2"}, "CA2"),
        (HANDOFF_ACT, {"handoff": 7, "what": "ring"}, "CA1"),
        (RECORDING_FETCH, {"recording": 8}, "CA1"),
        (PAYMENT_SETTLE, {"key": "k"}, "CA1"),
        (HANDOFF_ACT, {"handoff": 99}, None),
        (TURN_DELETE, {"recording": "RE9"}, None),
        (PAYMENT_DUE, {"payment": 7}, None),
        (WRAP_UP_OVER, {"agent": 7}, None),
    ],
)
def test_a_promise_is_about_the_call_of_what_it_names(
    tx: Session, topic: str, payload: dict[str, Any], call: str | None
) -> None:
    row = tx.get_one(Outbox, outbox.put(tx, topic, payload, NOW))
    assert call_of(tx, row) == call
