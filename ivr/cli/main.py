"""The `warmline` command: one door, for people and for scripts.

Other packages add commands of their own by an entry point of the group `warmline.commands`, as `bench` does.
"""

from importlib.metadata import EntryPoint, entry_points

import click

from ivr.cli.admin import accounts
from ivr.cli.agents import agents
from ivr.cli.api_keys import api_keys
from ivr.cli.audit import audit
from ivr.cli.backup import backup, restore
from ivr.cli.calls import call, demo
from ivr.cli.common import MISSING, fail
from ivr.cli.doctor import doctor
from ivr.cli.hold import hold
from ivr.cli.jobs import jobs
from ivr.cli.keys import keys
from ivr.cli.learn import learn
from ivr.cli.prompts import prompts
from ivr.cli.purge import purge
from ivr.cli.quality import quality
from ivr.cli.run import serve, switch, worker
from ivr.cli.settings import settings
from ivr.cli.setup import setup
from ivr.cli.status import status
from ivr.cli.transcripts import transcripts
from ivr.cli.words import transcribe, understand

GROUP = "warmline.commands"
ANY_ARGUMENTS = {"ignore_unknown_options": True, "allow_extra_args": True}


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="warmline", prog_name="warmline")
def main() -> None:
    """A telephone support line where the bot is quick and a person is always one word away.

    Exit codes: 0 done; 1 it did not go as it should; 2 wrong use; 3 something needed is missing.
    """


for command in (
    demo,
    serve,
    worker,
    switch,
    call,
    transcribe,
    transcripts,
    understand,
    doctor,
    agents,
    accounts,
    api_keys,
    audit,
    purge,
    hold,
    jobs,
    keys,
    quality,
    learn,
    prompts,
    settings,
    setup,
    status,
    backup,
    restore,
):
    main.add_command(command)


def registered(entry: EntryPoint) -> click.Command:
    """The command of another package; one that cannot be loaded says so when it is called, and breaks no other."""
    try:
        command = entry.load()
    except Exception as error:  # whatever is wrong with another package
        return _unavailable(entry, error)
    return command if isinstance(command, click.Command) else _unavailable(entry, TypeError("it is no command"))


def _unavailable(entry: EntryPoint, error: Exception) -> click.Command:
    reason = f"Not available: {entry.value} cannot be loaded ({type(error).__name__}: {error})."

    @click.command(entry.name, help=reason, short_help="Not available.", context_settings=ANY_ARGUMENTS)
    def command() -> None:
        fail(reason, MISSING)

    return command


for entry in entry_points(group=GROUP):
    main.add_command(registered(entry))
