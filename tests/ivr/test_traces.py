"""One call, one trace: derived from its SID, sent by a thread of its own, and nothing at all where it is off."""

import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ivr import traces
from ivr.logs import while_about
from ivr.traces.opentelemetry import SECONDS, Exporter, _Told

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def memory() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def exporter(memory: InMemorySpanExporter) -> Exporter:
    return Exporter("", SimpleSpanProcessor(memory))


def test_spans_of_two_processes_are_one_trace_under_the_call(memory: InMemorySpanExporter, exporter: Exporter) -> None:
    other = Exporter("", SimpleSpanProcessor(memory))
    with traces.taken_by(exporter), traces.span("socket", "CA1"):
        pass
    with traces.taken_by(other), while_about("CA1"), traces.span("job", topic="handoff.requested", tries=1):
        pass
    with traces.taken_by(other):
        traces.whole_call("CA1", NOW, NOW + timedelta(seconds=30), outcome="served")
    spans = {span.name: span for span in memory.get_finished_spans()}
    assert len({span.context.trace_id for span in spans.values() if span.context}) == 1
    call = spans["call"]
    assert call.parent is None and call.context and call.start_time == int(NOW.timestamp()) * 10**9
    assert all(span.parent and span.parent.span_id == call.context.span_id for span in (spans["socket"], spans["job"]))
    assert dict(spans["job"].attributes or {}) == {
        "warmline.call": "CA1", "warmline.topic": "handoff.requested", "warmline.tries": 1,
    }  # fmt: skip


def test_another_call_is_another_trace(memory: InMemorySpanExporter, exporter: Exporter) -> None:
    with traces.taken_by(exporter):
        traces.note("turn", 1.5, "CA1")
        traces.note("turn", 1.5, "CA2")
    one, two = memory.get_finished_spans()
    assert one.context and two.context and one.context.trace_id != two.context.trace_id
    assert one.end_time and one.start_time and one.end_time - one.start_time == pytest.approx(1.5e9, rel=0.01)


def test_what_is_about_no_call_is_no_span(memory: InMemorySpanExporter, exporter: Exporter) -> None:
    with traces.taken_by(exporter), traces.span("job", topic="recording.keys"):
        pass
    assert memory.get_finished_spans() == ()


def test_a_failure_is_named_by_its_kind_alone(memory: InMemorySpanExporter, exporter: Exporter) -> None:
    with pytest.raises(ValueError, match="4821"), traces.taken_by(exporter), traces.span("job", "CA1"):
        raise ValueError("4821")
    (span,) = memory.get_finished_spans()
    assert span.attributes and span.attributes["warmline.error"] == "ValueError"
    assert not span.status.is_ok and "4821" not in span.to_json()


def test_nothing_is_loaded_where_traces_are_off() -> None:
    program = (
        "import sys; from ivr import traces; traces.set_up_traces('');"
        "sys.exit(traces.on() or any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ivr.traces.opentelemetry", None)
    with pytest.raises(traces.TracesError, match=r"pip install 'warmline\[traces\]'"):
        traces.set_up_traces("http://127.0.0.1:4318/v1/traces")
    assert not traces.on()


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1/traces"


def test_a_collector_that_does_not_answer_keeps_nobody_waiting(silent: str) -> None:
    exporter = Exporter(silent)
    began = time.monotonic()
    with traces.taken_by(exporter):
        for _ in range(1000):
            traces.note("turn", 1.0, "CA1")
    assert time.monotonic() - began < 1.0
    exporter.end()
    assert time.monotonic() - began < 3 * SECONDS


class Moody(SpanExporter):
    def __init__(self, *results: SpanExportResult) -> None:
        self._results = list(results)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._results.pop(0)


def test_a_collector_that_takes_nothing_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    no, yes = SpanExportResult.FAILURE, SpanExportResult.SUCCESS
    told = _Told(Moody(yes, no, no, no, yes, yes))
    with caplog.at_level(logging.INFO):
        for _ in range(6):
            told.export([])
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "dropped" in caplog.messages[0] and "again" in caplog.messages[1]
