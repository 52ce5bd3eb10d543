"""The worker: one job at a time, each at least once, as often as it may be tried."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time

from prometheus_client import start_http_server

from jobs import database, logs, migrate, pulse, queue, tracing
from jobs.deadline import within
from jobs.handover import ALONE, Handover
from jobs.health import Check, judge
from jobs.kinds import Hopeless, known
from jobs.metrics import WorkerMetrics
from jobs.sampling import note_queue
from jobs.settings import Settings
from jobs.store import Job, Store

log = logging.getLogger(__name__)

TAKE_SECONDS = 0.5
BEAT_SECONDS = 2.0
TIDY_SECONDS = 5
FORGOTTEN_SECONDS = 30.0
"""How long a job may wait in PostgreSQL before somebody looks whether Redis knows it."""

AWAY = (*database.UNREACHABLE, *queue.UNREACHABLE)


class Worker:
    """Takes jobs until it is told to stop; then finishes the one in hand, or gives it back when that takes too long."""

    def __init__(
        self,
        settings: Settings,
        pool: database.Pool,
        jobs_queue: queue.Queue,
        metrics: WorkerMetrics,
        traces: tracing.Tracing,
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self._settings = settings
        self._kinds = known(settings)
        self._pool = pool
        self._store = Store(pool, traces)
        self._queue = jobs_queue
        self._metrics = metrics
        self._tracing = traces
        self._postgres, self._redis = Check(self._store.ping), Check(jobs_queue.ping)
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Take no further job."""
        log.info("stopping", extra={"worker": self.name})
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop`."""
        await self._schema()
        beating = asyncio.ensure_future(self._beat())
        working = asyncio.ensure_future(self._work())
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({working, beating, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self._stop.is_set():
                await asyncio.wait({working}, timeout=self._settings.stop_grace)
        finally:
            for task in (working, beating, stopping):
                task.cancel()
            # A bug in either ends the process with its traceback; the engine starts it again.
            ends = await asyncio.gather(working, beating, stopping, return_exceptions=True)
        await self._leave()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _work(self) -> None:
        # A container that was killed starts again under the same name: what it had in hand then counts as tried.
        unsettled, blameless = True, False
        log.info("taking jobs", extra={"worker": self.name})
        while not self._stop.is_set():
            try:
                if unsettled:
                    await self._queue.alive(self.name)
                    await self._put_back(blameless=blameless)
                    unsettled, blameless = False, True
                await self._queue.promote()
                id = await self._queue.take(self.name, wait=TAKE_SECONDS)
                if id is None:
                    continue
                job = await self._store.begin(id, self.name)
                if job is None:
                    log.info("nothing to do for this id", extra={"job": str(id)})
                    await self._queue.done(self.name, id)
                else:
                    await self._attempt(job)
            except AWAY as error:
                log.warning("redis or postgres is away", extra={"error": str(error)})
                unsettled = True
                await asyncio.sleep(1)

    async def _schema(self) -> None:
        while not self._stop.is_set():
            try:
                names = await migrate.missing(self._pool)
                if not names:
                    return
                log.warning("waiting for migrations", extra={"missing": names})
            except database.UNREACHABLE as error:
                log.warning("waiting for postgres", extra={"error": str(error)})
            await asyncio.sleep(0.5)

    async def _attempt(self, job: Job) -> None:
        about = {"job": str(job.id), "kind": job.kind, "attempt": str(job.attempts), "request_id": job.request_id}
        started = time.perf_counter()
        traced = self._tracing.span(
            f"process {job.kind}", "consumer", parent=job.traceparent, **{"job.id": str(job.id)}
        )
        with traced as span, logs.context(**about), self._metrics.in_progress.track_inprogress():
            log.info("started")
            try:
                result = await asyncio.wait_for(self._kinds[job.kind](job), self._settings.job_timeout)
            except Exception as error:  # noqa: BLE001  # whatever a job does wrong is its own failure, not the worker's
                outcome = await self._failed(job, error)
            else:
                outcome = await self._done(job, result)
            seconds = time.perf_counter() - started
            log.info("ended", extra={"outcome": outcome, "ms": round(seconds * 1000, 1)})
            facts: dict[str, tracing.Value] = {"job.attempt": job.attempts, "job.outcome": outcome}
            span.note(f"process {job.kind}", "" if outcome == "done" else outcome, **facts)
        self._metrics.ended(job.kind, outcome, seconds)

    async def _done(self, job: Job, result: object) -> str:
        kept = await self._store.finish(job, result)
        await self._queue.done(self.name, job.id)
        return "done" if kept else "returned"

    async def _failed(self, job: Job, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            reason = f"took longer than {self._settings.job_timeout:g} s"
        else:
            reason = f"{type(error).__name__}: {error}"
        if isinstance(error, Hopeless) or job.attempts >= job.max_attempts:
            await self._store.fail(job, reason)
            await self._queue.done(self.name, job.id)
            log.error("failed", extra={"error": reason})
            return "failed"
        seconds = self._settings.retry_delay * 2 ** (job.attempts - 1)
        await self._store.retry(job, reason)
        await self._queue.delay(self.name, job.id, seconds=seconds)
        log.warning("will be tried again", extra={"error": reason, "in_seconds": seconds})
        return "retried"

    async def _beat(self) -> None:
        """Say that this worker lives, and look after what others have left behind."""
        while True:
            await self._look()
            try:
                await within(self._settings.request_timeout, self._queue.alive(self.name))
                await within(self._settings.request_timeout, self._store.ping())
                pulse.beat(self._settings.pulse_file)
                if await self._queue.my_turn("tidy", seconds=TIDY_SECONDS):
                    await self._tidy()
            except AWAY as error:
                log.warning("no pulse", extra={"error": str(error)})
            await asyncio.sleep(BEAT_SECONDS)

    async def _look(self) -> None:
        timeout = self._settings.check_timeout
        postgres, redis = await asyncio.gather(self._postgres(timeout), self._redis(timeout))
        self._metrics.health(*judge(needed={"postgres": postgres, "redis": redis}, wanted={}))
        await note_queue(self._metrics, self._store, self._queue, timeout=timeout)

    async def _tidy(self) -> None:
        for worker in await self._queue.dead():
            for id in await self._queue.in_hand(worker):
                log.warning("taken from a dead worker", extra={"job": str(id), "worker": worker})
                self._returned(await self._store.give_back(id, worker, blameless=False))
                await self._queue.give_back(worker, id)
            await self._queue.forget(worker)
        for job in await self._store.waiting(seconds=FORGOTTEN_SECONDS, limit=100):
            if not await self._queue.knows(job.id):
                log.warning("queued again, redis had lost it", extra={"job": str(job.id)})
                await self._queue.push(job.id)
        for job in await self._store.overdue(seconds=2 * self._settings.job_timeout, limit=100):
            log.warning("queued again, nobody has finished it", extra={"job": str(job.id), "worker": job.worker})
            self._returned(await self._store.give_back(job.id, job.worker or "", blameless=False))
            await self._queue.push(job.id)

    async def _put_back(self, *, blameless: bool) -> None:
        for id in await self._queue.in_hand(self.name):
            self._returned(await self._store.give_back(id, self.name, blameless=blameless))
            await self._queue.give_back(self.name, id)

    def _returned(self, job: Job | None) -> None:
        if job is not None:
            self._metrics.ended(job.kind, "failed" if job.status == "failed" else "returned")

    async def _leave(self) -> None:
        try:
            await within(self._settings.request_timeout, self._put_back(blameless=True))
            await within(self._settings.request_timeout, self._queue.forget(self.name))
        except AWAY as error:
            log.warning("left without a word, others will clear up", extra={"error": str(error)})
        log.info("stopped", extra={"worker": self.name})


async def serve(settings: Settings, handover: Handover = ALONE) -> None:
    """Run one worker until SIGTERM or SIGINT."""
    pool = database.make_pool(settings, name="jobs-worker", size=4)
    client = queue.make_redis(settings)
    await pool.open(wait=False)
    metrics, traces = WorkerMetrics(settings, known(settings)), tracing.start(settings, "jobs-worker")
    if settings.metrics_port:
        start_http_server(settings.metrics_port, registry=metrics.registry)
    worker = Worker(settings, pool, queue.Queue(client, traces), metrics, traces)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    handover.ready()
    try:
        await worker.run()
    finally:
        await client.aclose()
        await pool.close(timeout=1)
        await asyncio.to_thread(traces.close)
