"""The `warmline` command: one door, for people and for scripts."""

import click

from bench.cli import bench
from ivr.cli.admin import accounts, purge
from ivr.cli.agents import agents
from ivr.cli.api_keys import api_keys
from ivr.cli.audit import audit
from ivr.cli.calls import call, demo
from ivr.cli.doctor import doctor
from ivr.cli.jobs import jobs
from ivr.cli.prompts import prompts
from ivr.cli.run import serve, switch, worker
from ivr.cli.settings import settings
from ivr.cli.words import transcribe, understand


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
    understand,
    doctor,
    agents,
    accounts,
    api_keys,
    audit,
    purge,
    jobs,
    prompts,
    settings,
    bench,
):
    main.add_command(command)
