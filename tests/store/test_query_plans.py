"""The guard of the query plans, which stands around every test: what it lets pass and what it does not."""

import pytest
from sqlalchemy import Select, select

from ivr.store.batches import delete_some
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Turn

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("ids", "passes"),
    [
        (select(Turn.id).where(Turn.speaker == "bot"), False),
        (select(Turn.id).where(Turn.speaker == "bot").limit(5), False),  # none may be found before the end
        (select(Turn.id).order_by(Turn.text).limit(5), False),
        (select(Turn.id).where(Turn.call_sid == "CA1"), True),
        (select(Turn.id).order_by(Turn.id).limit(5), True),
        (select(Agent.id).where(Agent.name == "Ann"), True),  # the people of the house are few
    ],
)
def test_the_house_may_not_read_a_growing_table_from_end_to_end(
    sessions: Sessions, rows_found_by_index: list[str], ids: Select[tuple[int]], passes: bool
) -> None:
    with sessions.begin() as tx:
        delete_some(tx, Turn, ids)
    found = [fault.partition(":")[0] for fault in rows_found_by_index]
    rows_found_by_index.clear()
    assert found == ([] if passes else ["ivr/store/batches.py"])


def test_what_a_test_itself_asks_is_not_judged(sessions: Sessions, rows_found_by_index: list[str]) -> None:
    with sessions() as tx:
        tx.scalars(select(Turn).where(Turn.speaker == "bot")).all()
    assert rows_found_by_index == []
