"""Calls that are played on the real line, for what they leave behind: rows, promises, news, documents, figures."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

from click.testing import CliRunner
from prometheus_client.core import Metric
from sqlalchemy import JSON, select

from ivr.calls import consent
from ivr.calls.report import call_report
from ivr.carrier.callbacks import CardUpdate
from ivr.cli.doctor import CHECKS
from ivr.cli.main import main
from ivr.desk.workload import day_rows, write_csv
from ivr.handoff.account_holders import AccountHolders
from ivr.handoff.supervision import Supervision
from ivr.handoff.warm_transfer import Transfers
from ivr.ledger.port import LedgerError
from ivr.metrics.process import line_registry
from ivr.payments import agent_cards
from ivr.store import outbox
from ivr.store.models import Agent, Base, Call, Handoff, Outbox, Turn
from ivr.store.topics import CALL_FACTS
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER
from tests.project.shapes.line import PIN, Line

CARD_TAKEN = {"Result": "success", "PaymentConfirmationCode": "48151623"}
COMMANDS = (
    "accounts list", "agents add x@bank.test --name X --phone +15550100009", "agents list", "jobs", "jobs show {job}",
    "jobs retry {job}", "jobs drop {job}", "api-keys add board --scope metrics", "api-keys list", "audit list",
    "audit verify", "audit cut --days 30 --yes", "purge --days 400 --yes", "prompts --language es",
    "understand 'pay fifty dollars'", f"transcribe '{__file__}'", "doctor",
)  # fmt: skip
WORDS = (
    "action", "field", "intent", "kind", "mood", "outcome", "presence", "purpose", "reason", "scope", "speaker",
    "stage", "state", "via",
)  # fmt: skip


@dataclass
class Seen:
    """JSON columns by their name, words in the columns of `WORDS`, payloads by topic, kinds of live news, reports of
    calls, metrics, commands' JSON, the agents' days as CSV."""

    columns: dict[str, list[Any]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    payloads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    news: set[tuple[str, str]] = field(default_factory=set)
    reports: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    commands: dict[str, Any] = field(default_factory=dict)
    csv: str = ""


@cache
def seen() -> Seen:
    """What all stories left, played once for all shapes."""
    found = Seen()
    for story in (_bot, _desk, _call_back):
        with _line() as line:
            story(line)
            _collect(line, found)
            if story is _bot:
                found.commands = _told_by_commands(line)
                found.metrics = list(line_registry(line.sessions, line.clock).collect())
    return found


@contextmanager
def _line() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        yield Line(Path(folder))


def _bot(line: Line) -> None:
    """A customer speaks, by turns and over the media socket, and pays on a later day; another time they pay by card,
    while the ledger does not say whose account it is, and ask for a person; then they are in the middle of a call."""
    line.hears.says = ["I'd like to pay fifty dollars from checking.", "tomorrow"]
    line.call(1).by_turns().speak().press(PIN).speak().press("1", "2")
    talk = line.call(2)
    line.talk(talk, "What's my balance?", lambda: _answered(line, talk.sid))
    talk.hang_up()
    line.work("call.facts", "call.score")
    line.clock.forward(24 * 3600)
    line.work("payment.due")
    card = line.call(3).by_turns().press("2", PIN, "1", "", "3", "1")
    card.pay(**CARD_TAKEN).by_turns().press("1", "0")
    AccountHolders(line.sessions, line.clock, _Silent(), line.world.live).look_up(1)
    line.work("ledger.holder", "handoff.requested")
    card.recorded("RE1")
    line.work("recording.fetch", "recording.transcribe", "recording.redact", "recording.prove")
    line.parts.recordings.keys.make_next()
    with line.sessions.begin() as tx:
        outbox.put(tx, "recording.keys", {}, line.clock.now())
        consent.stop_recording(tx, tx.get_one(Call, card.sid), line.clock.now())
    line.work("recording.keys", "recording.stop")
    line.call(4).by_turns().press("2", PIN)


def _answered(line: Line, sid: str) -> bool:
    """Whether a wait was measured: the answer to what was said has begun."""
    with line.sessions() as tx:
        measured = tx.scalars(select(Turn.latency).where(Turn.call_sid == sid, Turn.speaker == "bot"))
        return any("total" in latency for latency in measured)


def _desk(line: Line) -> None:
    """A hand-off is answered, supervised, takes a card and is passed on."""
    world = line.world
    ann, now = world.agent("ann"), world.clock.now()
    world.bridged()
    eve = world.agent("eve", "away", roles=["supervisor"])
    Supervision(world.sessions, world.clock, world.carrier, world.live, world.service).join(world.id, eve, "listen")
    with world.sessions.begin() as tx:
        order = agent_cards.Order("acc-1", 5000, "USD", now.date())
        row = agent_cards.begin(tx, tx.get_one(Handoff, world.id), CALLER, tx.get_one(Agent, ann), order, now)
        agent_cards.advance(tx, row, CardUpdate(result="success", confirmation="1"), now)
    transfers, bob = Transfers(world.service), world.agent("bob")
    transfers.ask(world.id, ann, bob, note="The fee is explained.")
    world.hook("2/agent", CallSid=leg(2))
    world.hook("2/accept", CallSid=leg(2), Digits="1")
    world.joins("agent-2", leg(2))
    transfers.leave(world.id, ann)
    world.leaves("caller", CALLER)


def _call_back(line: Line) -> None:
    """Nobody is free: a call-back is booked, and the caller is not reached."""
    world = line.world
    world.agent("ann", "on-call")
    world.parked()
    world.hook("queue", CallSid=CALLER)
    world.hook("key", CallSid=CALLER, Digits="0")
    world.hook("number", CallSid=CALLER, Digits="1")
    world.service.caller_gone(CALLER)
    with world.sessions.begin() as tx:
        tx.get_one(Call, CALLER).ended_at = world.clock.now()
        tx.get_one(Agent, 1).presence = "wrap-up"
    world.clock.forward(10)
    world.run_due()
    world.id = 2
    world.run_due()
    world.service.presence(1, "available")
    world.hook("1/agent", CallSid=leg(1))
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.joins("agent-1", leg(1))
    world.hook("1/caller-status", CallSid=leg(2), CallStatus="no-answer")


class _Silent:
    """A ledger that does not say whose account it is."""

    def holder(self, account: str) -> None:
        raise LedgerError("the ledger does not answer")


def _collect(line: Line, found: Seen) -> None:
    with line.sessions() as tx:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                name, values = f"{table.name}.{column.name}", tx.scalars(select(column).where(column.is_not(None)))
                if isinstance(column.type, JSON):
                    found.columns.setdefault(name, []).extend(value for value in values if value is not None)
                elif column.name in WORDS:
                    found.words.setdefault(name, set()).update(values)
        for row in tx.scalars(select(Outbox)):
            found.payloads.setdefault(row.topic, []).append(row.payload)
        sids = tx.scalars(select(Call.sid)).all()
        now = line.clock.now()
        found.csv = found.csv or write_csv(day_rows(tx, now - timedelta(hours=1), now))
    found.reports += [call_report(line.sessions, sid, line.parts.recordings.files) for sid in sids]
    found.news |= {(topic.partition(":")[0], kind) for topic, kind, _ in line.world.live.news}


def _told_by_commands(line: Line) -> dict[str, Any]:
    """What commands print with `--json`; models are not asked, and nothing beyond this machine."""
    job = 0
    with line.sessions.begin() as tx:
        for row in tx.scalars(select(Outbox).where(Outbox.done_at.is_(None))):
            row.given_up_at, job = row.due_at, job if row.topic == CALL_FACTS else row.id
    environment = {"WARMLINE_DATA_DIR": str(line.settings.data_dir)}
    looks = {name: CHECKS[name] for name in ("data folder", "time zone")}
    told = {}
    with (
        patch.dict(CHECKS, looks, clear=True),
        patch.multiple("speech.model_files", find_whisper=Mock(), find_vad=Mock()),
        patch("speech.vad.SileroModel"),
        patch("speech.stt.WhisperSpeechToText", Mock(return_value=line.hears)),
    ):
        for words in COMMANDS:
            ran = CliRunner().invoke(main, f"{words.format(job=job)} --json", env=environment)
            told[words] = json.loads(ran.stdout.splitlines()[0])  # of several documents the first
    return told
