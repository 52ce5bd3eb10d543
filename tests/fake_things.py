"""The fake engine's networks, volumes and names of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from devbox.compose.model import Network, Volume
from devbox.errors import Conflict, EngineError, NotFound
from devbox.plan.observed import ObservedNetwork, ObservedVolume
from tests.fake_lives import FakeLives
from tests.fake_parts import FakeImage, digest


class FakeThings(FakeLives):
    """The part of FakeEngine that makes and unmakes networks, volumes and names of images."""

    def __init__(self) -> None:
        super().__init__()
        self.images: dict[str, FakeImage] = {}
        self.used: dict[str, FakeImage] = {}
        """id -> image that a container was made of"""

    async def create_network(self, network: Network, labels: Mapping[str, str]) -> str:
        await self._enter("create_network", network.name)
        if network.name in self.networks:
            raise Conflict(f"network with name {network.name} already exists", status=409)
        made = ObservedNetwork(
            id=digest(f"network {network.name} {len(self.calls)}"),
            name=network.name,
            driver=network.driver or "bridge",
            labels={**network.labels, **labels},
            body={
                "Options": dict(network.driver_opts),
                "Internal": network.internal,
                "Attachable": network.attachable,
            },
        )
        self.networks[network.name] = made
        self._say("network", "create", made.id, {"name": made.name})
        return made.id

    async def remove_network(self, name: str) -> None:
        await self._enter("remove_network", name)
        found = next((one for one in self.networks.values() if name in (one.name, one.id)), None)
        if not found:
            raise NotFound(f"network {name} not found", status=404)
        if any(found.name in one.networks and one.live for one in self.containers.values()):
            raise EngineError(f"error while removing network: network {found.name} has active endpoints", status=403)
        del self.networks[found.name]
        self._say("network", "destroy", found.id, {"name": found.name})

    async def create_volume(self, volume: Volume, labels: Mapping[str, str]) -> None:
        await self._enter("create_volume", volume.name)
        if volume.name not in self.volumes:
            self._add_volume(volume.name, {**volume.labels, **labels}, volume.driver_opts)

    def _add_volume(self, name: str, labels: Mapping[str, str], options: Mapping[str, str] | None = None) -> None:
        body = {"Options": dict(options or {})}
        self.volumes[name] = ObservedVolume(name=name, driver="local", labels=labels, body=body)
        self._say("volume", "create", name, {"driver": "local"})

    async def remove_volume(self, name: str) -> None:
        await self._enter("remove_volume", name)
        if name not in self.volumes:
            raise NotFound(f"get {name}: no such volume", status=404)
        users = [one.id for one in self.containers.values() if name in {mount["Name"] for mount in one.mounts}]
        if users:
            raise Conflict(f"remove {name}: volume is in use - {users}", status=409)
        del self.volumes[name]
        self._say("volume", "destroy", name, {"driver": "local"})

    async def tag_image(self, image: str, reference: str) -> None:
        await self._enter("tag_image", reference)
        self.images[reference] = self._image(image)

    def _image(self, image: str) -> FakeImage:
        """By name or id; what a container was made of is there as long as the fake, whatever became of its names."""
        named = {name: replace(one, id=one.id_of(name)) for name, one in self.images.items()}
        found = named.get(image) or {**self.used, **{one.id: one for one in named.values()}}.get(image)
        if found is None:
            raise NotFound(f"No such image: {image}", status=404)
        return found
