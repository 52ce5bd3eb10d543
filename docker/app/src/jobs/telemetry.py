"""Traces and logs over OTLP/HTTP, by the OpenTelemetry SDK."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jobs import logs
from jobs.settings import Settings
from jobs.tracing import Kind, Span, Tracing, Value

_KINDS = {"server": SpanKind.SERVER, "consumer": SpanKind.CONSUMER, "client": SpanKind.CLIENT}
_EXPORT_SECONDS = 2.0
"""For one try, so that a receiver that is away does not outlast the grace period of a container that stops."""
_EVERY_MILLISECONDS = 1000
_TOLD_SECONDS = 60.0
"""How long nothing is said again of exports that fail: with a receiver that is away, all of them do."""
_EXPORTERS = ("trace_exporter", "_log_exporter")

_SEVERITIES = {
    logging.DEBUG: SeverityNumber.DEBUG,
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}
_OWN = ("opentelemetry", "urllib3", "requests")
"""Loggers of the export itself: what they say is not exported, or every export would cause the next."""


@dataclass(frozen=True, slots=True)
class _Recorded(Span):
    otel: OtelSpan = field(repr=False)

    def note(self, name: str, error: str = "", **attributes: Value) -> None:
        self.otel.update_name(name)
        self.otel.set_attributes(attributes)
        if error:
            self.otel.set_status(StatusCode.ERROR, error)


class Telemetry(Tracing):
    """Sends spans to `traces_endpoint` and log records to `logs_endpoint`, where these are set."""

    def __init__(self, settings: Settings, service: str) -> None:
        resource = Resource.create(
            {
                "service.name": settings.service_name or service,
                "service.version": settings.version,
                "service.instance.id": socket.gethostname(),
            }
        )
        for name in _EXPORTERS:
            logging.getLogger(f"opentelemetry.exporter.otlp.proto.http.{name}").addFilter(logs.Seldom(_TOLD_SECONDS))
        self._spans = TracerProvider(resource=resource, shutdown_on_exit=False)
        if settings.traces_endpoint:
            spans = OTLPSpanExporter(settings.traces_endpoint, timeout=_EXPORT_SECONDS)
            self._spans.add_span_processor(BatchSpanProcessor(spans, schedule_delay_millis=_EVERY_MILLISECONDS))
        self._tracer = self._spans.get_tracer("jobs")
        self._propagator = TraceContextTextMapPropagator()
        self._records = LoggerProvider(resource=resource, shutdown_on_exit=False)
        self._handler: logging.Handler | None = None
        if settings.logs_endpoint:
            records = OTLPLogExporter(settings.logs_endpoint, timeout=_EXPORT_SECONDS)
            processor = BatchLogRecordProcessor(records, schedule_delay_millis=_EVERY_MILLISECONDS)
            self._records.add_log_record_processor(processor)
            self._handler = _Handler(self._records.get_logger("jobs"))
            logging.getLogger().addHandler(self._handler)

    @contextmanager
    def span(self, name: str, kind: Kind, *, parent: str | None = None, **attributes: Value) -> Iterator[Span]:
        context = self._propagator.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(name, context, _KINDS[kind], attributes) as otel:
            ids = otel.get_span_context()
            span = _Recorded(f"{ids.trace_id:032x}", f"{ids.span_id:016x}", otel)
            with logs.context(trace_id=span.trace_id, span_id=span.span_id):
                yield span

    def within(self, name: str, **attributes: Value) -> AbstractContextManager[object]:
        if not get_current_span().get_span_context().is_valid:
            return nullcontext()
        return self._tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes)

    def close(self) -> None:
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
        self._spans.shutdown()
        self._records.shutdown()


class _Handler(logging.Handler):
    """Hands log records on as OTLP ones, with the same fields as on stdout."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(_OWN):
            return
        fields = logs.extra(record)
        trace_id, span_id = fields.pop("trace_id", None), fields.pop("span_id", None)
        attributes = {name: value if isinstance(value, Value) else str(value) for name, value in fields.items()}
        if record.exc_info:
            attributes["exception.stacktrace"] = logs.traceback_of(record)
        self._logger.emit(
            LogRecord(
                timestamp=int(record.created * 1e9),
                severity_number=_SEVERITIES.get(record.levelno, SeverityNumber.UNSPECIFIED),
                severity_text=record.levelname,
                body=record.getMessage(),
                attributes={"logger": record.name, **attributes},
                trace_id=int(str(trace_id), 16) if trace_id else None,
                span_id=int(str(span_id), 16) if span_id else None,
            )
        )
