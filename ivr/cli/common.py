"""What every command shares: settings, JSON output, and how an error ends it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import click
from pydantic import SecretStr, ValidationError

from ivr.logs import set_up_logging
from ivr.settings import Settings
from ivr.store.engine import BadDatabaseUrlError, Sessions, make_engine, make_sessions
from ivr.store.migrate import DatabaseUnusableError, upgrade

WRONG, MISUSED, MISSING = 1, 2, 3
INTERRUPTED = 130  # as a shell reports Ctrl-C
F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Adds `--json`: JSON and nothing else on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else on stdout.")(command)


def load_settings() -> Settings:
    """The settings; a wrong one ends the command with its name, its value and what is allowed."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [f"{e['loc'][0]}={_shown(str(e['loc'][0]), e['input'])}: {e['msg']}" for e in error.errors()]
        fail("Settings are not right (see docs/configuration.md):\n  " + "\n  ".join(lines), MISUSED)
    set_up_logging(settings.log_level, settings.log_format)
    return settings


def _shown(setting: str, value: object) -> str:
    """The value as it was set, unless it is a secret: what a command prints ends in logs."""
    secret = {field.validation_alias for field in Settings.model_fields.values() if field.annotation is SecretStr}
    return "(secret)" if setting in secret else repr(value)


def open_database(settings: Settings) -> Sessions:
    """Sessions on the database, its tables brought up to date; one that cannot be opened ends the command."""
    with usable_database():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        upgrade(settings.database)
        return make_sessions(make_engine(settings.database))


@contextmanager
def usable_database() -> Iterator[None]:
    """A database that is not as it must be ends the command with a sentence."""
    try:
        yield
    except BadDatabaseUrlError as error:
        fail(str(error), MISUSED)
    except DatabaseUnusableError as error:
        fail(str(error), MISSING)
    except OSError as error:
        fail(f"The data folder cannot be used: {error}. Set WARMLINE_DATA_DIR to one that can.", MISSING)


def report(message: str) -> None:
    """Progress for people, on stderr, so that stdout stays for the result."""
    click.echo(message, err=True)


def show(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def fail(message: str, code: int = WRONG) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(code)
