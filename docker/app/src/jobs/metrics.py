"""What this process tells Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)

from jobs.health import Finding, Readiness
from jobs.settings import Settings

_STATUS = {Readiness.READY: 2, Readiness.DEGRADED: 1, Readiness.DOWN: 0}
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_JOB_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

OUTCOMES = ("done", "failed", "retried", "returned")
"""What an attempt comes to. Returned: given back unfinished by a worker that stops."""


class Metrics:
    """What API and worker have in common: who they are, what they reach, how long the queue is."""

    def __init__(self, settings: Settings) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        info = Info("app", "What runs here.", registry=self.registry)
        info.info({"version": settings.version, "revision": settings.revision})
        self._check = Gauge("health_check_up", "Whether it answers: 1 or 0.", ["check"], registry=self.registry)
        self._status = Gauge("health_status", "2 ready, 1 degraded, 0 down.", registry=self.registry)
        self._length = Gauge("queue_length", "Jobs that wait in Redis, delayed ones too.", registry=self.registry)
        self._age = Gauge(
            "queue_oldest_age_seconds", "Since when the oldest queued job waits, by PostgreSQL.", registry=self.registry
        )

    def health(self, readiness: Readiness, checks: dict[str, Finding]) -> None:
        """Note how the dependencies answered."""
        for name, finding in checks.items():
            self._check.labels(name).set(finding.ok)
        self._status.set(_STATUS[readiness])

    def queue(self, *, length: float, oldest: float) -> None:
        """Note how much waits, and for how many seconds; NaN for what cannot be told."""
        self._length.set(length)
        self._age.set(oldest)


class ApiMetrics(Metrics):
    """Rate, errors and duration of requests."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.in_progress = Gauge("http_requests_in_progress", "Requests being answered.", registry=self.registry)
        self._requests = Counter(
            "http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "From the request's head to the answer's last byte.",
            ["method", "route"],
            buckets=_REQUEST_SECONDS,
            registry=self.registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one answer. `route` is the template, not the path, so that ids make no series of their own."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class WorkerMetrics(Metrics):
    """What becomes of jobs."""

    def __init__(self, settings: Settings, kinds: Iterable[str]) -> None:
        super().__init__(settings)
        self.in_progress = Gauge("jobs_in_progress", "Jobs being worked on.", registry=self.registry)
        self._jobs = Counter("jobs", "Attempts, by what they came to.", ["kind", "outcome"], registry=self.registry)
        self._seconds = Histogram(
            "job_duration_seconds",
            "How long an attempt took that was brought to an end.",
            ["kind"],
            buckets=_JOB_SECONDS,
            registry=self.registry,
        )
        for kind in kinds:
            self._seconds.labels(kind)
            for outcome in OUTCOMES:
                self._jobs.labels(kind, outcome)

    def ended(self, kind: str, outcome: str, seconds: float | None = None) -> None:
        """Note what an attempt came to, and after which time if it was brought to an end."""
        self._jobs.labels(kind, outcome).inc()
        if seconds is not None:
            self._seconds.labels(kind).observe(seconds)
