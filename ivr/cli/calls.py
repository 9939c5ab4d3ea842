"""`demo` and `call`: a call through the switch, shown as it happens, with its result."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from ivr.cli.common import (
    INTERRUPTED,
    MISSING,
    MISUSED,
    WRONG,
    fail,
    json_option,
    load_settings,
    report,
    show,
    usable_database,
)
from ivr.clock import SystemClock
from ivr.ledger.sample import SAMPLES
from ivr.local.demo import AGENT_PHONE, demo_settings, furnish, script, shortcomings
from ivr.local.demo_calls import AT_ONCE, Desk, plan, play
from ivr.local.scripted_calls import (
    NotPlacedError,
    SwitchAwayError,
    place,
    put_scripted_agent,
    settled_report,
    switch_address,
    switch_is_up,
    take_scripted_agent,
)
from ivr.local.setup import prepare
from ivr.local.supervisor import Supervisor, SupervisorError
from ivr.nlu.encoder import MissingModelError as MissingEncoder
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Turn
from speech.model_files import MissingModelError
from speech.voices import VoiceUnavailableError

PAGES = (("agent", "ada"), ("quality", "quinn"), ("board", "sam"))


@click.command()
@click.option("--once", is_flag=True, help="End after the call: exit 0 when it went as it should, else 1.")
@click.option(
    "--calls",
    "many",
    type=click.IntRange(min=1),
    help="Play that many calls of an ordinary day first (1 a minute or so).",
)
@click.option("--seed", default=1, show_default=True, help="Which day: the same seed draws the same calls.")
@json_option
def demo(once: bool, many: int | None, seed: int, as_json: bool) -> None:
    """Start everything on this machine, place a call with real audio, and show the pages.

    With --calls, all pages have something to show. Stays until Ctrl-C, which stops every process it started.
    """
    with _everything(load_settings()) as (settings, sessions, passwords, supervisor):
        if many:
            _play_day(settings, sessions, many, seed)
        document = _scripted_call(settings, sessions, script("demo-caller"), script("demo-agent"))
        from ivr.nlu.understanding import Understanding

        document["problems"] += shortcomings(document, sessions, Understanding.load(settings.data_dir), SystemClock())
        if as_json:
            show(document)
        _summarise(document)
        if once:
            raise SystemExit(WRONG if document["problems"] else 0)
        _show_pages(settings, passwords)
        _stay(supervisor)


@click.command()
@click.option(
    "--wav",
    "wavs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A WAV file the caller plays; again for the next turn.",
)
@click.option("--say", "says", multiple=True, help="A sentence the caller says; again for the next turn.")
@click.option(
    "--script", "file", type=click.Path(path_type=Path), help="A script in YAML: what the caller does, step by step."
)
@click.option("--from", "caller", default="+15550100001", show_default=True, help="The caller's number.")
@json_option
def call(wavs: tuple[Path, ...], says: tuple[str, ...], file: Path | None, caller: str, as_json: bool) -> None:
    """Place a call through the switch and print its transcript and timings.

    Uses the switch that is running; when there is none, starts everything for the length of the call.
    """
    if sum(map(bool, (wavs, says, file))) != 1:
        raise click.UsageError("Give either --wav, or --say, or --script.")
    steps = _script_of(wavs, says, file, caller)
    settings = load_settings()
    with _running(settings) as (settings, sessions):
        document = _scripted_call(settings, sessions, steps, None)
    if as_json:
        show(document)
    _summarise(document)
    raise SystemExit(WRONG if document["problems"] else 0)


def _play_day(settings: Settings, sessions: Sessions, many: int, seed: int) -> None:
    report(f"Playing {many} calls, {AT_ONCE} at a time; Ctrl-C stops.")
    with Desk(settings, sessions, SystemClock()):
        for placed in play(settings, sessions, plan(many, seed)):
            trouble = f" ({placed.problems[0]})" if placed.problems else ""
            report(f"  {placed.number:3} of {many}  {placed.story}: {placed.outcome}{trouble}")


def _stay(supervisor: Supervisor) -> None:
    try:
        while True:
            time.sleep(1)
            supervisor.check()
    except KeyboardInterrupt:
        report("\nStopping.")


def _script_of(wavs: tuple[Path, ...], says: tuple[str, ...], file: Path | None, caller: str) -> dict[str, Any]:
    from speech.audio import UnreadableAudioError, read_mono
    from switch.phones.script import ScriptError
    from switch.phones.script_reader import load_script

    if file:
        import yaml

        try:
            load_script(file)
        except (ScriptError, OSError) as error:
            fail(str(error), MISUSED)
        loaded = yaml.safe_load(file.read_text())
        given: dict[str, Any] = loaded if isinstance(loaded, dict) else {"steps": loaded}
        return {"from": caller, "folder": str(file.parent.absolute()), **given}
    for wav in wavs:
        try:
            read_mono(wav)
        except UnreadableAudioError as error:
            fail(str(error), MISUSED)
    turns = [{"wav": str(wav.absolute())} for wav in wavs] or [{"say": text} for text in says]
    quiet = {"quiet": 1.0}
    return {"from": caller, "steps": [quiet, *(step for turn in turns for step in (turn, quiet)), "hang_up"]}


@contextmanager
def _everything(settings: Settings) -> Iterator[tuple[Settings, Sessions, dict[str, str], Supervisor]]:
    settings = demo_settings(settings)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us with Ctrl-C ignored
        signal.signal(number, signal.default_int_handler)
    try:
        with usable_database():
            prepare(settings, report)
            sessions = make_sessions(make_engine(settings.database))
        passwords = furnish(sessions, SystemClock(), settings)
        with Supervisor(settings, report) as supervisor:
            yield settings, sessions, passwords, supervisor
    except (SupervisorError, MissingModelError, MissingEncoder, VoiceUnavailableError) as error:
        fail(str(error), MISSING)
    except (SwitchAwayError, NotPlacedError) as error:
        fail(str(error), WRONG)
    except KeyboardInterrupt:
        report("\nStopped.")
        raise SystemExit(INTERRUPTED) from None


@contextmanager
def _running(settings: Settings) -> Iterator[tuple[Settings, Sessions]]:
    if switch_is_up(settings):
        report(f"Calling through the switch at {switch_address(settings)}.")
        yield settings, make_sessions(make_engine(settings.database))
        return
    with _everything(settings) as (own, sessions, _, _):
        put_scripted_agent(own, AGENT_PHONE, script("demo-agent"))
        yield own, sessions


def _scripted_call(
    settings: Settings, sessions: Sessions, caller: dict[str, Any], agent: dict[str, Any] | None
) -> dict[str, Any]:
    if agent is not None:
        put_scripted_agent(settings, AGENT_PHONE, agent)
    shown = _Transcript(sessions)
    report("Calling the line.")
    result = place(settings, caller, shown.progress)
    report("The caller has hung up; keeping and transcribing the recording.")
    document = settled_report(settings, sessions, result["call"])
    shown.stop()
    if agent is not None:
        take_scripted_agent(settings, AGENT_PHONE)
    document["caller"] = {key: result[key] for key in ("said", "heard", "latency")}
    document["problems"] += result["problems"]
    return document


class _Transcript:
    """Prints the call's turns as they are committed."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def progress(self, event: dict[str, Any]) -> None:
        if self._thread is None and event.get("call"):
            self._thread = threading.Thread(target=self._follow, args=(event["call"],), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def _follow(self, sid: str) -> None:
        seen: set[int] = set()
        while not self._over.wait(0.3):
            with self._sessions() as tx:
                for turn in tx.scalars(select(Turn).where(Turn.call_sid == sid).order_by(Turn.start)):
                    if turn.id not in seen:
                        seen.add(turn.id)
                        report(f"  {turn.start:6.1f} s  {turn.speaker:>6}: {turn.text}")


def _summarise(document: dict[str, Any]) -> None:
    report(f"Outcome: {document['outcome']}.")
    if handoff := document["handoff"]:
        times = ", ".join(f"{name} {at:.1f} s" for name, at in handoff["times"].items())
        report(f"Hand-off: {handoff['state']} ({times}).")
    if recording := document["recording"]:
        report(f"Recording: {recording['seconds']} s, {recording['channels']} channels, {recording['state']}.")
    for problem in document["problems"]:
        report(f"Problem: {problem}")


def _show_pages(settings: Settings, passwords: dict[str, str]) -> None:
    line = settings.public_url
    report("")
    for page, name in PAGES:
        email = f"{name}@warmline.example"
        report(f"  {page:8} {line}/{page}/   sign in as {email}, password {passwords[email]}")
    customer = SAMPLES[0]
    report(f"  {'phone':8} {switch_address(settings)}/phone   call as {customer.phone}, whose PIN is {customer.pin}")
    report("\nCtrl-C stops everything.")
