"""How far recordings are written down, and copies for those that were kept before there were any."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from ivr.cli import transcripts as module
from ivr.cli.main import main
from ivr.store.engine import Sessions
from ivr.store.models import Call, Outbox, Recording

pytestmark = pytest.mark.integration


def test_progress_is_told_and_old_recordings_are_promised_copies(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "open_database", lambda _settings: sessions)
    now = datetime.now(UTC)
    with sessions.begin() as tx:
        tx.add(Call(sid="CA1", caller="", called="", started_at=now))
        tx.flush()
        for number, (state, redaction) in enumerate([("kept", None), ("transcribed", None), ("transcribed", "proved")]):
            row = Recording(call_sid="CA1", sid=f"RE{number}", state=state, source_url="", created_at=now)
            row.redaction, row.pieces, row.pieces_total = redaction, 2, 7
            tx.add(row)
            tx.flush()
    plain = CliRunner().invoke(main, ["transcripts"])
    assert "recording 1: 2 of 7 pieces" in plain.output and "none yet: 1" in plain.output
    promised = CliRunner().invoke(main, ["transcripts", "--redact", "--json"])
    assert promised.exit_code == 0, promised.output
    with sessions() as tx:
        rows = tx.scalars(select(Outbox)).all()
        assert [(row.topic, row.payload) for row in rows] == [("recording.redact", {"recording": 2})]
    told = json.loads(CliRunner().invoke(main, ["transcripts", "--json"]).stdout)
    assert told["copies"] == {"none yet": 1, "proved": 1}
