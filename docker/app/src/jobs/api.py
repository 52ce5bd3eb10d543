"""The HTTP API.

POST /jobs            {"kind", "payload", "max_attempts"?} -> 202 and the job; 503 if it cannot be queued now
GET  /jobs            ?status= &limit= -> the newest jobs
GET  /jobs/{id}       -> the job, 404
GET  /health/live     -> 200 as long as the process serves
GET  /health/ready    -> 200 ready, 200 degraded (Redis is away, reads work), 503 down; ?strict=1 makes degraded 503 too
GET  /metrics         -> for Prometheus
GET  /openapi.json    -> all of this for machines
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jobs import database, logs, migrate, openapi, queue, tracing
from jobs.access import Access
from jobs.deadline import within
from jobs.health import Check, Finding, Readiness, judge
from jobs.kinds import known
from jobs.metrics import ApiMetrics
from jobs.sampling import note_queue
from jobs.settings import Settings
from jobs.store import STATUSES, Store

log = logging.getLogger(__name__)
T = TypeVar("T")

MAX_BODY = 64 * 1024
SCHEMA_SECONDS = 0.3


@dataclass(slots=True)
class Services:
    """What a request works with; `schema` is set once the tables are as this version needs them."""

    settings: Settings
    metrics: ApiMetrics
    store: Store
    queue: queue.Queue
    postgres: Check
    redis: Check
    schema: asyncio.Event

    async def stored(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a store call, or 503 if PostgreSQL does not answer in time."""
        try:
            return await within(self.settings.request_timeout, work)
        except database.UNREACHABLE as error:
            log.warning("postgres is away", extra={"error": str(error)})
            raise HTTPException(503, "PostgreSQL does not answer", {"Retry-After": "2"}) from error

    async def _prepared(self) -> bool:
        """Whether the schema is there, given a moment to the process that has only just begun to look."""
        with suppress(TimeoutError):
            await within(SCHEMA_SECONDS, self.schema.wait())
        return self.schema.is_set()

    async def look(self) -> tuple[Readiness, dict[str, Finding]]:
        """What is there and what is not, noted in the metrics too."""
        timeout = self.settings.check_timeout
        postgres, redis = await asyncio.gather(self.postgres(timeout), self.redis(timeout))
        if postgres.ok and not await self._prepared():
            postgres = Finding(ok=False, seconds=postgres.seconds, error="the schema is not there yet: run migrate")
        readiness, checks = judge(needed={"postgres": postgres}, wanted={"redis": redis})
        self.metrics.health(readiness, checks)
        return readiness, checks


async def post_job(request: Request) -> JSONResponse:
    """Record the job, then queue it. What was recorded but never queued is queued later by a worker."""
    services: Services = request.state.services
    kind, payload, max_attempts = _job_asked_for(await _body(request), list(known(services.settings)))
    origin = {"request_id": request.state.request_id, "traceparent": request.state.span.traceparent}
    job = await services.stored(services.store.add(kind, payload, max_attempts, **origin))
    try:
        await within(services.settings.request_timeout, services.queue.push(job.id))
    except queue.UNREACHABLE as error:
        log.warning("redis is away", extra={"error": str(error), "job": str(job.id)})
        await services.stored(services.store.drop(job.id))
        raise HTTPException(503, "Redis does not answer, so nothing can be queued", {"Retry-After": "2"}) from error
    log.info("queued", extra={"job": str(job.id), "kind": kind})
    return JSONResponse(job.as_json(), 202, {"Location": f"/jobs/{job.id}"})


async def get_job(request: Request) -> JSONResponse:
    """One job."""
    services: Services = request.state.services
    try:
        id = UUID(request.path_params["id"])
    except ValueError as error:
        raise HTTPException(404, "no such job") from error
    job = await services.stored(services.store.get(id))
    if job is None:
        raise HTTPException(404, "no such job")
    return JSONResponse(job.as_json())


async def get_jobs(request: Request) -> JSONResponse:
    """The newest jobs."""
    services: Services = request.state.services
    status, limit = request.query_params.get("status"), request.query_params.get("limit", "50")
    if status is not None and status not in STATUSES:
        raise HTTPException(422, f"status: must be one of {', '.join(STATUSES)}")
    if not limit.isdecimal() or not _within("limit", int(limit)):
        raise HTTPException(422, _range("limit"))
    jobs = await services.stored(services.store.newest(status=status, limit=int(limit)))
    return JSONResponse({"jobs": [job.as_json() for job in jobs]})


async def get_live(request: Request) -> JSONResponse:
    """The process serves."""
    return JSONResponse({"status": "live"})


async def get_ready(request: Request) -> JSONResponse:
    """What is there and what is not."""
    services: Services = request.state.services
    readiness, checks = await services.look()
    strict = request.query_params.get("strict", "") not in ("", "0")
    refused = readiness is Readiness.DOWN or (strict and readiness is Readiness.DEGRADED)
    told = {name: finding.as_json() for name, finding in checks.items()}
    return JSONResponse({"status": readiness.value, "checks": told}, 503 if refused else 200)


async def get_metrics(request: Request) -> Response:
    """Requests so far; health and queue as they are now."""
    services: Services = request.state.services
    timeout = services.settings.check_timeout
    noting = note_queue(services.metrics, services.store, services.queue, timeout=timeout)
    await asyncio.gather(services.look(), noting)
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def get_openapi(request: Request) -> JSONResponse:
    """What this API offers."""
    services: Services = request.state.services
    return JSONResponse(openapi.document(services.settings.version, known(services.settings)))


async def as_json(request: Request, error: Exception) -> JSONResponse:
    """Every refusal as {"error": ...}."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Services]]:
    """Serve at once, even before PostgreSQL and Redis are there: /health/ready tells."""
    settings: Settings = app.state.settings
    traces: tracing.Tracing = app.state.tracing
    pool = database.make_pool(settings, name="jobs-api", size=8)
    client = queue.make_redis(settings)
    await pool.open(wait=False)
    store, jobs_queue, schema = Store(pool, traces), queue.Queue(client, traces), asyncio.Event()
    preparing = asyncio.ensure_future(_prepare(pool, schema))
    try:
        checks = Check(store.ping), Check(jobs_queue.ping)
        yield {"services": Services(settings, app.state.metrics, store, jobs_queue, *checks, schema)}
    finally:
        preparing.cancel()
        with suppress(asyncio.CancelledError):
            await preparing
        await client.aclose()
        await pool.close(timeout=1)
        log.info("stopped")
        await asyncio.to_thread(traces.close)


def make_app() -> Starlette:
    """The application, configured from the environment (also uvicorn's factory)."""
    settings = Settings.read(os.environ)
    logs.configure(settings.log_level)
    metrics, traces = ApiMetrics(settings), tracing.start(settings, "jobs-api")
    app = Starlette(
        routes=[
            Route("/jobs", post_job, methods=["POST"]),
            Route("/jobs", get_jobs, methods=["GET"]),
            Route("/jobs/{id}", get_job),
            Route("/health/live", get_live),
            Route("/health/ready", get_ready),
            Route("/metrics", get_metrics),
            Route("/openapi.json", get_openapi),
        ],
        middleware=[Middleware(Access, metrics=metrics, tracing=traces)],
        exception_handlers={HTTPException: as_json},
        lifespan=lifespan,
    )
    app.state.settings, app.state.metrics, app.state.tracing = settings, metrics, traces
    return app


async def _prepare(pool: database.Pool, schema: asyncio.Event) -> None:
    while not schema.is_set():
        try:
            if names := await migrate.missing(pool):
                log.warning("waiting for migrations", extra={"missing": names})
                await asyncio.sleep(0.5)
                continue
            schema.set()
            log.info("ready to serve")
        except database.UNREACHABLE as error:
            log.warning("waiting for postgres", extra={"error": str(error)})
            await asyncio.sleep(0.5)


async def _body(request: Request) -> Any:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, f"the body is larger than {MAX_BODY} bytes")
    try:
        return json.loads(body)
    except ValueError as error:
        raise HTTPException(400, "the body is not JSON") from error


def _job_asked_for(body: Any, kinds: list[str]) -> tuple[str, dict[str, Any], int]:
    if not isinstance(body, dict):
        raise HTTPException(422, "the body must be an object with kind and payload")
    kind, payload, max_attempts = body.get("kind"), body.get("payload", {}), body.get("max_attempts", 3)
    if kind not in kinds:
        raise HTTPException(422, f"kind: must be one of {', '.join(kinds)}")
    if not isinstance(payload, dict) or "\\u0000" in json.dumps(payload):
        raise HTTPException(422, "payload: must be an object, without NUL characters")
    whole = isinstance(max_attempts, int) and not isinstance(max_attempts, bool)
    if not whole or not _within("max_attempts", max_attempts):
        raise HTTPException(422, _range("max_attempts"))
    return kind, payload, max_attempts


def _within(name: str, value: int) -> bool:
    least, most = openapi.LIMITS[name]
    return least <= value <= most


def _range(name: str) -> str:
    least, most = openapi.LIMITS[name]
    return f"{name}: must be a number from {least} to {most}"
