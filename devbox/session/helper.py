"""The volume with the debug helper, filled when the first container wants it; containers share it and only read it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

from devbox.compose.model import Volume
from devbox.errors import EngineError, NotFound
from devbox.plan import labels
from devbox.plan.helper import FOLDER, with_helper
from devbox.plan.steps import ContainerSpec
from devbox.ports import Engine, Kit

_LAST = f"{FOLDER}/complete"
"""What the archive ends with."""


class Helper:
    """Gives containers the helper out of `kit`."""

    def __init__(self, kit: Callable[[], Kit]) -> None:
        self._kit = kit
        self._filling = asyncio.Lock()
        self._volume = ""

    async def given(self, spec: ContainerSpec, engine: Engine) -> ContainerSpec:
        """The container with it."""
        async with self._filling:
            if not self._volume:
                self._volume = await _filled(engine, self._kit(), spec.image)
        image = await engine.image(spec.image)
        return with_helper(spec, self._volume, image.environment if image else ())


async def _filled(engine: Engine, kit: Kit, image: str) -> str:
    """The name of the volume, by way of a container that is never started."""
    name = f"devbox-debug_{await asyncio.to_thread(lambda: kit.name)}"  # packing it takes a tenth of a second
    await engine.create_volume(Volume(key=name, name=name), {labels.DEBUG: kit.version})
    body = {"Image": image, "HostConfig": {"NetworkMode": "none", "Binds": [f"{name}:{FOLDER}"]}}
    throwaway = f"devbox-debug-{secrets.token_hex(6)}"
    container = await engine.create_container(
        ContainerSpec(name=throwaway, service="", number=1, image=image, body=body)
    )
    try:
        try:
            await engine.read_file(container, _LAST)
        except NotFound:
            await engine.put_files(container, FOLDER, kit.archive)
    finally:
        with suppress(EngineError):
            await asyncio.shield(engine.remove(container, force=True, volumes=True))
    return name
