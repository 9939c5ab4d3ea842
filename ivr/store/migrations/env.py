"""How Alembic reaches the database: in batches, so that SQLite can alter its tables."""

from alembic import context

from ivr.store.engine import make_engine
from ivr.store.models import Base

LOCK = 7214  # any number, the same in every process

engine = make_engine(context.config.attributes["url"], patient=True)
with engine.begin() as connection:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")  # SQLite's BEGIN IMMEDIATE does the same
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()
engine.dispose()
