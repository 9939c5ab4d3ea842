"""`bench`: figures on this machine."""

import click

from ivr.commands.common import MISSING, fail, json_option, load_settings, show, tell


@click.command()
@click.argument("name", type=click.Choice(["speech"]))
@json_option
def bench(name: str, as_json: bool) -> None:
    """Measure NAME on this machine: `speech` is the time to hear an utterance and to the voice's first sound."""
    settings = load_settings()
    from bench.speech import run
    from speech.weights import MissingWeights

    try:
        result = run(settings.whisper_model, settings.data_dir, settings.voice, tell)
    except MissingWeights as error:
        fail(str(error), MISSING)
    if as_json:
        show(result)
    else:
        click.echo(result["machine"])
        for figure, value in result["figures"].items():
            click.echo(f"  {figure}: {value}")
