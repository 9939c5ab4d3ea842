"""The tables, read from the models as SQLite and PostgreSQL would have them."""

from typing import Any

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite

from ivr.store.models import Base

POSTGRES, SQLITE = postgresql.dialect(), sqlite.dialect()  # type: ignore[no-untyped-call]


def tables() -> dict[str, Any]:
    return {table.name: _table(table) for table in Base.metadata.sorted_tables}


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": {column.name: _column(column) for column in table.columns},
        "primary key": [column.name for column in table.primary_key],
        "foreign keys": sorted(f"{key.parent.name} -> {key.target_fullname}" for key in table.foreign_keys),
        "indexes": {str(index.name): _index(index) for index in table.indexes},
        "unique": {
            str(one.name): [column.name for column in one.columns]
            for one in table.constraints
            if isinstance(one, UniqueConstraint)
        },
    }


def _column(column: Column[Any]) -> str:
    kinds = dict.fromkeys(column.type.compile(dialect=dialect) for dialect in (POSTGRES, SQLITE))
    default: Any = column.server_default
    words = [" / ".join(kinds), "null" if column.nullable else "not null"]
    return " ".join([*words, *([f"default {default.arg}"] if default is not None else [])])


def _index(index: Index) -> str:
    where = index.dialect_options["postgresql"].get("where")
    words = ", ".join(column.name for column in index.columns)
    return f"{'unique ' if index.unique else ''}({words}){f' where {where}' if where is not None else ''}"
