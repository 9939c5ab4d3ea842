"""The simulated carrier: legs, conferences, recordings and texts, its webhooks and what the line asks of it."""

from collections.abc import Callable
from random import Random
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from bench.simulation.conference import Conference
from bench.simulation.faults import Faults
from bench.simulation.history import History
from bench.simulation.leg import Leg, MovedError, OverError, Person
from bench.simulation.virtual_time import VirtualFuture, VirtualTime

ACROSS = (0.01, 0.06)  # seconds that a request needs
LATE = (5.0, 40.0)  # seconds by which a late callback comes


class Line(Protocol):
    """What the carrier knows of the line: its webhooks and its media sockets."""

    def ask(self, url: str, form: dict[str, str], spare: bool) -> "VirtualFuture[str]":
        """The document at `url`; fails where there is none. `spare`: no fault may strike while it is made."""
        ...

    def open_socket(self, leg: Leg, token: str, closed: "VirtualFuture[str]") -> None:
        """Talk with `leg` until `closed` is given how it ended."""
        ...


class Exchange:
    """Carries calls. `who_answers` says whose telephone an address is, and which caller's call rings it."""

    def __init__(self, time: VirtualTime, faults: Faults, history: History, dice: Random) -> None:
        self.time, self.faults, self.history, self.dice = time, faults, history, dice
        self.line: Line
        self.who_answers: Callable[[str, str], tuple[Person, int]]
        self.legs: dict[str, Leg] = {}
        self.conferences: dict[str, Conference] = {}
        self.recordings: dict[str, str] = {}
        self.texts: list[tuple[str, str]] = []
        self.on_over: Callable[[Leg], object] = lambda _leg: None
        self.on_torn: Callable[[Leg, list[Leg]], object] = lambda _leg, _others: None
        self._conferences = 0

    # --- legs ---

    def comes_in(self, person: Person, call: int, numbers: tuple[str, str], base: str) -> Leg:
        """A caller calls the line."""
        leg = self._leg(person, call, numbers)
        leg.begin(f"{base}/voice/incoming", f"{base}/voice/fallback", f"{base}/voice/status")
        return leg

    def rings(self, numbers: tuple[str, str], url: str, fallback: str, status_url: str) -> Leg:
        """The line calls somebody."""
        person, call = self.who_answers(numbers[1], url)
        leg = self._leg(person, call, numbers)
        leg.note(f"is rung ({urlsplit(url).path})")
        leg.begin(url, fallback, status_url)
        return leg

    def _leg(self, person: Person, call: int, numbers: tuple[str, str]) -> Leg:
        sid = f"CA{len(self.legs) + 1:032x}"
        leg = self.legs[sid] = Leg(self, sid, person, call, numbers)
        return leg

    def answered(self, leg: Leg) -> str | None:
        """Rings, for as long as the person lets it; the status where nobody answers."""
        answer: Callable[[Leg], str | None] | None = getattr(leg.person, "picks_up", None)
        return None if answer is None or leg.url.endswith("/voice/incoming") else answer(leg)

    def over(self, leg: Leg) -> None:
        if leg.status_url:
            self.tell(leg.status_url, leg.form(), leg.call)
        self.on_over(leg)

    def heard(self, leg: Leg) -> bool:
        """Whether it matters what is heard on it: a caller's, not an agent's."""
        return bool(getattr(leg.person, "is_caller", False))

    def caller_moved_out(self, leg: Leg, others: list[Leg]) -> None:
        self.on_torn(leg, others)

    def conference(self, name: str) -> Conference:
        if name not in self.conferences:
            self._conferences += 1
            self.conferences[name] = Conference(self, name, f"CF{self._conferences:032x}")
        return self.conferences[name]

    def conference_of(self, sid: str) -> Conference | None:
        return next((one for one in self.conferences.values() if one.sid == sid), None)

    def keep_recording(self, words: str) -> str:
        sid = f"RE{len(self.recordings) + 1:032x}"
        self.recordings[sid] = words
        return sid

    def open_socket(self, leg: Leg, token: str) -> "VirtualFuture[str]":
        closed: VirtualFuture[str] = VirtualFuture(self.time)
        if self.faults.strikes("socket refused"):
            self.time.call_later(0.1, lambda: closed.give("refused"))
        else:
            self.line.open_socket(leg, token, closed)
        return closed

    # --- webhooks ---

    def ask(self, url: str, form: dict[str, str], *, spare: bool, faulty: bool) -> str | None:
        """The document at `url`; None where it cannot be had. `faulty`: request or answer may be lost."""
        url, _, overrides = url.partition("#")
        for _ in range(1 + int(parse_qs(overrides).get("rc", ["0"])[0])):
            if (document := self._ask(url, form, spare, faulty)) is not None:
                return document
        return None

    def _ask(self, url: str, form: dict[str, str], spare: bool, faulty: bool) -> str | None:
        self.time.rest(self.dice.uniform(*ACROSS))
        if faulty and self.faults.strikes("document request lost"):
            return None
        try:
            document = self.line.ask(url, form, spare).result(15.0)
        except (MovedError, OverError):
            raise  # the leg that asks goes another way meanwhile
        except BaseException:  # an error of the line, or its process has died
            return None
        return None if faulty and self.faults.strikes("document answer lost") else document

    def tell(self, url: str, form: dict[str, str], call: int) -> None:
        """A callback: lost, doubled, late, and overtaken by others."""
        if not url or self.faults.strikes("callback lost"):
            return
        late = self.faults.amount("callback late", *LATE) if self.faults.strikes("callback late") else 0.0
        for number in range(1 + self.faults.strikes("callback twice")):
            delay = late + number * 0.5 + self.dice.uniform(0.02, 0.4)
            self.time.start(lambda: self._tell(url, form), delay)

    def _tell(self, url: str, form: dict[str, str]) -> None:
        self.ask(url, form, spare=False, faulty=False)
