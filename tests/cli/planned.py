"""What runs in the fake engine."""

from __future__ import annotations

from tests.cli.world import World


def running(world: World) -> list[str]:
    return sorted(one.name for one in world.engine.containers.values() if one.live)
