"""`settings`: every setting there is, with its default."""

from pathlib import Path

import click

from ivr.settings.page import settings_page


@click.command()
@click.option("--write", type=click.Path(path_type=Path), help="Write the page to this file instead.")
def settings(write: Path | None) -> None:
    """Print every setting, what it is and its default, as a page."""
    if write:
        write.write_text(settings_page())
        click.echo(f"Wrote {write}.", err=True)
    else:
        click.echo(settings_page(), nl=False)
