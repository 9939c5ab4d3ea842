"""`prompts`: the bot's whole script, and its flows as diagrams."""

from pathlib import Path

import click

from ivr.cli.common import json_option, show
from languages import DEFAULT, LANGUAGES


@click.command()
@click.option("--write", type=click.Path(path_type=Path), help="Write the page with the flows' diagrams to this file.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT, show_default=True)
@json_option
def prompts(write: Path | None, language: str, as_json: bool) -> None:
    """Print everything the bot and the line can say, as a table."""
    from ivr.dialogue import flow_docs
    from ivr.dialogue.prompts import LINES, PROMPTS

    if write:
        write.write_text(flow_docs.flows_page())
        click.echo(f"Wrote {write}.", err=True)
    elif as_json:
        bot = {name: list(wordings) for name, wordings in PROMPTS[language].items()}
        show(bot | {f"line.{name}": [text] for name, text in LINES[language].items()})
    else:
        click.echo(flow_docs.table(language))
