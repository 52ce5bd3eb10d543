"""Which of the engine's events are the project's business."""

from __future__ import annotations

from devbox.compose.model import Project
from devbox.ports import EngineEvent

_CHATTER = ("exec_", "top", "resize")
"""Each healthcheck makes three exec events: they change nothing that is shown."""


def concerns(event: EngineEvent, project: Project | None) -> bool:
    """Containers bear the project's label; of networks, volumes and images the engine tells only the name."""
    if event.action.startswith(_CHATTER):
        return False
    if event.kind == "container" or project is None:
        return True
    name = event.attributes.get("name", event.id)
    match event.kind:
        case "network":
            return any(network.name == name for network in project.networks.values())
        case "volume":
            return any(volume.name in (name, event.id) for volume in project.volumes.values())
        case "image":
            # A service that is built and names no image gets <project>-<service>.
            return any(
                name.startswith(service.image or f"{project.name}-{key}") for key, service in project.services.items()
            )
        case _:
            return False
