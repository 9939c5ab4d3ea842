"""`bench`: figures on this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ivr.cli.common import MISSING, MISUSED, fail, json_option, load_settings, report, show
from ivr.local.supervisor import SupervisorError
from ivr.settings import Settings
from speech.model_files import MissingModelError

Result = dict[str, Any]
Bench = Callable[[Settings, Path | None, int | None], Result]


@click.command()
@click.argument(
    "name",
    type=click.Choice(
        [
            "latency",
            "capacity",
            "soak",
            "stalls",
            "handoff",
            "desk",
            "speech",
            "accuracy",
            "turns",
            "bargein",
            "pages",
            "hung",
            "store",
            "echo",
        ]
    ),
)
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="A folder of people's recorded speech.")
@click.option(
    "--many",
    type=click.IntRange(min=1),
    help="How many calls, turns, minutes, or clips of each kind; each bench has its own.",
)
@json_option
def bench(name: str, data: Path | None, many: int | None, as_json: bool) -> None:
    """Measure NAME on this machine.

    \b
    latency   a caller's end of speech to the first sound of the answer, through the switch
    capacity  calls at once until answers come late
    stalls    the carrier's sound stops at any moment: seconds to the bot's next word
    soak      ten calls at once for an hour: does anything grow
    handoff   request to brief, to ringing, and accept to joined, through the switch
    desk      a day at the desk in virtual time; writes docs/desk.md
    pages     a webhook's time while hundreds of pages are open
    hung      a webhook's time while Redis stands still
    speech    the time to hear an utterance, and to the voice's first sound
    store     how long callers' words wait for a grown SQLite file while all else is at work
    accuracy, turns, bargein   on people's recorded speech (--data)
    echo      the bot hears itself: prompts spoken to their end, and interruptions (--data)
    """
    from bench.tools.recorded_speech import NoData, checked

    settings = load_settings()
    if name in NEED_DATA and data is None:
        fail(f"bench {name} needs --data, a folder with speech.jsonl and digit_strings.jsonl.", MISUSED)
    try:
        if data is not None:
            checked(data)
        result = BENCHES[name](settings, data, many)
    except NoData as error:
        fail(str(error), MISUSED)
    except (MissingModelError, SupervisorError) as error:
        fail(str(error), MISSING)
    if as_json:
        show(result)
        return
    click.echo(result["machine"])
    for figure, value in result["figures"].items():
        click.echo(f"  {figure}: {value:g}")
    if "gives_way" in result:
        click.echo(f"  gives way first: {result['gives_way']}")


def _given(**values: Any) -> dict[str, Any]:
    """Only what was asked for: the rest is the bench's own default."""
    return {name: value for name, value in values.items() if value is not None}


def _latency(settings: Settings, data: Path | None, many: int | None) -> Result:
    from bench.calls.latency import run

    return run(settings, data, tell=report, **_given(turns=many))


def _capacity(settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.calls.capacity import run

    return run(settings, tell=report, **_given(most=many))


def _soak(settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.calls.soak import run

    return run(settings, tell=report, **_given(minutes=many))


def _stalls(settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.calls.stalls import run

    return run(settings, tell=report, **_given(calls=many))


def _handoff(settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.calls.handoff import run

    return run(settings, tell=report, **_given(calls=many))


def _desk(_settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.desk.day import run

    return run(Path("docs"), **_given(callers=many))


def _speech(settings: Settings, _data: Path | None, _many: int | None) -> Result:
    from bench.speech.speed import run

    return run(settings.whisper_model, settings.data_dir, settings.voice, report)


def _accuracy(settings: Settings, data: Path | None, many: int | None) -> Result:
    from bench.speech.accuracy import run

    return run(data or Path(), settings.whisper_model, settings.data_dir, report, **_given(many=many))


def _turns(settings: Settings, data: Path | None, many: int | None) -> Result:
    from bench.speech.endpointing import run

    return run(data or Path(), settings.whisper_model, settings.data_dir, report, **_given(many=many))


def _bargein(settings: Settings, data: Path | None, many: int | None) -> Result:
    from bench.speech.interruptions import run

    return run(data or Path(), settings.whisper_model, settings.data_dir, report, **_given(many=many))


def _pages(settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.calls.pages import run

    return run(settings, tell=report, **_given(streams=many))


def _hung(settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.calls.hung import run

    return run(settings, tell=report, **_given(seconds=many))


def _store(settings: Settings, _data: Path | None, many: int | None) -> Result:
    from bench.calls.store import run

    return run(settings, tell=report, **_given(turns=many))


def _echo(settings: Settings, data: Path | None, many: int | None) -> Result:
    from bench.calls.echo import run

    return run(settings, data or Path(), report, **_given(many=many))


NEED_DATA = frozenset({"accuracy", "turns", "bargein", "echo"})
BENCHES: dict[str, Bench] = {
    "latency": _latency,
    "capacity": _capacity,
    "soak": _soak,
    "stalls": _stalls,
    "handoff": _handoff,
    "desk": _desk,
    "speech": _speech,
    "accuracy": _accuracy,
    "turns": _turns,
    "bargein": _bargein,
    "pages": _pages,
    "hung": _hung,
    "store": _store,
    "echo": _echo,
}
