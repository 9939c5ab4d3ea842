"""The table of turns at the end of a run."""

from collections.abc import Iterator

import pytest

from tests.harness.scenario_file import MOST, TASKS
from tests.harness.scenario_verdict import Played

PLAYED = pytest.StashKey[list[Played]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PLAYED] = []


@pytest.fixture
def played(request: pytest.FixtureRequest) -> list[Played]:
    """Whoever has played a call adds it here, for the table."""
    return request.config.stash[PLAYED]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    calls = config.stash.get(PLAYED, [])
    if not calls:
        return
    terminalreporter.section("scripted calls")
    for line in (*table(calls), *most_turns(calls)):
        terminalreporter.line(line)


def table(calls: list[Played]) -> Iterator[str]:
    yield f"{'call':<32} {'turns':>5} {'allowed':>7} {'length':>7}  outcome"
    for one in sorted(calls, key=lambda one: one.call.name):
        allowed = one.call.expect.turns.at_most if one.call.expect.turns else ""
        length = max((turn["end"] or turn["start"] for turn in one.report["turns"]), default=0.0)
        turns = "" if one.turns is None else one.turns
        yield f"{one.call.name:<32} {turns:>5} {allowed:>7} {length:>5.0f} s  {one.report['outcome']}"


def most_turns(calls: list[Played]) -> Iterator[str]:
    """The longest way to each task that is limited."""
    for task, words in TASKS.items():
        counts = [
            one.turns for one in calls if one.turns and one.call.expect.turns and one.call.expect.turns.until == words
        ]
        if counts:
            yield f"{task}: at most {max(counts)} caller turns in {len(counts)} calls; {MOST[task]} are allowed"
