"""Recreating the replicas of a service in turns (`up --rolling`): each is ready before the next is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devbox.compose.model import Condition, Healthcheck, Service
from devbox.plan import ending
from devbox.plan.draft import Draft
from devbox.plan.fate import RUNNING, Action, Fate
from devbox.plan.gates import Standing, before_start, gate_node
from devbox.plan.names import label, temporary_name
from devbox.plan.observed import Container
from devbox.plan.steps import WaitFor
from devbox.record import dataclass

NANO = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """The turns of a service; `start_first`: a new container runs beside the old one before that goes."""

    service: Service
    turns: tuple[tuple[Fate, ...], ...]
    start_first: bool

    def beside(self, fate: Fate) -> str:
        """The name under which its new container starts beside the old one; "": the old one goes first."""
        old = fate.container
        return temporary_name(old.id, fate.name) if self.start_first and old is not None and _runs(fate) else ""

    def others(self, fate: Fate) -> list[Container]:
        """The old containers that go in other turns or places than that one."""
        return [one.container for turn in self.turns for one in turn if one is not fate and one.container is not None]


def rolls(decided: Mapping[str, list[Fate]], warnings: list[str]) -> dict[str, Roll]:
    """The services of which replicas are recreated, with their turns; what cannot be done as asked is a warning."""
    found = {}
    for name, fates in decided.items():
        together = [fate.why for fate in fates if fate.action is Action.REPLACE and _runs(fate)]
        if together:
            warnings.append(f"{name} cannot be recreated in turns: {together[0]}")
        renewed = [fate for fate in fates if fate.action is Action.RECREATE and _runs(fate)]
        if renewed and not together:
            found[name] = _roll(renewed[0].service, fates, renewed, warnings)
    return found


def take_turns(draft: Draft, project: str, roll: Roll, standing: Standing, *, timeout: float | None) -> bool:
    """Add the gates and the order between the turns; False if other steps stand in the way of that order."""
    before: list[str] = []
    left = [fate for turn in roll.turns for fate in turn]
    kept = True
    for turn in roll.turns:
        left = [fate for fate in left if fate not in turn]
        done = []
        for fate in turn:
            short = label(project, fate.name)
            kept &= _order(draft, f"create {short}", before)
            gate = draft.add(
                f"wait until {short} is ready",
                _gate(project, roll, fate, left, timeout),
                [f"start {short}"],
            )
            done.append(gate)
            if fate.container is None or not _runs(fate):
                continue
            end = next(id for id in ending.end_nodes(project, fate.container) if id in draft)
            kept &= _order(draft, end, before_start(draft, project, roll.service, standing, timeout=timeout))
            if roll.start_first:
                kept &= _order(draft, end, [gate])
                done.append(f"rename {short}")
        before = done
    for condition in Condition:
        everybody = gate_node(roll.service.name, condition)
        if everybody in draft:
            renamed = [f"rename {label(project, fate.name)}" for turn in roll.turns for fate in turn]
            kept &= _order(draft, everybody, renamed)
    return kept


def _roll(service: Service, fates: list[Fate], renewed: list[Fate], warnings: list[str]) -> Roll:
    wanted, name = service.deploy.update, service.name
    obstacle = _obstacle(service) if wanted.start_first else ""
    if obstacle:
        warnings.append(f"{name} cannot start its new containers first, {obstacle}: the old ones go first")
    if wanted.failure_action in ("continue", "rollback"):
        warnings.append(
            f"{name} stops its turns at the first failure; failure_action: {wanted.failure_action} is not followed"
        )
    start_first = wanted.start_first and not obstacle
    # What takes nobody's place comes first, so that it serves already when the others go.
    idle = tuple(fate for fate in fates if fate.is_new and not _runs(fate))
    if len(renewed) == 1 and not start_first and len(fates) == 1:
        warnings.append(f"{name} has a single container, which is away while it is recreated")
    size = wanted.parallelism or len(renewed)
    turns = [tuple(renewed[at : at + size]) for at in range(0, len(renewed), size)]
    return Roll(service=service, turns=(*([idle] if idle else []), *turns), start_first=start_first)


def _runs(fate: Fate) -> bool:
    return fate.container is not None and fate.container.state in RUNNING


def _obstacle(service: Service) -> str:
    """Why two of its containers cannot run at once beyond its replicas ("": they can)."""
    ports = [port.published for port in service.ports if port.numbers]
    if ports:
        return f"which publish port {ports[0]}"
    if service.network_mode and not service.network_mode.startswith("none"):
        return f"which have network_mode {service.network_mode}"
    fixed = [one.ipv4_address or one.ipv6_address or one.mac_address for one in service.networks]
    return f"which have the address {fixed[0]}" if any(fixed) else ""


def _gate(project: str, roll: Roll, fate: Fate, left: Iterable[Fate], timeout: float | None) -> WaitFor:
    beside = roll.beside(fate)
    waiting = [label(project, one.name) for one in left]
    olds = [one.name for one in roll.others(fate) if one.name in {other.name for other in left}]
    if beside:
        olds = [fate.name, *olds]
    return WaitFor(
        service=roll.service.name,
        containers=(beside or fate.name,),
        name=label(project, fate.name),
        condition=Condition.HEALTHY if _has_check(roll.service.healthcheck) else Condition.STARTED,
        timeout=timeout,
        lasting=roll.service.deploy.update.delay / NANO,
        withdraw=bool(beside) or not _runs(fate),
        remains=", ".join(olds),
        why=f"then comes {waiting[0]}" if waiting else "the last one",
    )


def _has_check(check: Healthcheck | None) -> bool:
    return check is not None and not check.disable and bool(check.test)


def _order(draft: Draft, id: str, after: Iterable[str]) -> bool:
    """Let `id` come after those, but for what comes after itself; whether that was all of them."""
    free = [other for other in after if other in draft and not draft.comes_after(other, id)]
    draft.order(id, free)
    return len(free) == len([other for other in after if other in draft])
