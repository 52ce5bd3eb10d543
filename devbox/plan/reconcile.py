"""From what should be and what is, to what to do: the plan of `up`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from devbox.compose.model import Condition, Project, Service
from devbox.errors import Problem
from devbox.plan import ending, filling, grounds, images, labels, leftovers
from devbox.plan.adopt import is_same
from devbox.plan.commands import Up
from devbox.plan.converge import Work, made_nodes, make
from devbox.plan.draft import Draft
from devbox.plan.fate import RUNNING, Action, Fate, divergence, fates, replaced_with, replicas
from devbox.plan.gates import wait_for_running
from devbox.plan.helper import lacks_helper
from devbox.plan.names import known_services
from devbox.plan.observed import Container, Observed
from devbox.plan.plan import Plan
from devbox.plan.renewal import Renewal
from devbox.plan.rolling import rolls, take_turns
from devbox.plan.selection import in_order, named, restarted_with, selected
from devbox.plan.starting import held_ports, set_going, stop_for_restart


def reconcile(project: Project, observed: Observed, up: Up) -> Plan:
    """The plan that brings the project's services to what the files say; UsageError for a service they do not have."""
    chosen = selected(project, (*up.services, *up.scale) if up.services else (), dependencies=not up.no_deps)
    named(project, up.scale)
    problems: list[Problem] = []
    warnings = [f"service {one.name} is left to its provider" for one in chosen.values() if one.provider is not None]
    chosen = {name: one for name, one in chosen.items() if one.provider is None}

    draft = Draft()
    renewal = Renewal(project=project, observed=observed, up=up, chosen=chosen)
    warnings += grounds.prepare(draft, project, observed, chosen.values(), problems, renewal)
    warnings += renewal.warnings
    made = images.prepare(
        draft, project, observed, chosen, problems, build=up.build, no_build=up.no_build, pull=up.pull
    )
    decided = _decide(project, observed, up, chosen, made, problems, renewal)
    work = Work(
        project=project,
        observed=observed,
        up=up,
        draft=draft,
        fates=decided,
        image_nodes=made,
        problems=problems,
        rolls=rolls(decided, warnings) if up.rolling and not up.no_start else {},
        changes=renewal.changes,
        destroys=renewal.destroys,
    )
    orphans = _orphans(project, observed)
    if up.remove_orphans:
        for one in orphans:
            ending.end(
                draft, project.name, one, None, timeout=up.timeout, why=f"the files have no service {one.service}"
            )
    warnings += leftovers.former_selves(project, observed)
    warnings += leftovers.forsaken_volumes(project, observed, _going(decided, orphans if up.remove_orphans else ()))
    _end_what_goes(work)
    for found in decided.values():
        for fate in found:
            make(work, fate)
    filling.take_turns(draft, project, _creations(project, decided))
    for ground, removing in renewal.renewed.items():
        draft.order(removing, [ending.remove_node(project.name, one) for one in renewal.users(ground)])
    if not up.no_start:
        _start(work, chosen)
    if up.wait and not up.no_start:
        for name in chosen:
            wait_for_running(draft, project.name, name, work.standing, _awaited(name, chosen), timeout=up.wait_timeout)
    for name, roll in work.rolls.items():
        if not take_turns(draft, project.name, roll, work.standing, timeout=up.wait_timeout):
            warnings.append(f"{name} is recreated in turns only in part: other steps stand in the way")
    nodes = draft.nodes()
    touched = {name for name, found in decided.items() if any(one.action is not Action.KEEP for one in found)}
    busy = touched | work.started | set(made)
    for name in made:
        if any(one.action is Action.KEEP for one in decided.get(name, ())):
            warnings.append(f"{name} is recreated if its new image differs")
    return Plan(
        project=project.name,
        nodes=nodes,
        changes=tuple(work.changes),
        destroys=tuple(work.destroys),
        problems=tuple(problems),
        warnings=tuple(warnings),
        unchanged=tuple(name for name in chosen if name not in busy),
        orphans=tuple(one.name for one in orphans),
    )


def _decide(
    project: Project,
    observed: Observed,
    up: Up,
    chosen: Mapping[str, Service],
    made: Mapping[str, str],
    problems: list[Problem],
    renewal: Renewal,
) -> dict[str, list[Fate]]:
    """What becomes of every container of the chosen services, and of others that stand or fall with them."""
    forced = set(up.services or chosen)
    ids = frozenset(one.id for one in observed.containers)
    changed: dict[str, bool] = {}
    found: dict[str, list[Fate]] = {}

    def diverges(service: Service, container: Container) -> str:
        if up.no_recreate:
            return ""
        dependency = up.always_recreate_deps and bool(up.services) and service.name not in up.services
        if dependency or (up.force_recreate and service.name in forced):
            return "asked for"
        view = replace(observed, images={}) if service.name in made else observed
        why = divergence(project, view, service, container)
        if why and is_same(project, observed, service, container):
            why = ""
        return why or lacks_helper(up, service, container)

    for name, service in _with_lodgers(project, _with_neighbours(project, observed, chosen, renewal)).items():
        there = replicas(observed, name)
        lodger = name not in chosen
        count = len(there) if lodger else up.scale.get(name, service.replicas)
        if count > 1 and service.container_name and not lodger:
            problems.append(_not_scalable(service, count))
            count = 1

        def why(container: Container, service: Service = service, lodger: bool = lodger) -> str:
            return "" if lodger else diverges(service, container)

        found_there = fates(project.name, service, there, count, why)
        decided = [_moved(replaced_with(one, changed, ids), renewal) for one in found_there]
        if lodger and not any(one.is_new for one in decided):
            continue
        found[name] = decided
        changed[name] = bool(decided) and decided[0].is_new
    return found


def _moved(fate: Fate, renewal: Renewal) -> Fate:
    """The fate, as it becomes where the container stands on what is made anew: it goes first."""
    if fate.container is None or fate.action is Action.REMOVE:
        return fate
    why = renewal.why(fate.container)
    return replace(fate, action=Action.REPLACE, why=fate.why or why) if why else fate


def _with_neighbours(
    project: Project, observed: Observed, chosen: Mapping[str, Service], renewal: Renewal
) -> dict[str, Service]:
    """The chosen services and those whose running containers stand on what is made anew."""
    there = {one.service for one in observed.containers if one.state in RUNNING and renewal.why(one)}
    return {**chosen, **{name: one for name, one in known_services(project).items() if name in there}}


def _with_lodgers(project: Project, chosen: Mapping[str, Service]) -> dict[str, Service]:
    """The chosen services and those that lend a namespace or volumes from one of them, hosts first."""
    found = dict(chosen)
    grew = True
    while grew:
        more = {
            name: one
            for name, one in project.services.items()
            if name not in found and any(host in found for host in labels.lenders(one))
        }
        found.update(more)
        grew = bool(more)
    return in_order(found)


def _going(decided: Mapping[str, list[Fate]], orphans: Iterable[Container]) -> list[Container]:
    """The containers that are not there any more afterwards."""
    fates = (fate for found in decided.values() for fate in found)
    return [*(fate.container for fate in fates if fate.container is not None and fate.ends), *orphans]


def _creations(project: Project, decided: Mapping[str, list[Fate]]) -> Iterable[tuple[Service, str]]:
    """The steps that make containers, those first that others depend on."""
    for service in in_order({name: found[0].service for name, found in decided.items() if found}).values():
        for fate in decided[service.name]:
            if fate.is_new:
                yield service, made_nodes(project.name, fate.name)[0]


def _end_what_goes(work: Work) -> None:
    for found in work.fates.values():
        for fate in found:
            if fate.action is Action.REMOVE and fate.container is not None:
                ending.end(
                    work.draft,
                    work.project.name,
                    fate.container,
                    fate.service,
                    timeout=work.up.timeout,
                    why=fate.why,
                )


def _start(work: Work, chosen: Mapping[str, Service]) -> None:
    restarted = _restarts(work)
    for name, cause in restarted.items():
        stop_for_restart(work, name, cause)
    holders = held_ports(work)
    known = known_services(work.project)
    going = {**chosen, **{name: known[name] for name in (*work.fates, *restarted)}}
    for service in in_order(going).values():
        set_going(work, service, holders)


def _restarts(work: Work) -> dict[str, str]:
    """Running services that go down and up with a recreated one (`restart: true`): service -> because of which."""
    recreated = [name for name, found in work.fates.items() if any(fate.is_new and fate.container for fate in found)]
    return {
        name: cause
        for name, cause in restarted_with(work.project, recreated).items()
        if any(one.state in RUNNING for one in replicas(work.observed, name))
    }


def _awaited(name: str, chosen: Mapping[str, Service]) -> Condition:
    """What `--wait` waits for: a one-shot that others wait for to complete would never count as running."""
    for service in chosen.values():
        dependency = service.depends_on.get(name)
        if dependency is not None and dependency.condition is Condition.COMPLETED:
            return Condition.COMPLETED
    return Condition.STARTED


def _orphans(project: Project, observed: Observed) -> list[Container]:
    known = known_services(project)
    return [one for one in observed.containers if one.service not in known and not one.oneoff]


def _not_scalable(service: Service, count: int) -> Problem:
    return Problem(
        message=f"{count} containers cannot all be called {service.container_name}",
        place=service.place,
        path=f"services.{service.name}.container_name",
        hint="drop container_name, or leave the scale at 1",
    )
