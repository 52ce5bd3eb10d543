"""A receiver of OTLP/HTTP in a container of the application's own image, and what it has received, decoded."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

from docker.models.containers import Container
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.stack.stack import Stack

PORT = 4318

# Keeps every body, and hands them out to whoever asks.
_PROGRAM = """
import base64, gzip, http.server, json
kept = []
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
        kept.append((self.path, base64.b64encode(body).decode()))
        self.send_response(200)
        self.end_headers()
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(kept).encode())
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("", 4318), Receiver).serve_forever()
"""
_ASK = f"import urllib.request as r; print(r.urlopen('http://localhost:{PORT}').read().decode())"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One span."""

    service: str
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    attributes: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One log record."""

    service: str
    body: str
    trace: str
    attributes: dict[str, object]


def receiver(stack: Stack, network: str = "back") -> Container:
    """Start it as `receiver` on that network, by default that of API and workers; whoever asks for it removes it."""
    image = stack.container("api").image
    assert image is not None
    # The image bears the labels of the service it was built for, which would make this one of its replicas.
    labels = {"com.docker.compose.project": "", "com.docker.compose.service": ""}
    joined = f"{stack.project}_{network}"
    container = stack.client.containers.create(
        image.id,
        entrypoint=["python", "-c", _PROGRAM],
        name=f"{stack.project}-receiver",
        healthcheck={"test": ["NONE"]},
        labels=labels,
        network=joined,
        networking_config={joined: stack.client.api.create_endpoint_config(aliases=["receiver"])},
    )
    container.start()
    return container


def posted(container: Container) -> list[tuple[str, bytes]]:
    """Path and body of all that was posted so far."""
    done = container.exec_run(["python", "-c", _ASK])
    assert done.exit_code == 0, done.output
    return [(path, base64.b64decode(body)) for path, body in json.loads(done.output)]


def received(container: Container) -> tuple[list[Piece], list[Line]]:
    """All spans and log records so far."""
    bodies = posted(container)
    spans = [one for path, body in bodies if path == "/v1/traces" for one in _spans(body)]
    lines = [one for path, body in bodies if path == "/v1/logs" for one in _lines(body)]
    return spans, lines


def _spans(body: bytes) -> Iterator[Piece]:
    for group in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = str(_plain(group.resource.attributes)["service.name"])
        for scope in group.scope_spans:
            for span in scope.spans:
                yield Piece(
                    service=service,
                    name=span.name,
                    kind=span.kind,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    attributes=_plain(span.attributes),
                )


def _lines(body: bytes) -> Iterator[Line]:
    for group in ExportLogsServiceRequest.FromString(body).resource_logs:
        service = str(_plain(group.resource.attributes)["service.name"])
        for scope in group.scope_logs:
            for record in scope.log_records:
                yield Line(
                    service=service,
                    body=record.body.string_value,
                    trace=record.trace_id.hex(),
                    attributes=_plain(record.attributes),
                )


def _plain(attributes: object) -> dict[str, object]:
    found: dict[str, object] = {}
    for one in attributes:  # type: ignore[attr-defined]
        assert isinstance(one, KeyValue)
        found[one.key] = getattr(one.value, one.value.WhichOneof("value"))
    return found
