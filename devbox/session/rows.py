"""The services' rows: what the files say beside what runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from devbox.compose.model import Project
from devbox.plan.observed import Container, Detail, HealthState, RunState
from devbox.ports import EngineEvent
from devbox.session.state import ServiceRow

Rows = tuple[ServiceRow, ...]


def rows(project: Project | None, containers: Iterable[Container], before: Rows = (), *, unseen: bool = False) -> Rows:
    """A row for each service of the files, then for each orphan; rows of `before` that are still true are kept."""
    by_service: dict[str, list[Container]] = {}
    for container in containers:
        by_service.setdefault(container.service, []).append(container)
    services = {**project.services, **project.disabled} if project else {}
    names = [*services, *sorted(name for name in by_service if name not in services)]
    known = {row.name: row for row in before}
    made = []
    for name in names:
        found = sorted(by_service.get(name, ()), key=lambda container: (container.number, container.created))
        old = known.get(name)
        row = ServiceRow(
            name=name,
            service=services.get(name),
            containers=tuple(container for container in found if not container.oneoff),
            oneoffs=tuple(container for container in found if container.oneoff),
            disabled=project is not None and name in project.disabled,
            unseen=unseen,
            owed=old.owed if old and any(one.state is RunState.RUNNING for one in found) else 0,
        )
        made.append(old if old == row and old.service is row.service else row)
    if len(made) == len(before) and all(new is old for new, old in zip(made, before, strict=True)):
        return before
    return tuple(made)


def owing(before: Rows, service: str, files: int) -> Rows:
    """The rows with so many files owed to the service."""
    if all(row.owed == files for row in before if row.name == service):
        return before
    return tuple(replace(row, owed=files) if row.name == service else row for row in before)


def containers(of: Rows) -> tuple[Container, ...]:
    """Every container that the rows show."""
    return tuple(container for row in of for container in (*row.containers, *row.oneoffs))


def spoken(before: Rows, project: Project | None, batch: Iterable[EngineEvent]) -> Rows:
    """The rows after events: what they say for certain of containers already known; a list tells the rest."""
    changed: dict[str, Container | None] = {}
    known: Mapping[str, Container] = {container.id: container for container in containers(before)}
    for event in batch:
        if event.kind != "container" or event.id not in known:
            continue
        container = changed.get(event.id, known[event.id])
        if container is not None:
            after = _after(container, event)
            if after is not container:
                changed[event.id] = after
    if not changed:
        return before
    left = [changed.get(id, container) for id, container in known.items()]
    return rows(project, [container for container in left if container is not None], before)


def _after(container: Container, event: EngineEvent) -> Container | None:
    at = event.time / 1e9
    match event.action:
        case "start" | "restart":
            tested = bool(container.detail and container.detail.test and container.detail.test[0] != "NONE")
            detail = container.detail or Detail()
            if container.state is RunState.RUNNING and detail.started is not None and detail.started >= at:
                return container
            return replace(
                container,
                state=RunState.RUNNING,
                health=HealthState.STARTING if tested else HealthState.NONE,
                detail=replace(detail, started=at, exit_code=0, probes=(), failing_streak=0),
            )
        case "die":
            code = event.attributes.get("exitCode", "")
            detail = container.detail or Detail()
            return replace(
                container,
                state=RunState.EXITED,
                detail=replace(detail, finished=at, exit_code=int(code) if code.lstrip("-").isdigit() else 0, pid=0),
            )
        case "pause":
            return replace(container, state=RunState.PAUSED)
        case "unpause":
            return replace(container, state=RunState.RUNNING)
        case "destroy":
            return None
        case "oom":
            return replace(container, detail=replace(container.detail or Detail(), oom_killed=True))
        case "rename":
            return replace(container, name=event.attributes.get("name", container.name))
        case action if action.startswith("health_status: "):
            return replace(container, health=_HEALTH.get(action.removeprefix("health_status: "), container.health))
        case _:
            return container


_HEALTH = {health.value: health for health in HealthState}
