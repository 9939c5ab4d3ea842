"""PostgreSQL that is cut off, stopped or locked gives an error in about two seconds instead of a caller's silence."""

from typing import Any

import psycopg
from psycopg.adapt import Buffer
from psycopg.errors import _WaitTimeout
from psycopg.types.string import StrDumper
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

CONNECT = 2  # seconds; psycopg allows no fewer
ANSWER = 2.0  # seconds until a statement that got no answer is given up on our side, whatever the server does
PING = 1.0  # the same for the question whether a connection still lives
# the server's own limits, in ms, so that it drops what we have given up: a statement, a lock, a process that froze
LIMITS = {"statement_timeout": 1800, "lock_timeout": 1500, "idle_in_transaction_session_timeout": 10_000}
# a peer that vanished without a word: unanswered bytes for 2 s, an idle connection for 5 + 3 x 2 s
TCP = {"tcp_user_timeout": 2000, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
OPTIONS: dict[str, Any] = {
    "pool_size": 5,
    "max_overflow": 15,
    "pool_timeout": 1.5,
    "pool_recycle": 1800,
    # prepared statements belong to a server's connection, which a pooler between us hands to somebody else
    "connect_args": {"connect_timeout": CONNECT, "prepare_threshold": None, "application_name": "warmline", **TCP},
}


class NoReplyError(psycopg.OperationalError):
    """The database took our words and said nothing."""


class HastyConnection(psycopg.Connection[Any]):
    """Gives up on a server that does not answer in time, and is closed then: what it would say is not for the next."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or (PING if self.autocommit else ANSWER))
        except _WaitTimeout as error:
            self.pgconn.finish()
            raise NoReplyError("the database does not answer") from error


class PlainText(StrDumper):
    """PostgreSQL keeps no NUL: a text is stored without it rather than not at all."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", ""))


def tune(engine: Engine, *, patient: bool, pooled: bool = False) -> None:
    """Every connection of `engine` takes texts as they come and, unless `patient`, waits for nothing long.

    `pooled`: each transaction may be on another of the server's connections, and says its limits anew.
    """
    kind = psycopg.Connection if patient else HastyConnection

    def connect(_dialect: object, _record: object, args: Any, parameters: dict[str, Any]) -> Any:
        connection = kind.connect(*args, **parameters)
        connection.adapters.register_dumper(str, PlainText)
        return connection

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "handle_error", _no_second_try)
    limits = dict.fromkeys(LIMITS, 0) if patient else LIMITS  # a pooler may lend us a connection with another's

    def set_limits(connection: Any, _record: object) -> None:
        connection.execute(_setting("SET", limits))
        connection.commit()

    def set_limits_here(connection: Connection) -> None:
        connection.exec_driver_sql(_setting("SET LOCAL", limits))

    if pooled:
        event.listen(engine, "begin", set_limits_here)
    else:
        event.listen(engine, "connect", set_limits)


def _setting(word: str, limits: dict[str, int]) -> str:
    return "; ".join(f"{word} {name} = {value}" for name, value in limits.items())


def _no_second_try(context: ExceptionContext) -> None:
    """Who was silent just now is not asked again for a new connection while the caller waits."""
    if context.is_pre_ping and isinstance(context.original_exception, NoReplyError):
        context.is_disconnect = False
