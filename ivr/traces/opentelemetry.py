"""Spans to a collector, by OpenTelemetry's SDK. Loaded where WARMLINE_TRACES is set, and nowhere else."""

import atexit
import hashlib
import logging
from collections.abc import Sequence
from contextvars import ContextVar

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags, set_span_in_context

from ivr.traces.spans import CALL, Span

log = logging.getLogger(__name__)
NANO = 1_000_000_000
SECONDS = 2.0  # that a collector may take for a batch
_whole: ContextVar[str | None] = ContextVar("whole", default=None)


class Exporter:
    """Takes spans at once, and sends them from a thread of its own: a caller waits for no collector.

    All processes derive a call's trace from its SID, so that none has to hand it to another."""

    def __init__(self, endpoint: str, processor: SpanProcessor | None = None) -> None:
        self._told = _Told(OTLPSpanExporter(endpoint, timeout=SECONDS))
        self._processor = processor or BatchSpanProcessor(self._told)
        resource = Resource.create({"service.name": "warmline"})
        provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=_Ids())
        provider.add_span_processor(self._processor)
        atexit.register(self.end)
        self._tracer = provider.get_tracer("warmline")

    def __call__(self, span: Span) -> None:
        whole = span.name == CALL
        parent = None if whole else SpanContext(*_ids(span.call), True, TraceFlags(TraceFlags.SAMPLED))
        before = _whole.set(span.call if whole else None)
        try:
            made = self._tracer.start_span(
                span.name,
                set_span_in_context(NonRecordingSpan(parent or SpanContext(0, 0, False))),
                attributes={"warmline.call": span.call} | {f"warmline.{name}": it for name, it in span.values.items()},
                start_time=int(span.began * NANO),
            )
        finally:
            _whole.reset(before)
        if "error" in span.values:
            made.set_status(Status(StatusCode.ERROR))
        made.end(int(span.ended * NANO))

    def end(self) -> None:
        """Send what waits, and give up at the first batch that is not taken."""
        atexit.unregister(self.end)
        self._told.ending = True
        self._processor.shutdown()

    def flush(self) -> None:
        self._processor.force_flush(int(SECONDS * 1000))


def _ids(sid: str) -> tuple[int, int]:
    """The trace of a call, and in it the span of the whole call."""
    made = hashlib.sha256(sid.encode()).digest()
    return int.from_bytes(made[:16]), int.from_bytes(made[16:24])


class _Ids(RandomIdGenerator):
    """By chance, but for the span of a whole call."""

    def generate_trace_id(self) -> int:
        sid = _whole.get()
        return _ids(sid)[0] if sid else super().generate_trace_id()

    def generate_span_id(self) -> int:
        sid = _whole.get()
        return _ids(sid)[1] if sid else super().generate_span_id()


class _Told(SpanExporter):
    """Says once that a collector does not take spans, and once that it does again: they are dropped meanwhile."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter, self._failing, self.ending = exporter, False, False
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it says so for each batch

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self.ending and self._failing:
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        failing = result is not SpanExportResult.SUCCESS
        if failing and not self._failing:
            log.warning("traces are dropped: what WARMLINE_TRACES names takes none")
        elif self._failing and not failing:
            log.warning("traces are taken again")
        self._failing = failing
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)
