"""What is there: list calls, side by side; only what does not run is inspected."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from devbox.adapters import container as containers
from devbox.adapters import translate
from devbox.errors import NotFound
from devbox.plan.observed import Container, HealthState, Observed, ObservedImage, RunState

if TYPE_CHECKING:
    from devbox.adapters.wire import Query


class Ask(Protocol):
    """A path of the engine's API and its parameters -> the answer, got off the loop."""

    def __call__(self, path: str, query: Query | None = None, /) -> Awaitable[Any]: ...


LIST_HAS_HEALTH = (1, 52)
_LIVE = frozenset({RunState.RUNNING, RunState.PAUSED, RunState.RESTARTING})


async def observe(
    ask: Ask,
    version: tuple[int, ...],
    project: str,
    *,
    images: Sequence[str],
    networks: Sequence[str],
    volumes: Sequence[str],
    detail: bool,
) -> Observed:
    own = [f"{translate.PROJECT}={project}"]
    listed, verdicts, made_networks, made_volumes, found_images = await asyncio.gather(
        ask("/containers/json", {"all": True}),
        _verdicts(ask, own, version),
        ask("/networks"),
        _volumes(ask, own, volumes),
        asyncio.gather(*(image(ask, reference) for reference in dict.fromkeys(images))),
    )
    everyone = [containers.summary(entry, verdicts(entry["Id"])) for entry in listed]
    ours = [one for one in everyone if one.project == project]
    strangers = [one for one in everyone if one.project != project]
    running = [one for one in strangers if one.state in _LIVE]
    neighbours = tuple(one for one in strangers if one.project)
    return Observed(
        containers=await _inspected(ask, ours, detail=detail),
        networks=tuple(
            found
            for found in (
                translate.network(entry, (one.name for one in running if entry["Name"] in one.networks))
                for entry in made_networks
            )
            if found.labels.get(translate.PROJECT) == project or {found.name, found.id} & set(networks)
        ),
        volumes=tuple(
            translate.volume(entry, (one.name for one in strangers if entry["Name"] in one.volumes))
            for entry in made_volumes
        ),
        images={
            reference: found for reference, found in zip(dict.fromkeys(images), found_images, strict=True) if found
        },
        held_ports=containers.held_ports(running),
        neighbours=neighbours,
        moved=moved(neighbours),
        at=time.time(),
    )


def moved(neighbours: Iterable[Container]) -> frozenset[str]:
    """The projects none of whose Compose files is on this machine any more."""
    files: dict[str, set[str]] = {}
    for one in neighbours:
        named = one.labels.get(translate.CONFIG_FILES, "").split(",")
        files.setdefault(one.project, set()).update(file for file in named if file)
    return frozenset(name for name, every in files.items() if every and all(map(_is_gone, every)))


def _is_gone(file: str) -> bool:
    """Whether there is surely nothing; a folder that may not be looked into may hold it."""
    try:
        os.stat(file)  # noqa: PTH116 - a string, asked for each look
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


async def image(ask: Ask, reference: str) -> ObservedImage | None:
    try:
        return translate.image(await ask(f"/images/{reference}/json"))
    except NotFound:
        return None


async def inspect(ask: Ask, container: str) -> Container:
    return containers.inspected(await ask(f"/containers/{container}/json"))


async def _verdicts(ask: Ask, label: list[str], version: tuple[int, ...]) -> Callable[[str], HealthState]:
    """A container id -> its health, where the list itself does not tell.

    Asked by the verdicts that last; who is in none of these lists is on its way from starting to one of them.
    """
    if version >= LIST_HAS_HEALTH:
        return lambda _: HealthState.NONE
    lasting = (HealthState.NONE, HealthState.HEALTHY, HealthState.UNHEALTHY)

    def of(verdict: HealthState) -> Awaitable[Any]:
        return ask("/containers/json", {"filters": {"label": label, "health": [verdict.value]}})

    lists = await asyncio.gather(*map(of, lasting))
    known = {entry["Id"]: verdict for verdict, entries in zip(lasting, lists, strict=True) for entry in entries}
    return lambda id: known.get(id, HealthState.STARTING)


async def _inspected(ask: Ask, listed: Iterable[Container], *, detail: bool) -> tuple[Container, ...]:
    async def one(entry: Container) -> Container | None:
        if not detail and entry.state in _LIVE:
            return entry
        try:
            return await inspect(ask, entry.id)
        except NotFound:
            return None  # removed since it was listed

    found = await asyncio.gather(*map(one, listed))
    return tuple(
        sorted((entry for entry in found if entry), key=lambda entry: (entry.service, entry.number, entry.name))
    )


async def _volumes(ask: Ask, label: list[str], names: Sequence[str]) -> list[Mapping[str, Any]]:
    """The project's volumes and the named ones; the engine's name filter also finds longer names."""

    filters = [{"label": label}, *([{"name": list(names)}] if names else [])]
    answers = await asyncio.gather(*(ask("/volumes", {"filters": one}) for one in filters))
    found = {entry["Name"]: entry for entry in answers[0].get("Volumes") or ()}
    for answer in answers[1:]:
        found |= {entry["Name"]: entry for entry in answer.get("Volumes") or () if entry["Name"] in names}
    return list(found.values())
