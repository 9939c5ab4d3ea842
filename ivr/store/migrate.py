"""Brings a database to the tables this version needs. Migrations only expand: docs/decisions/ says how."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.engine import READ_ONLY, make_engine

log = logging.getLogger(__name__)


class DatabaseUnusableError(RuntimeError):
    """The database cannot be opened or brought up to date; the message says why and what to set."""


def upgrade(url: str) -> None:
    """Applies every migration that `url` has not seen. Harmless when there is none, from any number of processes, and
    on a database that a newer version has already taken further. Raises BadDatabaseUrlError, DatabaseUnusableError."""
    engine = make_engine(url, patient=True)
    try:
        if _newer(engine):
            log.warning("the database was made by a newer version of Warmline; this one uses what it knows of it")
            return
        if not pending(engine):  # the write lock that migrations take, and hold as they are read, would stop every call
            return
        command.upgrade(_config(url), "head")
    except (OSError, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0]
        raise DatabaseUnusableError(
            f"The database cannot be opened: {reason}. Set DATABASE_URL or WARMLINE_DATA_DIR to a place that can."
        ) from error
    finally:
        engine.dispose()


def pending(engine: Engine) -> bool:
    """Whether the database lacks a migration."""
    wanted = ScriptDirectory.from_config(_config("")).get_current_head()
    return _revision(engine) != wanted and not _newer(engine)


def _newer(engine: Engine) -> bool:
    known = {script.revision for script in ScriptDirectory.from_config(_config("")).walk_revisions()}
    return (_revision(engine) or "") not in {"", *known}


def _revision(engine: Engine) -> str | None:
    with engine.execution_options(**READ_ONLY).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config
