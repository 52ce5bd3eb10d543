"""What is noted of every request: an id, one log line, the metrics, and a span of its trace."""

from __future__ import annotations

import logging
import re
import time
from contextlib import nullcontext
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jobs import logs
from jobs.metrics import ApiMetrics
from jobs.tracing import Span, Tracing

log = logging.getLogger("jobs.access")

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = ("/health/", "/metrics")


class Access:
    """The id comes from the client's X-Request-ID or is made here; the answer and every line of the log carry it.

    Health checks and scrapes are in no trace and are logged at level debug, unless they are refused.
    """

    def __init__(self, app: ASGIApp, *, metrics: ApiMetrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, begun = time.perf_counter(), 500, False
        headers, method, path = Headers(scope=scope), scope["method"], scope["path"]
        given = headers.get("x-request-id", "")
        request_id = given if _ACCEPTED.fullmatch(given) else uuid4().hex[:16]
        traced = self._tracing.span(method, "server", parent=headers.get("traceparent"), **{"url.path": path})

        async def note(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        with (
            nullcontext() if path.startswith(_QUIET) else traced as span,
            logs.context(request_id=request_id),
            self._metrics.in_progress.track_inprogress(),
        ):
            scope["state"] |= {"request_id": request_id, "span": span}
            try:
                await self._app(scope, receive, note)
            except Exception:  # a bug: the client learns no details, the log has the traceback under the request's id
                log.exception("failed")
                if not begun:
                    await JSONResponse({"error": "internal error"}, 500)(scope, receive, note)
            finally:
                self._told(scope, span, status, time.perf_counter() - started)

    def _told(self, scope: Scope, span: Span | None, status: int, seconds: float) -> None:
        method, path, route = scope["method"], scope["path"], scope.get("route")
        template = route.path if route else "unknown"
        self._metrics.answered(method, template, status, seconds)
        if span is not None:
            facts = {"http.request.method": method, "http.route": template, "http.response.status_code": status}
            span.note(f"{method} {template}", f"answered {status}" if status >= 500 else "", **facts)
        level = logging.DEBUG if path.startswith(_QUIET) and status < 400 else logging.INFO
        fields = {"method": method, "path": path, "status": status, "ms": round(seconds * 1000, 1)}
        log.log(level, "request", extra=fields)
