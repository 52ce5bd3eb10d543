"""Starting, stopping and the like, of containers that are there."""

from __future__ import annotations

from collections.abc import Iterable

from devbox.compose.model import Condition, Project, Service
from devbox.errors import Problem
from devbox.plan import ending
from devbox.plan.commands import Kill, Pause, Restart, Start, Stop, Unpause
from devbox.plan.draft import Draft
from devbox.plan.fate import RUNNING, replicas
from devbox.plan.gates import Replica, before_start, wait_for_running
from devbox.plan.names import known_services, label
from devbox.plan.observed import Container, Observed, RunState
from devbox.plan.plan import Plan
from devbox.plan.selection import dependents, in_order, named, restarted_with, selected, with_dependencies
from devbox.plan.steps import (
    KillContainer,
    PauseContainer,
    RestartContainer,
    StartContainer,
    UnpauseContainer,
)

_ASKED = "asked for"
_UP = frozenset({RunState.RUNNING, RunState.RESTARTING})


def start(project: Project, observed: Observed, command: Start) -> Plan:
    """Start what does not run, dependencies first and through their gates."""
    draft = Draft()
    known = known_services(project)
    chosen = named(project, command.services) or {name: one for name, one in known.items() if replicas(observed, name)}
    order = in_order({**with_dependencies(project, chosen), **chosen})
    standing = _standing(observed, order)
    for name, service in order.items():
        for container in replicas(observed, name):
            if container.state in _UP:
                continue
            why = _ASKED if name in chosen else "another service depends on it"
            after = before_start(draft, project.name, service, standing)
            short = label(project.name, container.name)
            if container.state is RunState.PAUSED:
                step = UnpauseContainer(service=name, container=container.id, name=container.name, why=why)
                draft.add(f"unpause {short}", step, after)
            else:
                draft.add(f"start {short}", _start(service, container, why), after)
        if command.wait and name in chosen:
            wait_for_running(draft, project.name, name, standing, Condition.STARTED, timeout=None)
    missing = [name for name in chosen if not replicas(observed, name)]
    problems = [_nothing_there(project, known[name]) for name in missing]
    if not command.services and not chosen:
        problems = [Problem(message=f"project {project.name} has no containers to start", hint="devbox up makes them")]
    return Plan(project=project.name, nodes=draft.nodes(), problems=tuple(problems))


def stop(project: Project, observed: Observed, command: Stop) -> Plan:
    """Stop what runs, dependents first."""
    draft = Draft()
    for service, container in _containers(project, observed, command.services, RUNNING):
        needing = [
            ending.stop_node(project.name, one)
            for dependent in dependents(project, service.name)
            for one in replicas(observed, dependent.name)
        ]
        ending.stop(draft, project.name, container, service, why=_ASKED, timeout=command.timeout, after=needing)
    return Plan(project=project.name, nodes=draft.nodes())


def restart(project: Project, observed: Observed, command: Restart) -> Plan:
    """Restart, dependencies first; with them goes what asks for it (`depends_on: restart: true`) and runs."""
    draft = Draft()
    known = known_services(project)
    chosen = selected(project, command.services, dependencies=False)
    along = {} if command.no_deps else restarted_with(project, chosen)
    order = in_order({**chosen, **{name: known[name] for name in along}})
    standing = {name: [_renewed(one) for one in found] for name, found in _standing(observed, order).items()}
    for name, service in order.items():
        why = f"it restarts with {along[name]}" if name in along else _ASKED
        for container in replicas(observed, name):
            if name in along and container.state not in RUNNING:
                continue
            after = before_start(draft, project.name, service, standing)
            short = label(project.name, container.name)
            if service.pre_stop and container.state in _UP:
                stopping = ending.stop(
                    draft, project.name, container, service, why=why, timeout=command.timeout, after=after
                )
                draft.add(f"start {short}", _start(service, container, why), [*after, stopping])
                continue
            step = RestartContainer(
                service=name,
                container=container.id,
                name=container.name,
                timeout=command.timeout,
                hooks=service.post_start,
                why=why,
            )
            draft.add(f"restart {short}", step, after)
    problems = tuple(_nothing_there(project, known[name]) for name in command.services if not replicas(observed, name))
    return Plan(project=project.name, nodes=draft.nodes(), problems=problems)


def kill(project: Project, observed: Observed, command: Kill) -> Plan:
    """Send the signal to what runs."""
    draft = Draft()
    for service, container in _containers(project, observed, command.services, RUNNING):
        step = KillContainer(
            service=service.name, container=container.id, name=container.name, signal=command.signal, why=_ASKED
        )
        draft.add(f"kill {label(project.name, container.name)}", step)
    return Plan(project=project.name, nodes=draft.nodes())


def pause(project: Project, observed: Observed, command: Pause) -> Plan:
    """Freeze what runs."""
    draft = Draft()
    for service, container in _containers(project, observed, command.services, {RunState.RUNNING}):
        step = PauseContainer(service=service.name, container=container.id, name=container.name, why=_ASKED)
        draft.add(f"pause {label(project.name, container.name)}", step)
    return Plan(project=project.name, nodes=draft.nodes())


def unpause(project: Project, observed: Observed, command: Unpause) -> Plan:
    """Let go on what is paused."""
    draft = Draft()
    for service, container in _containers(project, observed, command.services, {RunState.PAUSED}):
        step = UnpauseContainer(service=service.name, container=container.id, name=container.name, why=_ASKED)
        draft.add(f"unpause {label(project.name, container.name)}", step)
    return Plan(project=project.name, nodes=draft.nodes())


def _containers(
    project: Project, observed: Observed, services: Iterable[str], states: Iterable[RunState]
) -> list[tuple[Service, Container]]:
    """The services' containers in one of the states; no services named: of all, also of disabled ones."""
    chosen = named(project, services) or known_services(project)
    return [
        (service, one) for name, service in chosen.items() for one in replicas(observed, name) if one.state in states
    ]


def _start(service: Service, container: Container, why: str) -> StartContainer:
    return StartContainer(
        service=service.name, container=container.id, name=container.name, hooks=service.post_start, why=why
    )


def _standing(observed: Observed, services: Iterable[str]) -> dict[str, list[Replica]]:
    return {
        name: [Replica(name=one.name, handle=one.id, container=one) for one in replicas(observed, name)]
        for name in services
    }


def _renewed(replica: Replica) -> Replica:
    """What it was before a restart says nothing of it afterwards."""
    return Replica(name=replica.name, handle=replica.handle, container=None)


def _nothing_there(project: Project, service: Service) -> Problem:
    return Problem(
        message=f"service {service.name} has no container",
        place=service.place,
        hint=f"devbox up {service.name} makes one",
    )
