"""Workers that are killed at any moment: what follows a call is done whole, and once.

The recogniser here is a quick double; the processes, the queues, the database, the files and HTTP are real.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select, text

from ivr.quality.search.words import words_in
from ivr.recordings.copies import PROVED, both
from ivr.recordings.retention import purge_older
from ivr.recordings.storage import ENDING
from ivr.recordings.transcription import read_sound
from ivr.store.engine import Sessions
from ivr.store.models import Outbox
from speech.tones import keys_heard
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_recording_server import FakeRecordingServer
from tests.harness.pipeline_factory import FACTORY, pipeline_context
from tests.harness.recorded_calls import BEGAN, KINDS, end_call, kept_of, recording_sid, sound_of, things
from tests.harness.worker_process import worker
from workers import context as workers_context
from workers import jobs
from workers.context import WorkerContext

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

SECRETS = {"two", "seven", "four", "nine", "blue", "bird"}
WHOLE, JOB = 0.12, 0.6  # of the kills take all processes of a worker at once; of the rest, a job's own process


class Killer:
    """A worker that runs, of which something is killed; its supervisor is started again."""

    def __init__(self, seed: int) -> None:
        self._random, self._stack = random.Random(seed), ExitStack()
        self._process = self._start()
        self.killed: Counter[str] = Counter()

    def moments(self, kills: int, steps: int) -> list[int]:
        """After how many jobs that were done something is killed."""
        return sorted(self._random.choices(range(steps), k=kills))

    def kill(self) -> None:
        time.sleep(self._random.uniform(0.0, 0.3))
        family, share = _family(self._process.pid), self._random.random()
        working = [one for one in family if one[1] == "job"]
        victims = family if share < WHOLE else [self._random.choice(working if share < JOB and working else family)]
        self.killed["all" if share < WHOLE else victims[0][1]] += 1
        for pid, _ in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # a job's own process, which has ended
        if self._process.pid in dict(victims):
            self._process.wait(10)
            self._process = self._start()

    def close(self) -> None:
        self._stack.close()

    def _start(self) -> subprocess.Popen[bytes]:
        return self._stack.enter_context(worker(FACTORY))


def _family(supervisor: int) -> list[tuple[int, str]]:
    """(pid, what it is) of a worker's supervisor, its queues' processes, and theirs for jobs."""
    listed = subprocess.run(["ps", "-ax", "-o", "ppid=,pid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    queues = [(int(pid), words[0].split()[3]) for of, pid, *words in rows if int(of) == supervisor and _queue(words)]
    owners = {pid for pid, _ in queues}
    own = [(int(pid), "job") for of, pid, *_ in rows if int(of) in owners]
    return [(supervisor, "supervisor"), *queues, *own]


def _queue(words: list[str]) -> bool:
    return bool(words) and " -m workers " in words[0]


class Pipelines:
    """A database, files and a carrier with calls that have just ended."""

    def __init__(self, folder: Path, redis_url: str, database: Path, calls: int) -> None:
        folder.mkdir()
        shutil.copyfile(database, folder / "test.db")
        self.folder, self.calls = folder, range(calls)
        self.carrier = FakeRecordingServer({recording_sid(number): sound_of(number) for number in self.calls})
        self._serving = ExitStack()
        self.carrier_url = self._serving.enter_context(self.carrier.running())
        self.context: WorkerContext = pipeline_context(folder, redis_url, self.carrier_url)
        for number in self.calls:
            end_call(self.context.sessions, number)

    def close(self) -> None:
        self.context.sessions.engine.dispose()
        self._serving.close()

    def done(self) -> int:
        with self.context.sessions() as tx:
            return tx.scalar(select(func.count()).select_from(Outbox).where(Outbox.done_at.is_not(None))) or 0

    def open(self) -> list[tuple[str, int, str | None]]:
        with self.context.sessions() as tx:
            rows = tx.execute(select(Outbox.topic, Outbox.tries, Outbox.error).where(Outbox.done_at.is_(None)))
            return [(topic, tries, error) for topic, tries, error in rows]

    def wait(self, steps: int, patience: float) -> None:
        """Until so many jobs are done, or all."""
        begun = time.monotonic()
        while self.done() < steps and (left := self.open()):
            assert time.monotonic() - begun < patience, f"{steps} jobs are not done; open: {left}"
            time.sleep(0.05)

    def promised(self) -> Counter[str]:
        """How many rows of each topic there ever were."""
        with self.context.sessions() as tx:
            return Counter(tx.scalars(select(Outbox.topic)))

    def work_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All of it in this process, undisturbed."""
        monkeypatch.setattr(workers_context.provider, "_context", self.context)
        while self.open():
            with self.context.sessions() as tx:
                rows = tx.scalars(select(Outbox.id).where(Outbox.done_at.is_(None)).order_by(Outbox.id)).all()
            for row in rows:
                jobs.perform(row)


@pytest.fixture
def stage(
    tmp_path: Path, redis_url: str, redis: Redis, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator["Stage"]:
    with ExitStack() as ends:
        yield Stage(tmp_path, redis_url, empty_database, monkeypatch, ends)


class Stage:
    """The same calls, worked off twice: undisturbed, and by workers that are killed."""

    def __init__(
        self, folder: Path, redis_url: str, database: Path, monkeypatch: pytest.MonkeyPatch, ends: ExitStack
    ) -> None:
        self._folder, self._redis_url, self._database = folder, redis_url, database
        self._monkeypatch, self._ends = monkeypatch, ends

    def calls(self, name: str, calls: int) -> Pipelines:
        made = Pipelines(self._folder / name, self._redis_url, self._database, calls)
        self._ends.callback(made.close)
        return made

    def undisturbed(self, calls: int) -> Pipelines:
        made = self.calls("calm", calls)
        begun = time.monotonic()
        made.work_off(self._monkeypatch)
        print(f"undisturbed {calls} calls: {made.promised()} {time.monotonic() - begun:.1f} s")
        return made

    def killed(self, calls: int, kills: int, seed: int, steps: int, leases: float, patience: float) -> Pipelines:
        made = self.calls("killed", calls)
        self._monkeypatch.setenv("TEST_FOLDER", str(made.folder))
        self._monkeypatch.setenv("TEST_REDIS", self._redis_url)
        self._monkeypatch.setenv("TEST_CARRIER", made.carrier_url)
        self._monkeypatch.setenv("TEST_LEASES", str(leases))
        begun, killer = time.monotonic(), Killer(seed)
        self._ends.callback(killer.close)
        for moment in killer.moments(kills, steps):
            made.wait(moment, patience)
            killer.kill()
        made.wait(steps, patience)
        killer.close()
        print(f"{calls} calls, {kills} kills {dict(killer.killed)}, {time.monotonic() - begun:.0f} s")
        return made


def check(calm: Pipelines, killed: Pipelines, seed: int) -> None:
    """Each call is complete, once, as if nobody had been killed."""
    assert not killed.open(), f"seed {seed}"
    times = len(killed.calls) // len(calm.calls)
    wanted = {topic: times * count for topic, count in calm.promised().items()}
    assert killed.promised() == wanted, f"seed {seed}: a stage was promised twice, or never"
    for number in calm.calls:
        for what, value in kept_of(calm.context, number).items():
            assert kept_of(killed.context, number)[what] == value, f"seed {seed}: {what} of call {number}"
    for number in killed.calls:
        _check_call(killed.context, number, seed)
    _check_files(killed, seed)
    _check_index(killed.context.sessions, killed.calls, seed)
    _check_carrier(killed, seed)


def _check_call(context: WorkerContext, number: int, seed: int) -> None:
    kept, say = kept_of(context, number), f"seed {seed}: {KINDS[number % 4]}, call {number}"
    (row,), (facts,), (words,) = kept["recordings"], kept["call_facts"], kept["call_words"]
    assert (row["state"], row["redaction"], row["pieces"]) == ("transcribed", PROVED, 2), say
    pieces = [(part["channel"], part["start"]) for part in row["transcript"]]
    assert len(pieces) == len(set(pieces)) == 2, say
    said = " ".join(part["text"] for part in row["transcript"]).split()
    assert not SECRETS & set(said), say
    assert not SECRETS & set(words["caller"].split()), say
    assert words["caller"].split().count(words_in(things(number))[0]) == 1, say
    assert facts["outcome"] == "resolved", say
    answers = [(one["rule"], one["agent_id"]) for one in kept["automatic_answers"]]
    assert ("said-it-is-ai", 0) in answers and len(answers) == len(set(answers)), say
    assert kept["sound"] == sound_of(number), say
    copy = read_sound(kept["copy"]).samples
    assert not any(keys_heard(channel, 0.2) for channel in copy), say


def _check_files(killed: Pipelines, seed: int) -> None:
    files = killed.context.recordings.files
    later = FakeClock(datetime.now(UTC) + timedelta(days=3))
    purge_older(killed.context.sessions, BEGAN - timedelta(days=1), later, files)  # what was half written goes
    there = {name for name, _ in files.place.files()}
    wanted = {f"{name}{ENDING}" for number in killed.calls for name in both(recording_sid(number))}
    assert there == wanted, f"seed {seed}: {there ^ wanted}"


def _check_index(sessions: Sessions, calls: range, seed: int) -> None:
    with sessions.begin() as tx:
        tx.execute(text("INSERT INTO call_words_index(call_words_index, rank) VALUES ('integrity-check', 1)"))
        for number in (number for number in calls if KINDS[number % 4] != "heard amiss"):  # one word was silenced
            phrase = f'"{" ".join(words_in(things(number)))}"'
            found = text("SELECT count(*) FROM call_words_index WHERE call_words_index MATCH :phrase")
            assert tx.execute(found, {"phrase": phrase}).scalar_one() == 1, f"seed {seed}: words of call {number}"


def _check_carrier(killed: Pipelines, seed: int) -> None:
    """Deleted once each, and fetched no more after that; only the DELETE itself may come again."""
    asked = killed.carrier.asked
    deleted = [sid for method, sid, status in asked if (method, status) == ("DELETE", 204)]
    assert sorted(deleted) == [recording_sid(number) for number in killed.calls], f"seed {seed}"
    assert {method for method, _, status in asked if status == 404} <= {"DELETE"}, f"seed {seed}"


def test_what_follows_a_call_is_done_once_though_workers_are_killed(stage: Stage) -> None:
    seed = 20260302
    calm = stage.undisturbed(8)
    killed = stage.killed(8, kills=5, seed=seed, steps=calm.done(), leases=0.1, patience=300)
    check(calm, killed, seed)


@pytest.mark.slow
def test_a_hundred_calls_are_done_once_though_workers_are_killed_forty_times(stage: Stage) -> None:
    seed = random.SystemRandom().randrange(2**32)
    calm = stage.undisturbed(20)
    killed = stage.killed(100, kills=40, seed=seed, steps=5 * calm.done(), leases=1.0, patience=600)
    check(calm, killed, seed)
