"""What was deleted is gone from the disk too: bytes of old rows are given back or overwritten."""

from sqlalchemy import Engine, inspect


def compact(engine: Engine, *, whole: bool = False) -> None:
    """SQLite: the write-ahead log is emptied into the file; `whole`: the file is written anew, for which callers wait.

    PostgreSQL: dead rows are taken out of every table."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name != "sqlite":
            for table in inspect(engine).get_table_names():
                connection.exec_driver_sql(f'VACUUM "{table}"')
            return
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101  # it is open
        raw.execute("PRAGMA query_only=0")  # a reader may have had this connection before
        if whole:
            raw.execute("VACUUM")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
