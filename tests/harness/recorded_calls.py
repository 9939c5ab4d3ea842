"""Calls that have just ended, each with a recording at the carrier, and all that is kept of them in the end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import inspect, select

from ivr.recordings.copies import redacted_copy
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import AutomaticAnswer, Call, CallFacts, CallFlag, CallIntent, CallWords, Recording, Turn
from ivr.store.topics import CALL_FACTS, RECORDING_FETCH
from speech.audio import RATE, decode
from switch.media.audio import dtmf_tones
from tests.fakes.fake_level_hearing import FakeLevelHearing, line, recording_of
from workers.context import WorkerContext

THINGS = ("apple", "garden", "window", "river", "table", "candle", "forest", "pillow", "bridge", "lantern", "basket")
SAID = "my pin is two seven four nine mumbled the fast world was blue bird hello there thanks"
VOCABULARY = (*THINGS, *SAID.split())
KINDS = ("out of turn", "keyed", "heard otherwise", "heard amiss")
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECONDS = 6.0
PASSWORD = [("password", 1.5, 2.4), ("is", 2.5, 2.9), ("(password)", 3.5, 4.4)]
KEYS_AT = 4.0


def call_sid(number: int) -> str:
    return f"CA{number:032x}"


def recording_sid(number: int) -> str:
    return f"RE{number:032x}"


def things(number: int) -> str:
    """Two words that are said in this call, and in no other in this order."""
    return f"{THINGS[number % 11]} {THINGS[(number + 1 + number // 11) % 11]}"


def sound_of(number: int) -> bytes:
    """Both channels; where the secret is, and how it is known, goes by the number."""
    hearing, caller, others = FakeLevelHearing(), line(SECONDS), line(SECONDS)
    hearing.words = list(VOCABULARY)
    hearing.say(things(number), 0.0, caller)
    hearing.say("hello there thanks", 4.0, others)
    kind = KINDS[number % 4]
    if kind == "keyed":
        keys = decode(dtmf_tones("2749"))
        caller[int(2 * RATE) : int(2 * RATE) + len(keys)] = keys
    elif kind == "heard otherwise":
        hearing.say("the fast world was blue bird", 1.5, caller)
    else:
        hearing.say("my pin is two seven four nine", 1.0, caller)
        hearing.say("mumbled" if kind == "heard amiss" else "thanks", 5.0, caller)
    return recording_of([caller, others])


def end_call(sessions: Sessions, number: int) -> None:
    """The call has ended and its recording is announced: what follows is promised."""
    sid, began, now = call_sid(number), BEGAN + timedelta(hours=number), datetime.now(UTC)
    with sessions.begin() as tx:
        tx.add(Call(
            sid=sid, caller=f"+1555010{number:04}", called="+16665550000", started_at=began, outcome="resolved",
            ended_at=began + timedelta(seconds=SECONDS), notice="1",
        ))  # fmt: skip
        tx.flush()
        tx.add(Turn(call_sid=sid, key="bot:1", speaker="bot", text="How can I help?", start=0.0, end=0.5, played=1.0))
        kind = KINDS[number % 4]
        if kind == "keyed":
            tx.add(
                Turn(call_sid=sid, key="keys", speaker="caller", via="keys", text="(PIN)", start=KEYS_AT, end=KEYS_AT)
            )
        if kind == "heard otherwise":
            words = [{"word": word, "start": start, "end": end, "confidence": 0.9} for word, start, end in PASSWORD]
            said = {"text": "password is (password)", "start": 1.5, "end": 4.5, "words": words}
            tx.add(Turn(call_sid=sid, key="caller:1", speaker="caller", intent="balance", **said))
        recording = Recording(
            call_sid=sid, sid=recording_sid(number), state="announced", created_at=now, seconds=SECONDS,
            source_url=f"/2010-04-01/Recordings/{recording_sid(number)}",
        )  # fmt: skip
        tx.add(recording)
        tx.flush()
        outbox.put(tx, RECORDING_FETCH, {"recording": recording.id}, now)
        outbox.put(tx, CALL_FACTS, {"call": sid}, now)


def kept_of(context: WorkerContext, number: int) -> dict[str, Any]:
    """All that is kept of a call, but for ids and the times when it was written."""
    sid = call_sid(number)
    with context.sessions() as tx:
        recording = tx.scalars(select(Recording).where(Recording.call_sid == sid)).one()
        rows = {
            table.__tablename__: sorted(map(_values, tx.scalars(select(table).where(table.call_sid == sid))), key=str)
            for table in (Recording, Turn, CallFacts, CallWords, CallFlag, CallIntent, AutomaticAnswer)
        }
        return {
            **rows,
            "sound": context.recordings.read(recording),
            "copy": context.recordings.read(redacted_copy(recording)),
        }


def _values(row: Any) -> dict[str, Any]:
    """Its columns by name."""
    passed_over = ("id", "at", "created_at", "checked_at")
    return {c.key: getattr(row, c.key) for c in inspect(row).mapper.column_attrs if c.key not in passed_over}
