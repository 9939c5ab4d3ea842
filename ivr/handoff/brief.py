"""The brief, from what is recorded of a call: whatever the caller said, keyed or proved; never a PIN or a code."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ivr.dialling.attestation import attestation
from ivr.dialogue import machine
from ivr.ledger.port import Holder
from ivr.redaction import holds_marker
from ivr.store.models import Call, Handoff, Turn

UNSURE = 0.5
SECRET_SLOTS = ("pin", "code", "password")
CLAUSE = re.compile(r"[^,;]+|[,;][^,;]*")
NAME_WORDS, SUMMARY_WORDS = 3, 9  # with the keys twenty words, which take eight seconds


def write_brief(
    call: Call,
    handoff: Handoff,
    turns: Iterable[Turn],
    account: Holder | None,
    payments: Sequence[dict[str, Any]],
    earlier: Iterable[Call],
    now: datetime,
) -> dict[str, Any]:
    """What the agent gets: plain JSON; times in seconds from the call's start, money in minor units."""
    spoken = sorted(turns, key=lambda turn: turn.start)
    return {
        "caller": caller_of(call, account),
        "why": {"reason": handoff.reason, "intent": handoff.intent, "summary": handoff.summary},
        "known": {name: value for name, value in handoff.known.items() if name.lower() not in SECRET_SLOTS},
        "bot": _statements(spoken),
        "payments": list(payments),
        "mood": handoff.mood,
        "language": call.language,
        "waited": round((now - handoff.requested_at).total_seconds(), 1),
        "on_the_line": round((now - call.started_at).total_seconds(), 1),
        "earlier": [_earlier(other) for other in earlier],
        "transcript": [_line(turn) for turn in spoken],
    }


def whisper(brief: dict[str, Any]) -> str:
    """What the agent hears before they accept: at most eight seconds, no number and no money."""
    name = " ".join((brief["caller"]["name"] or "a caller").split()[:NAME_WORDS])
    kind = "Call-back. " if brief["why"]["reason"] == "callback" else ""
    why = brief["why"]["summary"]
    if transfer := brief.get("transfer"):
        kind = f"Transfer from {transfer['by'].split()[0]}. "
        why = transfer["note"] or why
    summary = _shortened(why, SUMMARY_WORDS - 2 * bool(kind))
    return f"{kind}{name}. {summary}. Press 1 to accept, 2 to decline."


def _shortened(text: str, words: int) -> str:
    """Whole clauses as far as there is time for them: half a clause can say the opposite. The first in any case."""
    first, *others = CLAUSE.findall(text.strip()) or [text]
    kept = " ".join(first.split()[:words])
    for clause in others:
        longer = f"{kept}{clause}"
        if any(map(str.isdecimal, clause)) or len(longer.split()) > words:
            break
        kept = longer
    return kept.rstrip(".,; ")


def caller_of(call: Call, account: Holder | None) -> dict[str, Any]:
    """Who calls, and how they proved it."""
    verified = call.verified_at is not None
    number_on_file = account is not None and account.phone == call.caller
    proof = "code by text" if machine.restore(call.dialogue).by_code else "PIN"
    how = f"{'number on file' if number_on_file else 'account number'} and {proof}" if verified else None
    return {
        "number": call.caller,
        "number_check": attestation(call.verstat),
        "name": account.holder if account else None,
        "account": account.number if account else None,
        "pending": account is None and call.account_id is not None,  # the ledger has not said yet who it is
        "verified": verified,
        "how": how,
    }


def _statements(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """What the bot did and said it would do: its sentences that asked nothing."""
    told = [turn for turn in turns if turn.speaker == "bot" and not turn.text.rstrip().endswith("?")]
    return [{"text": turn.text, "at": turn.start, "heard": turn.played} for turn in told]


def _earlier(call: Call) -> dict[str, Any]:
    last = call.handoffs[-1] if call.handoffs else None
    return {
        "at": call.started_at.isoformat(),
        "outcome": call.outcome,
        "why": last.summary if last else None,
        "handoff": last.state if last else None,
    }


def _line(turn: Turn) -> dict[str, Any]:
    words = [] if holds_marker(turn.text) else turn.words
    low = [word["word"] for word in words if (word.get("confidence") or 0.0) < UNSURE]
    return {
        "speaker": turn.speaker,
        "via": turn.via,
        "text": turn.text,
        "start": turn.start,
        "end": turn.end,
        "confidence": turn.confidence,
        "heard": turn.played,
        "unsure": low,
    }
