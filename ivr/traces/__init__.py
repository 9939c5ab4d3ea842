"""Traces: what was done for a call, wherever it was done, as spans of one trace. Off until `set_up_traces`.

A span names kinds, states and times alone: never a number, a name, a word that was said or an amount.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from ivr.logs import current_call
from ivr.traces.spans import CALL, Span, Value

__all__ = ["Span", "TracesError", "flush", "note", "on", "set_up_traces", "span", "taken_by", "whole_call"]

Sink = Callable[[Span], object]


class TracesError(RuntimeError):
    """Traces are wanted and cannot be made; the message says why and what mends it."""


class _Traces:
    sink: Sink | None = None


def set_up_traces(endpoint: str) -> None:
    """Spans go to the OTLP/HTTP `endpoint`, once a process; to none, and nothing is loaded, where it is empty.

    Raises TracesError where OpenTelemetry is not installed."""
    if endpoint and _Traces.sink is None:
        try:
            from ivr.traces.opentelemetry import Exporter
        except ImportError as error:
            raise TracesError(
                "WARMLINE_TRACES is set, but OpenTelemetry is not installed: pip install 'warmline[traces]'"
            ) from error
        _Traces.sink = Exporter(endpoint)


def on() -> bool:
    """Whether anybody takes spans."""
    return _Traces.sink is not None


@contextmanager
def taken_by(sink: Sink) -> Iterator[None]:
    """Within, spans go to `sink`."""
    before, _Traces.sink = _Traces.sink, sink
    try:
        yield
    finally:
        _Traces.sink = before


@contextmanager
def span(name: str, call: str | None = None, **values: Value) -> Iterator[None]:
    """What is done within, for `call`, or for the call that log lines are about; for none it is no span.

    An error is named by its type, and goes on."""
    began = time.monotonic()
    try:
        yield
    except BaseException as error:
        values["error"] = type(error).__name__
        raise
    finally:
        note(name, time.monotonic() - began, call, **values)


def note(name: str, seconds: float, call: str | None = None, **values: Value) -> None:
    """Something that took so many seconds until now."""
    sid = call or current_call()
    if _Traces.sink is not None and sid is not None:
        now = time.time()
        _Traces.sink(Span(sid, name, now - seconds, now, values))


def whole_call(call: str, began: datetime, ended: datetime, **values: Value) -> None:
    """The call itself, when it is over."""
    if _Traces.sink is not None:
        _Traces.sink(Span(call, CALL, began.timestamp(), ended.timestamp(), values))


def flush() -> None:
    """Send what waits to be sent, for a process that ends at once."""
    if (send := getattr(_Traces.sink, "flush", None)) is not None:
        send()
