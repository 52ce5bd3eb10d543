"""The steps that set containers going, and what they wait for."""

from __future__ import annotations

from devbox.compose.model import Condition, Service
from devbox.plan import ending
from devbox.plan.clashes import Holder, claim
from devbox.plan.converge import Work, made_nodes
from devbox.plan.fate import RUNNING, Action, Fate, replicas
from devbox.plan.gates import before_start, gate_node
from devbox.plan.names import known_services, label
from devbox.plan.observed import Container, RunState
from devbox.plan.steps import StartContainer, UnpauseContainer


def stop_for_restart(work: Work, service: str, cause: str) -> None:
    """Add the stop of a service that goes down and up with `cause`, before the end of the old containers there."""
    known = known_services(work.project)
    # Where the cause is itself only restarted, its stop is the one to come before.
    old = [*(fate.container for fate in work.fates.get(cause, ()) if fate.container), *replicas(work.observed, cause)]
    ends = {ending.end_nodes(work.project.name, one) for one in old}
    for container in replicas(work.observed, service):
        fate = next((one for one in work.fates.get(service, ()) if one.container is container), None)
        if container.state not in RUNNING or (fate is not None and fate.action is not Action.KEEP):
            continue
        why = f"{cause} goes down and {service} restarts with it"
        # Not before the new container stands beside: where it cannot be made, nothing goes down.
        made = [id for fate in work.fates.get(cause, ()) for id in made_nodes(work.project.name, fate.name)[:1]]
        id = ending.stop(
            work.draft,
            work.project.name,
            container,
            known[service],
            why=why,
            timeout=work.up.timeout,
            after=made if any(fate.action is Action.RECREATE for fate in work.fates.get(cause, ())) else (),
        )
        for end in ends:
            first = next((one for one in end if one in work.draft), None)
            if first is not None:
                work.draft.order(first, [id])


def set_going(work: Work, service: Service, holders: list[Holder]) -> None:
    """Add the starts of a service's containers."""
    fates = work.fates.get(service.name)
    if fates is None:
        fates = [
            Fate(service=service, number=one.number, name=one.name, action=Action.KEEP, container=one)
            for one in replicas(work.observed, service.name)
        ]
    for fate in fates:
        if fate.action is not Action.REMOVE:
            _set_going(work, fate, holders)


def held_ports(work: Work) -> list[Holder]:
    """Who has a host port now, or will until a step of the plan frees it."""
    found = [
        Holder(
            host_ip=one.host_ip,
            port=one.port,
            protocol=one.protocol,
            who=one.process
            or f"container {one.container}"
            + (f" (service {one.service} of project {one.project})" if one.project else ""),
        )
        for one in work.observed.held_ports
    ]
    known = known_services(work.project)
    for container in work.observed.containers:
        if container.state not in RUNNING:
            continue
        ends = [id for id in ending.end_nodes(work.project.name, container) if id in work.draft]
        hint = "" if container.service in known else "remove it: devbox up --remove-orphans"
        found += [
            Holder(
                host_ip=one.host_ip,
                port=one.host_port,
                protocol=one.protocol,
                who=f"container {container.name} of this project",
                hint=hint,
                until=tuple(ends[:1]),
            )
            for one in container.bindings
            if one.host_port
        ]
    return found


def _set_going(work: Work, fate: Fate, holders: list[Holder]) -> None:
    draft, project, service = work.draft, work.project.name, fate.service
    kept = fate.container if fate.action is Action.KEEP else None
    why = "new container"
    stopped: list[str] = []
    if kept is not None:
        stopped = [id for id in [ending.stop_node(project, kept)] if id in draft]
        if kept.state in (RunState.RUNNING, RunState.RESTARTING) and not stopped:
            return
        why = "goes up again" if stopped else _idle(kept)
        work.started.add(service.name)
    problems, freed = claim(service, fate.name, holders)
    work.problems += problems
    created, renamed = made_nodes(project, fate.name)
    roll = work.rolls.get(service.name)
    beside = roll.beside(fate) if roll and fate.is_new else ""
    if roll:
        # Of a range of ports each takes what its own predecessor leaves.
        freed -= {id for one in roll.others(fate) for id in ending.end_nodes(project, one)}
    after = {created, *([] if beside else [renamed]), *stopped, *freed}
    after |= before_start(
        draft, project, service, work.standing, timeout=work.up.wait_timeout if work.up.wait else None
    )
    if fate.action is Action.RECREATE:
        _keep_old_until_done(work, fate)
    short = label(project, fate.name)
    if kept is not None and kept.state is RunState.PAUSED and not stopped:
        step = UnpauseContainer(service=service.name, container=kept.id, name=fate.name, why=why)
        draft.add(f"unpause {short}", step, after)
        return
    handle = kept.id if kept else beside or fate.name
    start = StartContainer(service=service.name, container=handle, name=fate.name, hooks=service.post_start, why=why)
    draft.add(f"start {short}", start, after)


def _keep_old_until_done(work: Work, fate: Fate) -> None:
    """Make the new container after the one-shots that it waits for: if one of them fails, the old one goes on."""
    create = made_nodes(work.project.name, fate.name)[0]
    for dependency in fate.service.depends_on.values():
        gate = gate_node(dependency.service, Condition.COMPLETED)
        needed = dependency.condition is Condition.COMPLETED and dependency.required and gate in work.draft
        # Not where the one-shot itself needs the old one gone, for its port or because it restarts with it.
        if needed and not work.draft.comes_after(gate, create):
            work.draft.order(create, [gate])


def _idle(container: Container) -> str:
    """Why a container that is there has to be started."""
    if container.state is RunState.EXITED and container.detail is not None:
        return f"it exited ({container.detail.exit_code})"
    return {RunState.CREATED: "it was never started", RunState.PAUSED: "it is paused"}.get(
        container.state, f"it is {container.state.value}"
    )
