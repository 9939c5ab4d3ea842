"""What was meant at an agent's page, judged from outside of it: by what was pressed and typed, and what SQL has now."""

import math
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ivr.store.engine import Sessions
from ivr.store.models import Agent, Audit, Draft, Handoff, Note, Offer
from ivr.store.states import HANDOFF_WITH_AGENT
from ivr.web.pages.agent_screen import read_screen

MOMENT = 950  # milliseconds for which a page that has just changed obeys no key; a little less, for the two clocks
AWAKE = 1200  # and after which it must obey
PATIENCE = 8.0  # seconds for which a connected page may show what is over
ANSWERED = 6.0  # seconds in which an Accept is answered
TOLD = 2.0  # seconds in which a page has told what was pressed in it
DONE = 15.0  # seconds in which what was asked for is done in SQL
CHOICES = ("available", "break", "away")
Seen = dict[str, Any]
Shown = tuple[str, str, str]  # mode, call, presence


class WrongError(AssertionError):
    """The page did what nobody meant, or did not do what was meant."""


@dataclass(frozen=True)
class Meant:
    """A person asked for `presence`, or with "" for whatever follows a wrap-up, at `at` (seconds of the machine)."""

    presence: str
    at: float


@dataclass
class Accepting:
    """Somebody pressed Accept in a page that had shown it for long enough."""

    handoff: int
    at: float
    tab: int


@dataclass
class Oracle:
    """`agent` is the one at the desk. The witness of each page tells `hear` what happened there."""

    sessions: Sessions
    agent: int
    words_typed: list[list[float]] = field(default_factory=list)  # from when to when letters were parts of a word
    words: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # form, field -> what stands there by hand
    writing: list[str] = field(default_factory=list)  # the whole story of what was typed and kept
    meant: deque[Meant] = field(default_factory=lambda: deque(maxlen=200))
    accepting: list[Accepting] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    wrap_up_ended: float = 0.0
    accepted: int = 0
    typed: int = 0
    _audited: int = 0
    _doubtful: list[tuple[float, str, str]] = field(default_factory=list)
    _kept: dict[tuple[str, str], str] = field(default_factory=dict)  # the drafts, at the last look
    _told_colleagues: set[str] = field(default_factory=set)  # the notes of all transfers so far
    _lost: set[str] = field(default_factory=set)  # at the last look
    _stale: dict[int, tuple[Shown, float]] = field(default_factory=dict)  # tab -> what it lacks, and since when

    # --- what the pages tell ---

    def hear(self, tab: int, told: Seen) -> None:
        at = told["at"] / 1000
        match told["what"]:
            case "wrote":
                self._wrote(tab, told)
            case "again":
                self.meant.extend(Meant(presence, at) for presence in ("", *CHOICES))
            case "submit":
                self._submitted(tab, told, at)
            case "deaf":
                self._deaf(told["cause"], at)

    def _wrote(self, tab: int, told: Seen) -> None:
        self.writing.append(f"{told['form']} tab {tab}: {told['before']!r} -> {told['after']!r}")
        before, after = _words(told["before"]), _words(told["after"])
        place = self.words.setdefault((told["form"], told["field"]), set())
        place -= before - after
        place |= after - before
        self.typed += 1

    def _submitted(self, tab: int, told: Seen, at: float) -> None:
        cause = told["cause"] or {}
        if (why := self._not_meant(cause, at)) is not None:
            self.wrong.append(f"{told['id'] or told['action']} was done, and {why}: {told}")
            return
        if told["name"] == "presence":
            self.meant.append(Meant(told["value"], at))
        elif told["name"] == "then" or told["action"] == "/sign-out":
            self.meant.append(Meant("" if told["name"] else "away", at))
        found = re.fullmatch(r"/agent/handoffs/(\d+)/accept", told["action"])
        if found:
            self.accepting.append(Accepting(int(found[1]), at, tab))

    def _not_meant(self, cause: Seen, at: float) -> str | None:
        if cause.get("kind") == "click":
            return None
        if cause.get("kind") != "key":
            return "nobody did anything"
        if cause["key"] in ("enter", " "):
            return "its button had just come" if not cause["typing"] and cause["age"] < MOMENT else None
        if self._in_a_word(at):
            return "the letter was part of a word"
        if cause["typing"]:
            return "a field had the focus"
        if cause["age"] < MOMENT:
            return "the key had had another meaning just before"
        if cause["cut"] and cause["state"]:
            return "the page had taken their field away"
        return None

    def _deaf(self, cause: Seen, at: float) -> None:
        excused = (
            cause["dialog"] or not cause["on"] or cause["cut"] or cause["busy"] or cause["repeat"]
            or cause["quiet"] < AWAKE or cause["age"] < AWAKE or self._in_a_word(at)
        )  # fmt: skip
        if not excused:
            self.wrong.append(f"the key {cause['key']} did nothing: {cause}")

    @contextmanager
    def a_word(self) -> Iterator[None]:
        """The letters that are pressed meanwhile are parts of a word, wherever they go."""
        self.words_typed.append(lasting := [time.time(), math.inf])
        try:
            yield
        finally:
            lasting[1] = time.time()

    def _in_a_word(self, at: float) -> bool:
        return any(begin <= at <= end for begin, end in self.words_typed)

    # --- what SQL has ---

    def look(self) -> None:
        """Judge what has happened in SQL since the last look."""
        with self.sessions() as tx:
            rows = tx.scalars(
                select(Audit)
                .where(Audit.id > self._audited, Audit.action == "presence", Audit.subject == f"agent:{self.agent}")
                .order_by(Audit.id)
            ).all()
            under_way = select(Handoff).where(Handoff.state.in_(HANDOFF_WITH_AGENT))
            self._told_colleagues |= {str(row.brief["transfer"]) for row in tx.scalars(under_way) if row.brief}
            drafts = {(row.call_sid[-4:], row.form): str(row.fields) for row in tx.scalars(select(Draft))}
        for which in drafts.keys() | self._kept.keys():
            if drafts.get(which) != self._kept.get(which):
                self.writing.append(f"the draft {which} is {drafts.get(which)}")
        self._kept = drafts
        for row in rows:
            self._audited = row.id
            self._doubtful.append((time.time(), row.detail["from"], row.detail["to"]))
        self._doubtful = [one for one in self._doubtful if not self._may_change(*one[1:])]
        for since, before, after in self._doubtful:
            if time.time() - since > TOLD:
                self.wrong.append(f"from {before} to {after}, which nobody meant; meant were {list(self.meant)[-3:]}")

    def _may_change(self, before: str, after: str) -> bool:
        now = time.time()
        lately = {meant.presence for meant in self.meant if now - meant.at < DONE}
        ever = {meant.presence for meant in self.meant}
        if after not in CHOICES:
            return True  # a call came, was taken or ended
        if before in CHOICES:
            return after in lately
        if before == "wrap-up":
            over = bool(lately) or now - self.wrap_up_ended < DONE
            return over and (after == "available" or after in ever)
        return after in ("available", "away") or after in ever  # offered, on a call: given back, missed, afterwards

    def screen(self) -> Shown:
        """The mode, the call and the presence that a page must show now."""
        with self.sessions() as tx:
            screen = read_screen(tx, self.agent, tx.get_one(Agent, self.agent).presence_since)
            mode = "missed" if screen.missed and screen.mode == "idle" else screen.mode
            call = screen.handoff.call_sid if screen.handoff and screen.mode != "idle" else ""
            return mode, call, screen.presence

    def shown(self, tab: int, seen: Seen, connected_since: float) -> None:
        """A page that is connected shows what is true, after a few seconds at most."""
        mode, call, presence = self.screen()
        right = seen["mode"] == mode and seen["call"] == call
        right = right and (mode not in ("idle", "missed") or seen["presence"] == presence)
        if right or seen["path"] != "/agent/":
            self._stale.pop(tab, None)
            return
        truth, since = self._stale.get(tab, (None, 0.0))
        if truth != (mode, call, presence):
            since = time.time()
            self._stale[tab] = (mode, call, presence), since
        since = max(since, connected_since)
        if time.time() - since > PATIENCE:
            self.wrong.append(f"a page shows {seen} though it is {mode} {call} {presence}")

    def answered(self, tab: int, seen: Seen) -> None:
        """Every Accept that was pressed has led to a talk, or the page says why not."""
        for one in [one for one in self.accepting if one.tab == tab]:
            if self._talk(one.handoff) or seen["notice"]:
                self.accepting.remove(one)
                self.accepted += 1
            elif time.time() - one.at > ANSWERED:
                self.wrong.append(f"Accept of {one.handoff} was never answered")

    def forget_accepts(self, tab: int) -> None:
        """The page was reloaded, or cut off, at the same moment: nobody can say what became of it."""
        self.accepting = [one for one in self.accepting if one.tab != tab]

    def _talk(self, handoff: int) -> bool:
        with self.sessions() as tx:
            row = tx.get_one(Handoff, handoff)
            took = select(Offer.id).where(Offer.handoff_id == handoff, Offer.agent_id == self.agent)
            return row.agent_id == self.agent or bool(tx.scalar(took.where(Offer.outcome == "accepted").limit(1)))

    def lost_words(self, but: str = "", unsent: bool = False) -> list[str]:
        """What was typed, and is neither in a note or text nor in a brief of a transfer; `unsent`: nor in a draft.

        Of the call `but`, which is not over, nothing is said."""
        with self.sessions() as tx:
            kept = [note.text for note in tx.scalars(select(Note))]
            kept += [str(draft.fields) for draft in tx.scalars(select(Draft))] if unsent else []
            calls = {str(row.id): row.call_sid for row in tx.scalars(select(Handoff))}
        kept += self._told_colleagues
        everything = "\n".join(kept)
        over = {place: words for place, words in self.words.items() if calls[place[0].split("/")[3]] != but}
        return [f"{word!r} of {place}" for place, words in over.items() for word in words if word not in everything]

    def judge_words(self) -> None:
        """While every page is connected and at the desk: what was typed of calls that are over is kept."""
        lost = set(self.lost_words(self.screen()[1], unsent=True))
        if gone := lost & self._lost:
            self.wrong.append(f"typed, and lost: {sorted(gone)}\n" + self.story(gone))
        self._lost = lost

    def story(self, lost: Iterable[str]) -> str:
        """All that happened around the forms of words that were lost."""
        words = [word.split("'")[1] for word in lost]
        at = [nth for nth, line in enumerate(self.writing) if any(word in line for word in words)]
        return "\n".join(self.writing[max(0, at[0] - 5) : at[-1] + 80])


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]+", text))
