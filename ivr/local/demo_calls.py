"""An ordinary day for the demo: who calls and what they want is drawn by a seed, then really played."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ivr.clock import Clock
from ivr.desk.agents import set_presence
from ivr.ledger.sample import SAMPLES
from ivr.local.demo import PEOPLE, found_or_added
from ivr.local.scripted_calls import place, put_scripted_agent, settled_report, take_scripted_agent
from ivr.number_words import UNITS
from ivr.people import roster
from ivr.settings import Settings
from ivr.store.engine import Sessions

STORIES = Path(__file__).parents[2] / "switch" / "scripts" / "day.yaml"
VOICES = ("bella", "george", "emma", "michael")
STRANGER = "+1555019{:04d}"
AT_ONCE = 3  # calls: what two cores hear without making anybody wait
COLLEAGUES = (("ben@warmline.example", "Ben", "client:ben"), ("layla@warmline.example", "Layla", "client:layla"))
AGENTS = (*(person[:3] for person in PEOPLE if "agent" in person[3]), *COLLEAGUES)
SETTLED = 900.0  # seconds: transcribing waits for callers, and for the recordings before


@dataclass(frozen=True, slots=True)
class Planned:
    """A call to be placed: the `story`'s name and the caller's script."""

    story: str
    script: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that is over: `number` of them so far; what the line made of it, and what went wrong."""

    number: int
    story: str
    outcome: str
    problems: Sequence[str]


def plan(many: int, seed: int) -> list[Planned]:
    """`many` calls, the same for the same seed. Neighbours are of different customers: they may overlap."""
    dice, stories = random.Random(seed), yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    often = [story.get("often", 1) for story in stories]
    return [_planned(dice, story, number) for number, story in enumerate(dice.choices(stories, often, k=many))]


def _planned(dice: random.Random, story: dict[str, Any], number: int) -> Planned:
    able = [sample for sample in SAMPLES if sample.id in story.get("accounts", [sample.id])]
    customer = able[number % len(able)]
    values = {
        "pin": customer.pin,
        "digits": ", ".join(_spelled(customer.pin)),
        "account": " ".join(_spelled(customer.number)),
        "stars": dice.choice(story.get("stars", [3])),
    }
    steps = [_filled(step, values) for step in story["steps"]]
    from_ = STRANGER.format(number) if story.get("stranger") else customer.phone
    return Planned(story["name"], {"from": from_, "voice": dice.choice(VOICES), "steps": steps})


def _spelled(figures: str) -> list[str]:
    return [_DIGITS[int(figure)] for figure in figures]


_DIGITS = tuple(UNITS)[:10]


def _filled(step: Any, values: dict[str, Any]) -> Any:
    if not isinstance(step, dict):
        return step
    return {name: value.format(**values) if isinstance(value, str) else value for name, value in step.items()}


def agent_script(name: str) -> dict[str, Any]:
    """What `name` does with every call: takes it by key, greets, listens, and says goodbye."""
    greeting, noted, parting = (
        f"Hello, this is {name}. How can I help you today?", "Thank you, I have noted that. Anything else?",
        "You're welcome. Goodbye.",
    )  # fmt: skip
    steps: list[Any] = ["answer", {"quiet": 0.6}, {"keys": "1"}, {"pause": 1.0}, {"say": greeting}]
    for words in (noted, parting):
        steps += [{"quiet": 1.2}, {"say": words}]
    return {"voice": "sarah", "steps": [*steps, {"pause": 20}]}


class Desk:
    """The agents of the day while it is played: their phones answer by themselves. Ada's is hers again afterwards."""

    def __init__(self, settings: Settings, sessions: Sessions, clock: Clock) -> None:
        self._settings, self._sessions, self._clock = settings, sessions, clock

    def __enter__(self) -> None:
        with self._sessions.begin() as tx:
            for email, name, phone in AGENTS:
                agent = found_or_added(tx, email, name, phone, self._clock)
                set_presence(tx, agent, "available", self._clock.now())
        for _, name, phone in AGENTS:
            put_scripted_agent(self._settings, phone, agent_script(name))

    def __exit__(self, *_ended: object) -> None:
        for _, _, phone in AGENTS:
            take_scripted_agent(self._settings, phone)
        with self._sessions.begin() as tx:
            for email, _, _ in COLLEAGUES:
                if agent := roster.find(tx, email):
                    set_presence(tx, agent, "away", self._clock.now())


def play(settings: Settings, sessions: Sessions, calls: Sequence[Planned], at_once: int = AT_ONCE) -> Iterator[Placed]:
    """Places all `calls`, `at_once` at a time, and yields each when its recording is written down."""
    with ThreadPoolExecutor(at_once) as pool:
        started = {pool.submit(_place, settings, sessions, call): call for call in calls}
        try:
            for number, done in enumerate(as_completed(started), 1):
                report = done.result()
                yield Placed(number, started[done].story, report["outcome"], report["problems"])
        finally:
            pool.shutdown(cancel_futures=True)


def _place(settings: Settings, sessions: Sessions, call: Planned) -> dict[str, Any]:
    result = place(settings, call.script, lambda _: None)
    report = settled_report(settings, sessions, result["call"], SETTLED)
    return {**report, "problems": [*report["problems"], *result["problems"]]}
