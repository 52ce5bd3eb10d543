"""One step, done on the engine; no decision is taken here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import replace

from devbox.compose.model import Project
from devbox.errors import DevboxError, EngineError, EngineLost, NoEngine, NotFound
from devbox.plan import labels
from devbox.plan.names import known_services
from devbox.plan.steps import (
    BuildImage,
    ContainerSpec,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    KeepImage,
    KillContainer,
    PauseContainer,
    PullImage,
    RemoveContainer,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
    RestartContainer,
    StartContainer,
    Step,
    StopContainer,
    UnpauseContainer,
    WaitFor,
)
from devbox.plan.text import step_text
from devbox.ports import Builder, BuildRequest, Engine, Progress
from devbox.record import dataclass
from devbox.session.gate import Filled, GateClosed, nothing_owed, wait_for
from devbox.session.helper import Helper
from devbox.session.hooks import HookFailed, run_hooks
from devbox.session.news import News


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What steps are done with."""

    project: Project
    engine: Engine
    builder: Builder
    news: News
    eager_health: bool
    helper: Helper
    calls: asyncio.Semaphore
    """How many calls that keep the engine busy run at once."""
    filled: Filled = nothing_owed


@dataclass(frozen=True, slots=True)
class Says:
    """Where a step tells how far it is."""

    note: Callable[[str], None]
    progress: Callable[[tuple[Progress, ...]], None]
    warn: Callable[[str], None]
    """What remains to be known when the step is done."""


async def act(step: Step, tools: Tools, says: Says) -> None:
    """Do the step; DevboxError says why it failed. A thing to be removed that is gone already is no failure."""
    try:
        await _do(step, tools, says)
    except (EngineLost, NoEngine):
        raise
    except EngineError as error:
        # The engine's own words seldom name what they are about.
        text = f"Could not {step_text(step)}: {error.message}"
        raise type(error)(text, hint=error.hint, status=error.status) from error


async def _do(step: Step, tools: Tools, says: Says) -> None:
    engine = tools.engine
    match step:
        case WaitFor():
            await _gate(step, tools, says)
        case KeepImage():
            await _keep(step, engine, says)
        case PullImage():
            await _pull(step, tools, says)
        case BuildImage():
            await _build(step, tools, says)
        case StopContainer():
            # Without the limit: it mostly waits for a grace period to pass.
            try:
                await run_hooks(engine, step.container, step.hooks)
            except HookFailed as error:
                says.warn(f"pre_stop: {error.message}")
            await engine.stop(step.container, step.timeout)
        case RestartContainer():
            await engine.restart(step.container, step.timeout)
            await run_hooks(engine, step.container, step.hooks)
        case StartContainer():
            async with tools.calls:
                await engine.start(step.container)
            await run_hooks(engine, step.container, step.hooks)
        case RemoveNetwork() | RemoveVolume() | RemoveImage():
            async with tools.calls:
                await _remove(step, engine, says)
        case _:
            async with tools.calls:
                await _call(step, tools)


async def _call(step: Step, tools: Tools) -> None:
    engine = tools.engine
    match step:
        case CreateNetwork():
            await engine.create_network(step.network, step.labels)
        case CreateVolume():
            await engine.create_volume(step.volume, step.labels)
        case CreateContainer():
            spec = await _with_host(await _with_image(step.spec, engine), tools)
            await engine.create_container(await tools.helper.given(spec, engine) if spec.helper else spec)
        case KillContainer():
            await engine.kill(step.container, step.signal)
        case PauseContainer():
            await engine.pause(step.container)
        case UnpauseContainer():
            await engine.unpause(step.container)
        case RemoveContainer():
            await engine.remove(step.container, force=step.force, volumes=step.volumes)
        case RenameContainer():
            await engine.rename(step.container, step.name)
        case _:
            raise TypeError(f"no such step: {step}")


async def _with_image(spec: ContainerSpec, engine: Engine) -> ContainerSpec:
    """The spec with its image's id as a label, which the plan could not know of an image still to be had."""
    marks = spec.body.get("Labels", {})
    image = None if labels.IMAGE in marks else await engine.image(spec.image)
    if image is None:
        return spec
    return replace(spec, body={**spec.body, "Labels": {**marks, labels.IMAGE: image.id}})


async def _with_host(spec: ContainerSpec, tools: Tools) -> ContainerSpec:
    """The spec with the hash that takes the ids of its hosts in, which the plan could not know of new ones."""
    service = known_services(tools.project).get(spec.service)
    if service is None or not (spec.hosts or service.volumes_from):
        return spec
    ids = {name: (await tools.engine.inspect(host)).id for name, host in spec.hosts.items()}
    marks = {**spec.body.get("Labels", {}), labels.CONFIG_HASH: labels.hosted_hash(service, ids)}
    return replace(spec, body={**spec.body, "Labels": marks})


async def _remove(step: RemoveNetwork | RemoveVolume | RemoveImage, engine: Engine, says: Says) -> None:
    try:
        match step:
            case RemoveNetwork():
                await engine.remove_network(step.id)
            case RemoveVolume():
                await engine.remove_volume(step.name)
            case RemoveImage():
                await engine.remove_image(step.image)
    except NotFound:
        says.note("gone already")
    except EngineError as error:
        # The engine answers 403 for a network with endpoints, 409 for a volume or image in use.
        if error.status not in (403, 409):
            raise
        says.warn(f"still in use, left as it is: {error.message}")


async def _keep(step: KeepImage, engine: Engine, says: Says) -> None:
    try:
        await engine.tag_image(step.image, step.name)
    except NotFound:
        says.warn(f"it is gone already; {step.service} cannot be rolled back to it")


async def _gate(step: WaitFor, tools: Tools, says: Says) -> None:
    try:
        await wait_for(
            step,
            engine=tools.engine,
            news=tools.news,
            eager=tools.eager_health,
            note=says.note,
            filled=tools.filled,
        )
    except EngineLost:
        raise
    except DevboxError as error:
        if step.withdraw:
            await _withdraw(step, tools.engine)
        if step.withdraw or step.remains:
            raise GateClosed(error.message, hint="\n".join((*error.hint.splitlines(), *_consequences(step)))) from error
        if step.required:
            raise
        says.warn(f"goes on without it: {error.message}")


async def _withdraw(step: WaitFor, engine: Engine) -> None:
    for container in step.containers:
        with suppress(NotFound):
            await engine.stop(container)


def _consequences(step: WaitFor) -> list[str]:
    """What has become of what failed, and of the others."""
    stopped = f"it was stopped; `docker logs {step.containers[0]}` has what it printed" if step.withdraw else ""
    remains = f"{step.remains}: left as before" if step.remains else ""
    return [line for line in (stopped, remains) if line]


async def _pull(step: PullImage, tools: Tools, says: Says) -> None:
    try:
        await _stream(tools.engine.pull(step.image, step.platform), says)
    except EngineLost:
        raise
    except DevboxError as error:
        if not step.ignore_failure:
            raise
        says.warn(f"goes on without it: {error.message}")


async def _build(step: BuildImage, tools: Tools, says: Says) -> None:
    project = tools.project
    request = BuildRequest(
        project=project.name,
        service=step.service,
        image=step.image,
        build=step.build,
        platform=step.platform,
        no_cache=step.no_cache,
        pull=step.build.pull,
        secrets={
            one.source: project.secrets[one.source] for one in step.build.secrets if one.source in project.secrets
        },
        environment=project.environment,
    )
    await _stream(tools.builder.build(request), says)


async def _stream(batches: AsyncGenerator[list[Progress], None], says: Says) -> None:
    async with aclosing(batches) as open_batches:
        async for batch in open_batches:
            if batch:
                says.progress(tuple(batch))
