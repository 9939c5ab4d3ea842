"""Brings a database to the tables this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def upgrade(url: str) -> None:
    """Applies every migration that `url` has not seen. Harmless when there is none."""
    command.upgrade(_config(url), "head")


def pending(engine: Engine) -> bool:
    """Whether the database lacks a migration."""
    wanted = ScriptDirectory.from_config(_config("")).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != wanted


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config
