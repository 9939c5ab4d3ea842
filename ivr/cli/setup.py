"""`setup`: what is fetched once, beside what `make setup` installs."""

from pathlib import Path

import click

from ivr.carrier.chosen import SdkError, install_phone_script, make_browser_phone
from ivr.cli.common import MISSING, fail, json_option, load_settings, report, show


@click.group()
def setup() -> None:
    """Fetch what only some lines need."""


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
