"""`agents`: the people who sign in, from the command line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from ivr.carrier.chosen import make_browser_phone
from ivr.cli import csv_files
from ivr.cli.common import WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.dialling.phone_numbers import is_browser
from ivr.people import factors, links, passwords, roster, roster_import
from ivr.people.roles import ROLES
from ivr.settings import Settings
from ivr.store.models import Agent
from languages import LANGUAGES

BY = "command line"  # who did it, in the audit


@click.group()
def agents() -> None:
    """The people who take calls, listen, supervise and administer."""


@agents.command("list")
@json_option
def list_agents(as_json: bool) -> None:
    """Everyone who can sign in."""
    with open_database(load_settings())() as tx:
        rows: list[dict[str, Any]] = [
            {
                "email": a.email, "name": a.name, "roles": a.roles, "phone": a.phone, "presence": a.presence,
                "skills": a.skills, "languages": a.languages, "disabled": a.disabled_at is not None,
            }
            for a in roster.all_people(tx)
        ]  # fmt: skip
    if as_json:
        show(rows)
    elif not rows:
        click.echo("Nobody yet: `warmline agents add EMAIL --name NAME --phone PHONE`.")
    else:
        for row in rows:
            state = "disabled" if row["disabled"] else row["presence"]
            click.echo(f"{row['name']}  {row['email']}  {', '.join(row['roles'])}  {row['phone']}  {state}")


@agents.command("add")
@click.argument("email")
@click.option("--name", required=True, help="How the caller will hear the agent called.")
@click.option("--phone", required=True, help="A number in E.164, or client:NAME for a browser phone.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=("agent",), show_default=True)
@click.option("--skill", "skills", multiple=True, help="What the person is rung for first.")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(list(LANGUAGES)), default=("en",), show_default=True
)
@click.option("--password", help="Made up and printed when not given.")
@json_option
def add(
    email: str, name: str, phone: str, roles: tuple[str, ...], skills: tuple[str, ...],
    languages: tuple[str, ...], password: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Let someone sign in."""
    settings, made_up = load_settings(), roster.random_password()
    with _work(settings) as tx:
        if password is not None:
            passwords.check(password, [name, email, settings.company])
        now = SystemClock().now()
        roster.add(
            tx, email=email, name=name, phone=phone, roles=roles, skills=skills, now=now, by=BY,
            languages=languages, password_hash=passwords.hash_password(password or made_up),
        )  # fmt: skip
    _warn_of_browser_phone(settings, phone)
    if as_json:
        show({"email": email, "password": None if password else made_up})
    else:
        report(f"{name} can sign in as {email}" + ("." if password else f" with the password {made_up}"))


@agents.command("change")
@click.argument("person")
@click.option("--email", help="Another address to sign in with.")
@click.option("--name")
@click.option("--phone", help="A number in E.164, or client:NAME for a browser phone.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="All roles from now on; may be repeated."
)
@click.option("--skill", "skills", multiple=True, help="All skills from now on; may be repeated.")
@click.option("--no-skills", is_flag=True, help="Take all skills away.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(list(LANGUAGES)),
    help="All languages from now on; may be repeated.",
)
@json_option
def change(
    person: str, email: str | None, name: str | None, phone: str | None, roles: tuple[str, ...],
    skills: tuple[str, ...], no_skills: bool, languages: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Change what is given of PERSON (an e-mail address). Other roles sign the person out."""
    settings = load_settings()
    with _work(settings) as tx:
        agent = _known(tx, person)
        changed = roster.change(
            tx, agent, BY, SystemClock().now(), email=email, name=name, phone=phone, roles=roles or None,
            skills=[] if no_skills else skills or None, languages=languages or None,
        )  # fmt: skip
    _warn_of_browser_phone(settings, phone or "")
    _report(as_json, {"email": agent.email, "changed": changed}, f"Changed: {', '.join(changed) or 'nothing'}.")


@agents.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--template", is_flag=True, help="Print a file to begin with.")
@json_option
def import_agents(file: Path | None, dry_run: bool, template: bool, as_json: bool) -> None:
    """Add and change the people of FILE, a CSV file, by their e-mail addresses: all of them, or none.

    An empty cell leaves what is there. Who is added signs in once `warmline agents password` has made them a link.
    """
    if template:
        click.echo(csv_files.template(roster_import.COLUMNS, roster_import.EXAMPLE), nl=False)
        return
    now = SystemClock().now()
    csv_files.run_import(
        file, roster_import.COLUMNS, roster_import.NEEDED, "email", open_database(load_settings()),
        lambda tx, cells: roster_import.import_person(tx, cells, BY, now), dry_run, as_json,
    )  # fmt: skip


@agents.command("password")
@click.argument("person")
@click.option("--prompt", is_flag=True, help="Read the new password from the terminal, or from the standard input.")
@json_option
def password(person: str, prompt: bool, as_json: bool) -> None:
    """Print a link with which PERSON chooses a new password, or set it with --prompt."""
    settings, now = load_settings(), SystemClock().now()
    if prompt:
        given = _read_password()
        with _work(settings) as tx:
            agent = _known(tx, person)
            passwords.check(given, roster.about(agent, settings.company))
            roster.set_password(tx, agent, passwords.hash_password(given), BY, now)
        _report(as_json, {"email": agent.email}, f"{agent.name} has the new password, and is signed out everywhere.")
        return
    with _work(settings) as tx:
        agent = _known(tx, person)
        token = links.make_link(tx, agent, BY, now)
    link = f"{settings.public_url.rstrip('/')}/password/{token}"
    if as_json:
        show({"email": agent.email, "link": link, "hours": int(links.LINK_LIFETIME.total_seconds() // 3600)})
    else:
        click.echo(link)
        report(f"Give it to {agent.name} alone: it works once, for a day.")


def _add_action(name: str, words: str, does: Callable[[Session, Agent, str, datetime], None], about: str) -> None:
    @agents.command(name, help=about)
    @click.argument("person")
    @json_option
    def run(person: str, as_json: bool) -> None:
        with _work(load_settings()) as tx:
            agent = _known(tx, person)
            who, email = agent.name, agent.email
            does(tx, agent, BY, SystemClock().now())
        _report(as_json, {"email": email, "done": name}, f"{who} {words}.")


_add_action("disable", "is signed out everywhere and cannot sign in", roster.disable, "Shut PERSON out until `enable`.")
_add_action("enable", "can sign in again", roster.enable, "Let a disabled PERSON in again.")
_add_action("reset-factors", "has no second factor now", factors.reset_factors, "Take PERSON's second factors off.")
_add_action("sign-out", "is signed out everywhere", roster.sign_out_everywhere, "Sign PERSON out everywhere.")


@agents.command("remove")
@click.argument("person")
@click.confirmation_option(prompt="Who the person was is forgotten for good. Go on?")
@json_option
def remove(person: str, as_json: bool) -> None:
    """Forget who PERSON was. Calls keep their history, under "Former colleague"."""
    with _work(load_settings()) as tx:
        agent = _known(tx, person)
        email = agent.email
        roster.remove(tx, agent, BY, SystemClock().now())
    _report(as_json, {"email": email, "done": "remove"}, f"{email} is removed.")


@contextmanager
def _work(settings: Settings) -> Iterator[Session]:
    """One transaction; a refusal ends the command with its reason."""
    sessions = open_database(settings)
    try:
        with sessions.begin() as tx:
            yield tx
    except ValueError as refused:
        fail(str(refused), WRONG)


def _warn_of_browser_phone(settings: Settings, phone: str) -> None:
    """A phone in a browser that cannot ring is said at once, not found out by a caller."""
    if not is_browser(phone.strip()) or settings.carrier_url:
        return
    if lacking := make_browser_phone(settings.phone_account, settings.data_dir).lacking():
        report(f"{phone.strip()} will not ring: phones in browsers are not set up.")
        for words in lacking:
            report(f"  {words}")


def _known(tx: Session, email: str) -> Agent:
    agent = roster.find(tx, email)
    if agent is None or agent.removed_at is not None:
        fail(f"Nobody has the e-mail address {email!r}; `warmline agents list` shows who there is.", WRONG)
    return agent


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _report(as_json: bool, value: dict[str, Any], words: str) -> None:
    if as_json:
        show(value)
    else:
        report(words)
