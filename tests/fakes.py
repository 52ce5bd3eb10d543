"""An engine in memory with the real one's semantics, as far as devbox relies on them.

    engine = FakeEngine(images=["app"])
    engine.behave("db", Behaviour(health=((0.2, HealthState.HEALTHY),)))
    engine.lose(); engine.come_back(); engine.fail("start", EngineError("no", status=500)); engine.delays["stop"] = 0.1

`calls` lists every call that changes something, as (method, target). tests/engine runs the same contract on this and on
a real engine.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace

from devbox.adapters import translate
from devbox.adapters.container import held_ports
from devbox.adapters.observe import moved
from devbox.errors import Conflict, NotFound, PullFailed
from devbox.logs.line import LogLine
from devbox.plan.observed import (
    Binding,
    Container,
    Observed,
    ObservedImage,
    RunningProject,
    RunState,
)
from devbox.plan.steps import ContainerSpec
from devbox.ports import EngineEvent, EngineInfo, Progress, Sample
from tests.fake_inside import FakeInside
from tests.fake_parts import Behaviour, FakeContainer, FakeImage, Feed, digest, last, mounts_of, networks_of

__all__ = ["Behaviour", "FakeEngine", "FakeImage"]


class FakeEngine(FakeInside):
    """ports.Engine over dictionaries; see the module's docstring."""

    def __init__(self, images: Iterable[str] | Mapping[str, FakeImage] = (), *, api_version: str = "1.45") -> None:
        super().__init__()
        self.images = dict(images) if isinstance(images, Mapping) else {name: FakeImage() for name in images}
        self.pullable: dict[str, FakeImage] = {}
        self.api_version = api_version
        self.closed = False
        self.ahead = 0.0

    # Who it is
    async def info(self) -> EngineInfo:
        await self._enter("info")
        return EngineInfo(
            endpoint="unix:///var/run/docker.sock",
            context="default",
            version="26.1.5",
            api_version=self.api_version,
            os="linux",
            arch="amd64",
            name="fake",
            cpus=2,
            memory=8 << 30,
            ahead=self.ahead,
        )

    async def close(self) -> None:
        self.closed = True
        self._end_feeds()

    # What is there
    async def observe(
        self,
        project: str,
        *,
        images: Sequence[str] = (),
        networks: Sequence[str] = (),
        volumes: Sequence[str] = (),
        ports: Sequence[Binding] = (),
        detail: bool = False,
    ) -> Observed:
        await self._enter("observe")
        ours = [one for one in self.containers.values() if one.labels.get(translate.PROJECT) == project]
        strangers = [one for one in self.containers.values() if one not in ours]
        others = [one for one in strangers if one.live]
        neighbours = tuple(one.observed(detail=False) for one in strangers if translate.PROJECT in one.labels)
        there = {reference: self.images[reference] for reference in images if reference in self.images}
        return Observed(
            containers=tuple(one.observed(detail=detail) for one in sorted(ours, key=lambda one: one.name)),
            networks=tuple(
                replace(one, guests=tuple(other.name for other in others if one.name in other.networks))
                for one in self.networks.values()
                if one.labels.get(translate.PROJECT) == project or one.name in networks
            ),
            volumes=tuple(
                replace(one, guests=tuple(other.name for other in strangers if _mounts(other, one.name)))
                for one in self.volumes.values()
                if one.labels.get(translate.PROJECT) == project or one.name in volumes
            ),
            images={reference: self._observed_image(reference, image) for reference, image in there.items()},
            at=time.time(),
            held_ports=held_ports(one.observed(detail=False) for one in others),
            neighbours=neighbours,
            moved=moved(neighbours),
        )

    async def projects(self) -> tuple[RunningProject, ...]:
        await self._enter("projects")
        return translate.projects(
            {
                "Labels": one.labels,
                "State": one.state.value,
                "Status": f"Exited ({one.exit_code}) a moment ago" if one.state is RunState.EXITED else "",
                "Created": one.created,
            }
            for one in self.containers.values()
        )

    async def inspect(self, container: str) -> Container:
        await self._enter("inspect")
        return self._find(container).observed(detail=True)

    async def image(self, reference: str) -> ObservedImage | None:
        await self._enter("image")
        image = self.images.get(reference)
        return self._observed_image(reference, image) if image else None

    def _observed_image(self, reference: str, image: FakeImage) -> ObservedImage:
        return ObservedImage(
            id=image.id_of(reference),
            tags=(reference,),
            healthcheck=image.healthcheck,
            volumes=image.volumes,
            environment=image.environment,
        )

    # Making and unmaking
    async def remove_image(self, reference: str) -> None:
        await self._enter("remove_image", reference)
        if reference not in self.images:
            raise NotFound(f"No such image: {reference}", status=404)
        if any(one.spec.image == reference for one in self.containers.values()):
            raise Conflict(f"conflict: unable to remove repository reference {reference}: in use", status=409)
        del self.images[reference]

    async def create_container(self, spec: ContainerSpec) -> str:
        await self._enter("create_container", spec.name)
        image = self._image(spec.image)
        self.used[image.id] = image
        if any(one.name == spec.name for one in self.containers.values()):
            raise Conflict(f'Conflict. The container name "/{spec.name}" is already in use', status=409)
        test = tuple((spec.body.get("Healthcheck") or {}).get("Test") or image.healthcheck)
        made = FakeContainer(
            spec=spec,
            name=spec.name,
            id=digest(f"container {spec.name} {len(self.calls)}"),
            image_id=image.id,
            test=() if test[:1] == ("NONE",) else test,
            networks=networks_of(spec),
            mounts=mounts_of(spec, image),
            behaviour=self.behaviour_of(spec),
            files={file.path: file.content for file in spec.files},
        )
        for mount in made.mounts:
            if mount["Type"] == "volume" and mount["Name"] not in self.volumes:
                self._add_volume(mount["Name"], {})
        self.containers[made.id] = made
        self._tell(made, "create")
        return made.id

    async def remove(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        await self._enter("remove", container)
        try:
            found = self._find(container)
        except NotFound:
            return
        if found.live:
            if not force:
                raise Conflict(f"cannot remove container {found.name!r}: container is running", status=409)
            self._die(found, 137, signal="SIGKILL")
        del self.containers[found.id]
        if volumes:
            named = {mount["Name"] for mount in found.mounts if mount["Type"] == "volume" and len(mount["Name"]) == 64}
            for name in named:
                self.volumes.pop(name, None)
        self._tell(found, "destroy")

    async def rename(self, container: str, name: str) -> None:
        await self._enter("rename", container)
        found = self._find(container)
        if any(one.name == name for one in self.containers.values()):
            raise Conflict(f'Conflict. The container name "/{name}" is already in use', status=409)
        found.name = name
        self._tell(found, "rename")

    # Streams
    async def events(self, project: str | None = None, since: float | None = None) -> AsyncIterator[list[EngineEvent]]:
        await self._enter("events")
        feed: Feed[EngineEvent] = Feed()
        feed.put([one for one in self.spoken if since is not None and one.time >= since * 1e9])
        self.listeners.append(feed)
        try:
            async for batch in feed.read():
                yield [one for one in batch if project is None or self._belongs(one, project)]
        finally:
            self.listeners.remove(feed)

    def _belongs(self, event: EngineEvent, project: str) -> bool:
        return event.kind != "container" or event.project == project

    async def logs(
        self,
        container: Container,
        *,
        follow: bool = True,
        tail: int | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> AsyncIterator[list[LogLine]]:
        await self._enter("logs")
        found = self._find(container.id)
        lines = [line for line in found.lines if (since or 0) * 1e9 <= line.time <= (until or 1e10) * 1e9]
        feed: Feed[LogLine] = Feed()
        if lines := last(lines, tail):
            feed.put(lines)
        if not follow or not found.live:
            feed.end()
        found.followers.append(feed)
        try:
            async for batch in feed.read():
                yield batch
        finally:
            found.followers.remove(feed)

    async def pull(self, reference: str, platform: str = "") -> AsyncIterator[list[Progress]]:
        await self._enter("pull", reference)
        yield [Progress(item="layer", status="downloading", current=1, total=2)]
        if reference not in self.pullable:
            raise PullFailed(f"{reference} could not be pulled: no such image.", hint="Check its name.")
        self.images[reference] = self.pullable[reference]
        yield [Progress(item="layer", status="done", current=2, total=2, done=True)]

    async def sample(self, container: str) -> Sample | None:
        await self._enter("sample")
        if not any(one.live and container in (one.id, one.name) for one in self.containers.values()):
            return None
        self.samples += 1
        return Sample(
            time=self.samples * 1_000_000_000,
            cpu=self.samples * 50_000_000,
            memory=64 << 20,
            memory_limit=1 << 30,
            pids=3,
        )


def _mounts(container: FakeContainer, volume: str) -> bool:
    return any(mount.get("Name") == volume for mount in container.mounts)
