"""What a container's start waits for: the steps of its dependencies, and the gates between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from devbox.compose.model import Condition, Dependency, Service
from devbox.plan.draft import Draft
from devbox.plan.names import label
from devbox.plan.observed import Container, HealthState, RunState
from devbox.plan.steps import WaitFor
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A container as it will be: its `name`, how the engine knows it, and what is there now (None: it is new)."""

    name: str
    handle: str
    container: Container | None


Standing = Mapping[str, Sequence[Replica]]
"""service -> its containers as they will be once the plan is done"""

_GATES = {
    Condition.STARTED: "wait until {} runs",
    Condition.HEALTHY: "wait until {} is healthy",
    Condition.COMPLETED: "wait until {} has completed",
}


def gate_node(service: str, condition: Condition) -> str:
    """The id of the gate."""
    return _GATES[condition].format(service)


def begin_nodes(project: str, name: str) -> tuple[str, ...]:
    """The ids of the steps of which one sets the container going."""
    short = label(project, name)
    return f"start {short}", f"unpause {short}", f"restart {short}"


def before_start(
    draft: Draft, project: str, service: Service, standing: Standing, *, timeout: float | None = None
) -> set[str]:
    """The ids that a start of the service comes after; gates that are needed for it are added."""
    found: set[str] = set()
    for dependency in service.depends_on.values():
        replicas = standing.get(dependency.service, ())
        begun = [id for one in replicas for id in begin_nodes(project, one.name) if id in draft]
        if dependency.condition is Condition.STARTED and dependency.required:
            found.update(begun)
        elif replicas and (begun or not all(_met(one.container, dependency.condition) for one in replicas)):
            found.add(_gate(draft, service, dependency, replicas, begun, timeout))
    return found


def wait_for_running(
    draft: Draft, project: str, service: str, standing: Standing, condition: Condition, *, timeout: float | None
) -> None:
    """Add the gate with which `up --wait` waits for a service: running, and healthy where it has a check."""
    replicas = standing.get(service, ())
    if not replicas or gate_node(service, Condition.HEALTHY) in draft or gate_node(service, condition) in draft:
        return
    begun = [id for one in replicas for id in begin_nodes(project, one.name) if id in draft]
    if begun or not all(_met(one.container, condition) for one in replicas):
        draft.add(
            gate_node(service, condition),
            WaitFor(
                service=service,
                containers=tuple(one.handle for one in replicas),
                condition=condition,
                timeout=timeout,
                why="asked to wait",
            ),
            begun,
        )


def _gate(
    draft: Draft,
    service: Service,
    dependency: Dependency,
    replicas: Sequence[Replica],
    begun: Iterable[str],
    timeout: float | None,
) -> str:
    id = gate_node(dependency.service, dependency.condition)
    if not dependency.required:
        id += " (not required)"
    return draft.add(
        id,
        WaitFor(
            service=dependency.service,
            containers=tuple(one.handle for one in replicas),
            condition=dependency.condition,
            required=dependency.required,
            timeout=timeout,
            why=f"{service.name} depends on it",
        ),
        begun,
    )


def _met(container: Container | None, condition: Condition) -> bool:
    """Whether a container that is not touched has met the condition already."""
    if container is None:
        return False
    match condition:
        case Condition.STARTED:
            running = container.state is RunState.RUNNING
            return running and container.health in (HealthState.NONE, HealthState.HEALTHY)
        case Condition.HEALTHY:
            return container.state is RunState.RUNNING and container.health is HealthState.HEALTHY
        case Condition.COMPLETED:
            exited = container.state is RunState.EXITED and container.detail is not None
            return exited and container.detail is not None and container.detail.exit_code == 0
