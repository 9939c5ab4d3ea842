"""Logging: one line an event that no stranger can forge, tied to its call, without what libraries would write down."""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")
CHATTY = ("alembic", "httpx", "httpcore", "twilio", "rq.worker", "faster_whisper", "uvicorn.access")

_call: ContextVar[str | None] = ContextVar("call", default=None)
_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# what would begin a new line, or steer the terminal of whoever reads it
_UNSAFE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028", 0x2029: "\\u2029", 9: "\\t", 10: "\\n", 13: "\\r",
}  # fmt: skip


def set_up_logging(level: str, form: str = "text") -> None:
    """To stderr at `level`, as lines of "text" or of "json"; libraries that log every request or job only warn."""
    logging.basicConfig(level=level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonLines() if form == "json" else TextLines())
        handler.addFilter(_is_named)  # a library that logs to the root logger itself does so by the hundred


def about_call(sid: str | None) -> None:
    """From here on this thread's or task's lines name the call `sid`, until another is named."""
    _call.set(sid)


def current_call() -> str | None:
    """The call that this thread's or task's lines name."""
    return _call.get()


@contextmanager
def while_about(sid: str | None) -> Iterator[None]:
    """Within, lines name the call `sid`; None: whichever they named before."""
    before = _call.set(sid or _call.get())
    try:
        yield
    finally:
        _call.reset(before)


class CallThreads(ThreadPoolExecutor):
    """A pool whose lines are about the call of whoever gave the work."""

    def submit(self, work: Callable[..., T], /, *arguments: Any, **named: Any) -> "Future[T]":
        return super().submit(copy_context().run, work, *arguments, **named)


class TextLines(logging.Formatter):
    """`time LEVEL logger message key=value ...`; of a traceback each line is indented, so none looks like an event."""

    def format(self, record: logging.LogRecord) -> str:
        extras = "".join(f" {name}={value}" for name, value in _extras(record).items())
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()}{extras}"
        trace = [f"    {part}" for part in filter(None, _trace(self, record).split("\n"))]
        return "\n".join(part.translate(_UNSAFE) for part in (line, *trace))


class JsonLines(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, the extras, and `trace` after an exception."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        trace = _trace(self, record)
        return json.dumps(fields | ({"trace": trace} if trace else {}), default=str)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    given = {name: value for name, value in vars(record).items() if name not in _PLAIN}
    call = _call.get()
    return given if call is None else {"call": call, **given}


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = [formatter.formatException(record.exc_info)] if record.exc_info else []
    return "\n".join([*parts, *([formatter.formatStack(record.stack_info)] if record.stack_info else [])])


def _is_named(record: logging.LogRecord) -> bool:
    return record.name != "root"
