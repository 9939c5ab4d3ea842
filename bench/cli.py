"""`warmline bench`: figures on this machine. The command registers itself by an entry point (pyproject.toml)."""

from pathlib import Path
from typing import Any

import click

from bench import registry
from ivr.cli.common import MISSING, MISUSED, fail, json_option, load_settings, report, show


class BenchCommand(click.Command):
    """A command whose help lists the benches, each with the first line of its module's docstring."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        with formatter.section("Benches"):
            formatter.write_dl([(name, registry.summary(name)) for name in registry.MODULES])


@click.command(cls=BenchCommand)
@click.argument("name", type=click.Choice(list(registry.MODULES)))
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="A folder of people's recorded speech.")
@click.option(
    "--many",
    "--calls",
    "many",
    type=click.IntRange(min=1),
    help="How many calls, turns, minutes, or clips of each kind; each bench has its own.",
)
@click.option("--seed", type=int, help="Draws the same callers again; benches that draw none pass it over.")
@click.option("--times", type=click.IntRange(min=1), help="How often each caller calls (strangers).")
@click.option("--kinds", help="Which faults, with commas between them (faults).")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep both channels of every call here (latency).")
@click.option("--append", type=click.Path(path_type=Path), help="Add the calls up in this file (faults).")
@click.option("--rolling", is_flag=True, default=None, help="Replace every process under live calls (faults).")
@json_option
def bench(name: str, as_json: bool, **given: Any) -> None:
    """Measure NAME on this machine."""
    from bench.cluster.namespaces import NoNamespacesError
    from bench.faults.kinds import UnknownKindError
    from bench.strangers.voices import NoVoiceError
    from bench.tools.recorded_speech import NoDataError, checked
    from ivr.local.supervisor import SupervisorError
    from speech.model_files import MissingModelError

    settings = load_settings()
    data = given["data"]
    given["kinds"] = given["kinds"].split(",") if given["kinds"] else None
    if registry.needs_data(name) and data is None:
        fail(f"bench {name} needs --data, a folder with speech.jsonl and digit_strings.jsonl.", MISUSED)
    try:
        if data is not None:
            checked(data)
        result = registry.run(name, settings=settings, tell=report, **given)
    except (NoDataError, UnknownKindError) as error:
        fail(str(error), MISUSED)
    except (MissingModelError, NoNamespacesError, NoVoiceError, SupervisorError) as error:
        fail(str(error), MISSING)
    if as_json:
        show(result)
        return
    click.echo(result["machine"])
    for figure, value in result["figures"].items():
        click.echo(f"  {figure}: {value:g}")
    for cause, calls in result.get("causes", {}).items():
        click.echo(f"  {cause}: {len(calls)}")
        for call in calls[:5]:
            click.echo(f"    {call}")
    for kind, share in list(result.get("of", {}).items())[:8]:
        click.echo(f"  right of {kind}: {share:g} %")
    if "gives_way" in result:
        click.echo(f"  gives way first: {result['gives_way']}")
