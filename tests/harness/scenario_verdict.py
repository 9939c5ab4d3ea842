"""What of a call went otherwise than its file says, in plain words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from switch.phones.recorded_lines import normalised
from tests.harness.scenario_file import CallFile, Expected, ExpectedPayment

WHO_CALLS = ("pin", "account number")


@dataclass(frozen=True, slots=True)
class Played:
    """A call that was played: its report, its payments as the ledger holds them, and the account's balance.

    `call_back` is what became of the one that was promised; `message` the words that wait for the agents.
    """

    call: CallFile
    report: dict[str, Any]
    payments: tuple[ExpectedPayment, ...]
    balance: int
    rating: int | None
    call_back: str | None = None
    message: str | None = None
    deaf: float = 0.0  # how late, at worst, the scripted caller knew what he had heard, in seconds

    @property
    def bot(self) -> list[dict[str, Any]]:
        return [turn for turn in self.report["turns"] if turn["speaker"] == "bot"]

    @property
    def turns(self) -> int | None:
        """Caller turns from the question of who calls to the words that finish the task; None: it was not finished."""
        expected = self.call.expect.turns
        return None if expected is None else turns_until(self.report["turns"], expected.until)

    def transcript(self) -> str:
        """The call for a reader of a failed test."""
        lines = [f"{t['start']:6.1f} {t['speaker']:>6}: {t['text']}" for t in self.report["turns"]]
        heard = [f"{h['start']:6.1f} in the caller's ear: {h['text']}" for h in self.report["caller"]["heard"]]
        handoff = self.report["handoff"]
        why = [] if handoff is None else [f"hand-off {handoff['state']}: {handoff['brief'].get('why')}"]
        return "\n".join([*lines, *heard, f"outcome {self.report['outcome']}", *why])


def turns_until(turns: list[dict[str, Any]], words: str) -> int | None:
    """How many caller turns lie between the bot's first question about who calls and its saying `words`."""
    wanted, asked, count = normalised(words), False, 0
    for turn in turns:
        text = normalised(turn["text"])
        if turn["speaker"] == "bot":
            if asked and wanted in text:
                return count
            asked = asked or any(question in text for question in WHO_CALLS)
        elif asked:
            count += 1
    return None


def shortcomings(played: Played) -> list[str]:
    """Empty when all went as the file says."""
    expect = played.call.expect
    checks = (_said, _never_said, _heard, _heard_out, _ended, _handed_off, _message, _ledger, _short, _problems)
    return [trouble for check in checks for trouble in check(expect, played)]


def _said(expect: Expected, played: Played) -> Iterator[str]:
    """The phrases in their order, each in a bot turn no earlier than the one before."""
    rest = " ".join(f" {normalised(turn['text'])} " for turn in played.bot)
    for phrase in expect.says:
        _, found, rest = rest.partition(normalised(phrase))
        if not found:
            yield f"the bot did not say {phrase!r} (in this order)"
            return


def _never_said(expect: Expected, played: Played) -> Iterator[str]:
    for phrase in expect.never_says:
        if any(normalised(phrase) in normalised(turn["text"]) for turn in played.bot):
            yield f"the bot said {phrase!r}"


def _heard(expect: Expected, played: Played) -> Iterator[str]:
    caller = " ".join(normalised(turn["text"]) for turn in played.report["turns"] if turn["speaker"] == "caller")
    for phrase in expect.hears:
        if normalised(phrase) not in caller:
            yield f"the caller was not heard saying {phrase!r}"


def _heard_out(expect: Expected, played: Played) -> Iterator[str]:
    for phrase in expect.heard_out:
        heard = [turn["heard"] for turn in played.bot if normalised(phrase) in normalised(turn["text"])]
        if 1.0 not in heard:
            yield f"{phrase!r} was not spoken to its end (heard: {heard})"


def _ended(expect: Expected, played: Played) -> Iterator[str]:
    for name, wanted, got in (
        ("outcome", expect.outcome, played.report["outcome"]),
        ("rating", expect.rating, played.rating),
        ("call-back", expect.call_back, played.call_back),
    ):
        if wanted is not None and wanted != got:
            yield f"the {name} is {got}, not {wanted}"


def _handed_off(expect: Expected, played: Played) -> Iterator[str]:
    wanted, handoff = expect.handoff, played.report["handoff"]
    if wanted is None:
        if handoff is not None and expect.outcome == "resolved":
            yield f"there was a hand-off ({handoff['reason']})"
        return
    if handoff is None:
        yield "there was no hand-off"
        return
    for name in ("reason", "state"):
        if name in wanted and handoff[name] != wanted[name]:
            yield f"the hand-off's {name} is {handoff[name]}, not {wanted[name]}"
    yield from _brief(wanted, handoff)


def _brief(wanted: dict[str, Any], handoff: dict[str, Any]) -> Iterator[str]:
    summary = handoff["brief"].get("why", {}).get("summary", "")
    if "summary" in wanted and wanted["summary"] != summary:
        yield f"the brief's summary is {summary!r}, not {wanted['summary']!r}"
    text = normalised(json.dumps(handoff["brief"], ensure_ascii=False))
    for phrase in wanted.get("brief", []):
        if normalised(phrase) not in text:
            yield f"the brief does not mention {phrase!r}"
    accepted = any(attempt["outcome"] == "accepted" for attempt in handoff["attempts"])
    if "accepted" in wanted and accepted != wanted["accepted"]:
        yield f"the agent {'accepted' if accepted else 'did not accept'}"


def _message(expect: Expected, played: Played) -> Iterator[str]:
    """The task that the desk is left with."""
    if expect.message and played.message is None:
        yield "no message waits for the agents"
        return
    for phrase in expect.message:
        if normalised(phrase) not in normalised(str(played.message)):
            yield f"the message that waits for the agents is {played.message!r}, without {phrase!r}"


def _ledger(expect: Expected, played: Played) -> Iterator[str]:
    if expect.balance is not None and expect.balance != played.balance:
        yield f"the ledger's balance is {played.balance / 100:.2f}, not {expect.balance / 100:.2f}"
    if expect.payments is None:
        return
    if len(expect.payments) != len(played.payments):
        yield f"the ledger holds {len(played.payments)} payments, not {len(expect.payments)}"
    for wanted, made in zip(expect.payments, played.payments, strict=False):
        pairs = ((wanted.amount, made.amount), (wanted.state, made.state), (wanted.source, made.source),
                 (wanted.days, made.days))  # fmt: skip
        if any(a is not None and a != b for a, b in pairs):
            yield f"the ledger holds {made}, not {wanted}"


def _short(expect: Expected, played: Played) -> Iterator[str]:
    if expect.turns is None:
        return
    if played.turns is None:
        yield f"the task was not finished: {expect.turns.until!r} was not said after the caller was asked who he is"
    elif played.turns > expect.turns.at_most:
        yield f"the task took {played.turns} caller turns, not {expect.turns.at_most}"


def _problems(expect: Expected, played: Played) -> Iterator[str]:
    noted = [str(problem) for problem in played.report["problems"]]
    left = [problem for problem in noted if not any(words in problem for words in expect.problems)]
    yield from (f"a problem was noted: {problem}" for problem in left)
    yield from (f"no problem like {words!r} was noted" for words in expect.problems if words not in " ".join(noted))


def days_from(today: date, on: date) -> int:
    return (on - today) // timedelta(days=1)
