"""`setup`: what is done once, beside what `make setup` installs."""

from pathlib import Path

import click

from ivr.carrier.chosen import SdkError, install_phone_script, make_browser_phone
from ivr.cli.common import MISSING, MISUSED, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.local.shared_parts import adopt
from ivr.recordings.places.port import PlaceError


@click.group()
def setup() -> None:
    """What is done once, and only by some lines."""


@setup.command("shared")
def shared() -> None:
    """Say that this host's keys and store of recordings are the line's: other hosts are held to them from now on.

    The first host of a line says so by itself. Afterwards it is for keys or a store that were changed on purpose.
    """
    settings = load_settings()
    sessions = open_database(settings)
    try:
        adopt(settings, sessions, SystemClock().now())
    except (ValueError, PlaceError) as error:
        fail(f"{error}.", MISUSED)
    report("Keys and store of this host are the line's. Start its other hosts with the same.")


@setup.command("phone")
@click.option(
    "--from", "package", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The npm package as a file, where this machine reaches no registry.",
)  # fmt: skip
@json_option
def phone(package: Path | None, as_json: bool) -> None:
    """Install the script with which agents have their phone in the browser, with a real number."""
    settings = load_settings()
    try:
        path = install_phone_script(settings.data_dir, package)
    except SdkError as error:
        fail(str(error), MISSING)
    still = make_browser_phone(settings.phone_account, settings.data_dir).lacking()
    if as_json:
        show({"path": str(path), "lacking": still})
        return
    report(f"The script is in {path}.")
    for words in still:
        report(f"Still to do: {words}")
