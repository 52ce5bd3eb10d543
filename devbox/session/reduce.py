"""State after an event: pure, total, and the only way State changes."""

from __future__ import annotations

from dataclasses import replace

from devbox.debug.model import Debugged
from devbox.plan.brief import changes
from devbox.plan.observed import RunState
from devbox.plan.plan import Plan
from devbox.session import synced
from devbox.session.events import (
    DebugTold,
    EngineConnected,
    EngineSpoke,
    EngineWentAway,
    EnvironmentsFound,
    Event,
    FilesSaved,
    LoadRefused,
    Noticed,
    OfferDeclined,
    PlanComputed,
    ProjectLoaded,
    ProjectsListed,
    StackObserved,
    StatsSampled,
    SyncCompared,
    SyncComparing,
    WatchTold,
    WatchTurned,
)
from devbox.session.operations import fold
from devbox.session.rows import containers, owing, rows, spoken
from devbox.session.state import Connected, Lost, Notice, Offer, State
from devbox.session.syncing import Syncing
from devbox.session.usage import use

EVENTS_KEPT = 500
NOTICES_KEPT = 50
_RUNNING = (RunState.RUNNING, RunState.PAUSED)


def reduce(state: State, event: Event) -> State:
    """The next state; the same object if `event` says nothing new."""
    match event:
        case EngineConnected(info=info):
            return replace(state, connection=Connected(info=info), ahead=info.ahead)
        case EngineWentAway(reason=reason, hint=hint, at=at, retry_at=retry_at):
            since = state.connection.since if isinstance(state.connection, Lost) else at
            return replace(state, connection=Lost(reason=reason, hint=hint, since=since, retry_at=retry_at))
        case EnvironmentsFound(environments=environments, current=current):
            fresh = state if current == state.environment else _emptied(state)
            return replace(fresh, environments=environments, environment=current)
        case ProjectLoaded():
            return _loaded(state, event)
        case LoadRefused(problems=problems):
            return replace(state, problems=problems)
        case FilesSaved(files=files, project=name):
            return replace(state, problems=(), offer=Offer(files=files, project=name))
        case OfferDeclined():
            return replace(state, offer=None) if state.offer else state
        case StackObserved(project=name, observed=observed):
            if state.project is not None and state.project.name != name:
                return state
            return _shown(state, replace(state, rows=rows(state.project, observed.containers, state.rows)))
        case EngineSpoke(batch=batch):
            heard = replace(state, events=(*state.events, *batch)[-EVENTS_KEPT:]) if batch else state
            return _shown(state, replace(heard, rows=spoken(state.rows, state.project, batch)))
        case ProjectsListed(running=running):
            return state if running == state.running else replace(state, running=running)
        case StatsSampled():
            return _sampled(state, event)
        case PlanComputed(plan=plan):
            return _planned(state, plan)
        case Noticed(text=text, severity=severity, at=at):
            last = state.notices[-1].id if state.notices else 0
            notice = Notice(id=last + 1, text=text, severity=severity, time=at)
            return replace(state, notices=(*state.notices, notice)[-NOTICES_KEPT:])
        case WatchTurned() | WatchTold() | SyncComparing() | SyncCompared():
            sync = synced.fold(state.sync, event)
            return state if sync is state.sync else _synced(replace(state, sync=sync), event)
        case DebugTold(debugged=debugged):
            return replace(state, debugged=debugged)
        case _:
            return replace(state, operations=fold(state.operations, event))


def _emptied(state: State) -> State:
    """Without what belongs to one project."""
    return replace(
        state,
        project=None,
        problems=(),
        rows=(),
        usage={},
        samples={},
        plan=None,
        offer=None,
        events=(),
        sync=Syncing(),
        debugged=Debugged(),
    )


def _planned(state: State, plan: Plan | None) -> State:
    """An offer of which nothing is left to do is none."""
    done = plan is not None and not changes(plan) and not plan.problems
    offer = state.offer if not done or (state.offer and state.offer.project) else None
    return state if (plan, offer) == (state.plan, state.offer) else replace(state, plan=plan, offer=offer)


def _loaded(state: State, event: ProjectLoaded) -> State:
    same = state.project is not None and state.project.name == event.project.name
    fresh = state if same else _emptied(state)
    return replace(
        fresh,
        offer=None if fresh.offer and fresh.offer.project else fresh.offer,
        environment=event.environment,
        project=event.project,
        problems=(),
        plan=fresh.plan if event.project == fresh.project else None,
        rows=rows(event.project, containers(fresh.rows), fresh.rows, unseen=all(row.unseen for row in fresh.rows)),
    )


def _synced(state: State, event: synced.SyncEvent) -> State:
    """`state` with what is owed to a service in its row."""
    if not isinstance(event, WatchTold):
        return state
    service = event.told.service
    owed = owing(state.rows, service, sum(state.sync.services[service].owed.values()))
    return state if owed is state.rows else replace(state, rows=owed)


def _shown(before: State, after: State) -> State:
    """`after` without the use of containers that do not run any more; `before` if nothing changed."""
    if after.rows is before.rows:
        return before if after.events is before.events else after
    running = {container.id for container in containers(after.rows) if container.state in _RUNNING}
    if after.usage.keys() <= running and after.samples.keys() <= running:
        return after
    return replace(
        after,
        usage={id: usage for id, usage in after.usage.items() if id in running},
        samples={id: sample for id, sample in after.samples.items() if id in running},
    )


def _sampled(state: State, event: StatsSampled) -> State:
    usage, samples = dict(state.usage), dict(state.samples)
    for id, sample in event.samples.items():
        if sample is None:
            usage.pop(id, None)
            samples.pop(id, None)
        else:
            usage[id] = use(samples.get(id), sample, usage.get(id))
            samples[id] = sample
    return replace(state, usage=usage, samples=samples)
