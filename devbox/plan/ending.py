"""How a container ends: stopped with its grace, then removed."""

from __future__ import annotations

from collections.abc import Iterable

from devbox.compose.model import Service
from devbox.plan.draft import Draft
from devbox.plan.fate import RUNNING
from devbox.plan.names import label
from devbox.plan.observed import Container
from devbox.plan.steps import RemoveContainer, StopContainer


def stop_node(project: str, container: Container) -> str:
    """The id of the step that stops it."""
    return f"stop {label(project, container.name)}"


def remove_node(project: str, container: Container) -> str:
    """The id of the step that removes it."""
    return f"remove {label(project, container.name)}"


def killed(service: Service | None, timeout: float | None) -> bool:
    """Whether it gets no grace (SIGKILL, or a timeout of 0), so that killing and removing can be one call."""
    if service is None or service.pre_stop:
        return False
    return service.stop_signal.upper() in ("SIGKILL", "KILL", "9") or timeout == 0


def stop(
    draft: Draft,
    project: str,
    container: Container,
    service: Service | None,
    *,
    why: str,
    timeout: float | None = None,
    after: Iterable[str] = (),
) -> str:
    """Add its stop; the id."""
    return draft.add(
        stop_node(project, container),
        StopContainer(
            service=container.service,
            container=container.id,
            name=container.name,
            timeout=timeout,
            hooks=service.pre_stop if service else (),
            why=why,
        ),
        after,
    )


def end(
    draft: Draft,
    project: str,
    container: Container,
    service: Service | None,
    *,
    why: str,
    timeout: float | None = None,
    volumes: bool = False,
    after: Iterable[str] = (),
) -> str:
    """Add its stop, if it runs, and its removal; the id of the step with which it stops running."""
    running = container.state in RUNNING
    fast = running and killed(service, timeout)
    remove = RemoveContainer(
        service=container.service, container=container.id, name=container.name, force=fast, volumes=volumes, why=why
    )
    removing = remove_node(project, container)
    if running and not fast:
        stopping = stop(draft, project, container, service, why=why, timeout=timeout, after=after)
        draft.add(removing, remove, [stopping])
        return stopping
    return draft.add(removing, remove, after)


def end_nodes(project: str, container: Container) -> tuple[str, str]:
    """The ids of which the one that is in the plan ends it."""
    return stop_node(project, container), remove_node(project, container)
