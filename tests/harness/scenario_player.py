"""Plays calls through houses of the suite's own: real audio, real time, several at once."""

import contextlib
import itertools
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from tests.harness.running_line import Line, opened_house
from tests.harness.scenario_file import AGENTS, CallFile
from tests.harness.scenario_verdict import Played, shortcomings

AT_ONCE = 5
DEAF = 4.0  # seconds late: less than the line's own patience with a silent caller
Plan = list[tuple[Line, CallFile]]


class Suite:
    """Plays each call as soon as there is room. `result` waits for one of them; `kept` outlasts the run."""

    def __init__(self, folder: Path, kept: Path, calls: Sequence[CallFile]) -> None:
        self._folder, self._kept, self._calls = folder, kept, calls
        self._results: dict[str, Future[Played]] = {call.name: Future() for call in calls}
        self._tries = itertools.count(1)
        self._over = threading.Event()

    def __enter__(self) -> "Suite":
        self._thread = threading.Thread(target=self._play_all, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def result(self, name: str) -> Played:
        return self._results[name].result()

    def _play_all(self) -> None:
        try:
            with self._lines() as plan:
                for line, call in self._play_together(plan):
                    self._play(line, call)
        except BaseException as error:  # whoever waits for a result must be told
            for future in self._results.values():
                if not future.done():
                    future.set_exception(error)

    @contextlib.contextmanager
    def _lines(self) -> Iterator[Plan]:
        """Each call with its house; all of them are up before the first call, which a start would disturb."""
        with contextlib.ExitStack() as houses:
            lines: dict[tuple[tuple[str, str], ...], Line] = {}
            for call in self._calls:
                settings = tuple(sorted(call.settings.items()))
                if settings not in lines:
                    folder = self._folder / f"house-{len(lines) + 1}"
                    lines[settings] = houses.enter_context(opened_house(folder, self._kept, call.settings))
                    lines[settings].staff("away")
            yield [(lines[tuple(sorted(call.settings.items()))], call) for call in self._calls]

    def _play_together(self, plan: Plan) -> Plan:
        """Several at once; returns those to be played again, each on its own.

        There is one desk: first those play who find nobody there, then, beside all others, one after the other
        those whose agent is there, or comes to call back.
        """
        staffed = sorted(
            (one for one in plan if at_desk(one[1])), key=lambda one: AGENTS.index(one[1].agent or "absent")
        )
        free = [one for one in plan if not at_desk(one[1])]
        alone = [one for one in free if one[1].expect.handoff is not None]
        others = [one for one in free if one[1].expect.handoff is None]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            first = [pool.submit(self._play, *one, again=True) for one in alone]
            desk = pool.submit(self._play_in_turn, staffed, first)
            rest = [pool.submit(self._play, *one, again=True) for one in others]
        deaf = {name for future in (*first, *rest) if (name := future.result())} | set(desk.result())
        return [(line, call) for line, call in plan if call.name in deaf]

    def _play_in_turn(self, calls: Plan, before: "list[Future[str | None]]") -> list[str]:
        wait(before)
        return [name for line, call in calls if (name := self._play(line, call, again=True))]

    def _play(self, line: Line, call: CallFile, again: bool = False) -> str | None:
        """Settles the call's result; answers with its name if it is to be played `again`, on its own.

        On a crowded machine the scripted caller may recognise the bot's words so late that he seems silent.
        """
        future = self._results[call.name]
        if self._over.is_set():
            future.cancel()
            return None
        try:
            played = line.play(call, next(self._tries))
        except Exception as error:
            future.set_exception(error)
            return None
        if again and played.deaf > DEAF and shortcomings(played):
            return call.name
        future.set_result(played)
        return None


def at_desk(call: CallFile) -> bool:
    """Whether somebody sits at the desk for this call."""
    return call.agent is not None or call.call_back is not None
