"""Waiting until what others depend on is ready: on the engine's events, and on the container's own check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any

from devbox.compose.model import Condition
from devbox.errors import DevboxError, EngineError, NotFound
from devbox.plan.observed import Container, Detail, RunState
from devbox.plan.steps import WaitFor
from devbox.ports import Engine
from devbox.session.news import News
from devbox.session.probe import until_healthy
from devbox.session.verdict import Failed, Met, has_check, judge, probe_text

_LAST_LINES = 8
"""How many lines tell why something ended: programs clean up after the one that names the cause."""
_STEADY, _STEADY_AGAIN = 0.15, 2.0
"""Seconds that a container without a check must stay up: many that end, end at once; more after it crashed."""


Filled = Callable[[Container], Awaitable[DevboxError | None]]
"""Returns once a running container has the files that rules of develop.watch owe it: it began without. DevboxError:
what is in the way of that."""


class GateClosed(DevboxError):
    """What was waited for cannot be any more."""


async def nothing_owed(container: Container) -> DevboxError | None:
    """Where no rules are."""
    return None


async def wait_for(
    step: WaitFor,
    *,
    engine: Engine,
    news: News,
    eager: bool,
    note: Callable[[str], None],
    filled: Filled = nothing_owed,
) -> None:
    """Return once every container has met the condition, with the files that are owed to it, and has gone on meeting
    it for as long as asked.

    GateClosed says why one never will, or not in time.
    """
    await _met(step, engine=engine, news=news, eager=eager, note=note, filled=filled)
    if step.lasting:
        before = await _lives(step, engine)
        await asyncio.sleep(step.lasting)
        await _met(step, engine=engine, news=news, eager=eager, note=note, filled=filled)
        if await _lives(step, engine) != before:
            raise GateClosed(
                f"{step.name or step.service} did not last for {step.lasting:g} s: it ended and was restarted"
            )


async def _lives(step: WaitFor, engine: Engine) -> list[tuple[str, float | None]]:
    """Which container there is and since when it runs."""
    found = [await _inspect(engine, name) for name in step.containers]
    return [(one.id, one.detail.started if one.detail else None) for one in found]


async def _met(
    step: WaitFor, *, engine: Engine, news: News, eager: bool, note: Callable[[str], None], filled: Filled
) -> None:
    heard: dict[str, str] = {}

    def listener(name: str) -> Callable[[str], None]:
        def hear(text: str) -> None:
            heard[name] = text
            note(text)

        return hear

    try:
        async with asyncio.timeout(step.timeout):
            waits = [
                asyncio.create_task(_one(name, step, engine=engine, news=news, eager=eager, note=listener(name)))
                for name in step.containers
            ]
            if step.condition is not Condition.COMPLETED:
                waits += [
                    asyncio.create_task(
                        _has_its_files(name, engine=engine, news=news, note=listener(name), filled=filled)
                    )
                    for name in step.containers
                ]
            try:
                for finished in asyncio.as_completed(waits):
                    await finished
            finally:
                for wait in waits:
                    wait.cancel()
                await asyncio.wait(waits)
    except TimeoutError:
        last = next(iter(heard.values()), "")
        raise GateClosed(
            f"{step.name or step.service} did not get there within {step.timeout:g} s" + (f": {last}" if last else "")
        ) from None


async def _one(
    name: str, step: WaitFor, *, engine: Engine, news: News, eager: bool, note: Callable[[str], None]
) -> None:
    async with news.waiter() as waiter:
        container = await _inspect(engine, name)
        begun = container.detail.restart_count if container.detail else 0
        healthy: asyncio.Task[None] | None = None
        asked: tuple[str, float | None] = ("", None)
        life: tuple[str, float | None] = ("", None)
        steady = 0.0
        loop = asyncio.get_running_loop()
        try:
            while True:
                verdict = judge(container, step.condition, begun)
                if isinstance(verdict, Met):
                    if step.condition is not Condition.STARTED or has_check(container.detail):
                        return
                    started = container.detail.started if container.detail else None
                    if life != (container.id, started):
                        life = (container.id, started)
                        steady = loop.time() + _steadiness(container.detail)
                    if loop.time() >= steady:
                        return
                    with suppress(TimeoutError):
                        async with asyncio.timeout_at(steady):
                            await waiter.wait()
                    container = await _inspect(engine, name)
                    continue
                if isinstance(verdict, Failed):
                    raise await _closed(verdict, container, engine)
                note(verdict.note or _progress(container.detail))
                now = (container.id, container.detail.started if container.detail else None)
                if eager and _can_ask(container, step.condition) and asked != now:
                    # A new life of the container is a new chance for its check.
                    await _settle(healthy)
                    asked = now
                    healthy = asyncio.create_task(until_healthy(container, engine, _counted(container, note)))
                if await _first(waiter.wait(), healthy):
                    return
                container = await _inspect(engine, name)
        finally:
            await _settle(healthy)


async def _has_its_files(name: str, *, engine: Engine, news: News, note: Callable[[str], None], filled: Filled) -> None:
    """Beside the other wait: a check may well pass only with them."""
    if filled is nothing_owed:
        return
    asked = ""
    having: asyncio.Future[DevboxError | None] | None = None
    async with news.waiter() as waiter:
        try:
            while True:
                container = await _inspect(engine, name)
                if container.state is RunState.RUNNING and container.id != asked:  # or made anew under the same name
                    await _settle(having)
                    asked, having = container.id, asyncio.ensure_future(filled(container))
                if await _first(waiter.wait(), having):
                    break
        finally:
            await _settle(having)
    if having is not None and (trouble := having.result()) is not None:
        raise GateClosed(f"{container.name} has not the files it is to have: {trouble.message}", hint=trouble.hint)


async def _first(news: Coroutine[None, None, None], healthy: asyncio.Future[Any] | None) -> bool:
    """Wait for news or for the check to pass (or what else); whether it passed."""
    told = asyncio.create_task(news)
    try:
        await asyncio.wait([told, *([healthy] if healthy else [])], return_when=asyncio.FIRST_COMPLETED)
        if healthy is not None and healthy.done():
            healthy.result()
            return True
        told.result()
        return False
    finally:
        await _settle(told)


async def _settle(task: asyncio.Future[Any] | None) -> None:
    """End the task; what it ended with is of no interest any more."""
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()


def _steadiness(detail: Detail | None) -> float:
    return _STEADY_AGAIN if detail is not None and detail.restart_count else _STEADY


def _can_ask(container: Container, condition: Condition) -> bool:
    return condition is not Condition.COMPLETED and container.state.value == "running" and has_check(container.detail)


def _counted(container: Container, note: Callable[[str], None]) -> Callable[[str], None]:
    """Notes of our own tries, with the engine's count of those that matter."""
    retries = container.detail.retries if container.detail and container.detail.retries else 3

    def say(text: str) -> None:
        note(f"{text} ({retries} of the engine's own make it unhealthy)")

    return say


def _progress(detail: Detail | None) -> str:
    if detail is None:
        return ""
    retries = detail.retries or 3
    said = probe_text(detail)
    tried = f"try {detail.failing_streak} of {retries}" if detail.failing_streak else "no try counts yet"
    return f"{tried}, {said}" if said else "waits for its healthcheck"


async def _inspect(engine: Engine, name: str) -> Container:
    try:
        return await engine.inspect(name)
    except NotFound:
        raise GateClosed(f"container {name} is gone", hint="somebody removed it; run the same again") from None


async def _closed(verdict: Failed, container: Container, engine: Engine) -> GateClosed:
    """The failure, with the last lines the container printed where these tell more."""
    text = verdict.why
    if verdict.lines:
        printed: list[str] = []
        with suppress(EngineError):
            async with aclosing(engine.logs(container, follow=False, tail=_LAST_LINES)) as batches:
                async for batch in batches:
                    printed += [line.text for line in batch if line.text.strip()]
        if printed:
            text += "; its last output:" + "".join(f"\n    {line[:300]}" for line in printed[-_LAST_LINES:])
    return GateClosed(text, hint=verdict.hint)
