"""When an action makes sense: each answers "" or why it cannot be done now."""

from __future__ import annotations

from devbox.debug.model import Phase as Debugging
from devbox.plan.observed import Container, RunState
from devbox.session.state import Connected, Lost, Phase, ServiceRow, State
from devbox.session.syncing import WatchPhase
from devbox.tui.selection import Selection

ALIVE = (RunState.RUNNING, RunState.RESTARTING)


def rows(state: State, selection: Selection) -> tuple[ServiceRow, ...]:
    """The rows an action works on: the selected ones, or all that are enabled."""
    if selection.services:
        return tuple(row for row in state.rows if row.name in selection.services)
    return tuple(row for row in state.rows if row.service and (not row.disabled or row.containers))


def containers(state: State, selection: Selection) -> tuple[Container, ...]:
    """Their containers; the one under the cursor alone if the cursor stands on one."""
    found = tuple(container for row in rows(state, selection) for container in row.containers)
    if selection.container:
        one = [c for row in state.rows for c in (*row.containers, *row.oneoffs) if c.id == selection.container]
        return tuple(one)
    return found


def always(_state: State, _selection: Selection) -> str:
    return ""


def engine(state: State) -> str:
    if isinstance(state.connection, Connected):
        return ""
    return "the engine is away" if isinstance(state.connection, Lost) else "the engine has not answered yet"


def whole(state: State, _selection: Selection) -> str:
    if state.project is None:
        return "the files do not load" if state.problems else "no project is open yet"
    return engine(state)


def act(state: State, selection: Selection) -> str:
    if reason := whole(state, selection):
        return reason
    if any(row.service is None for row in rows(state, selection)):
        return f"{selection.words}: the files do not have it any more"
    return ""


def start(state: State, selection: Selection) -> str:
    found = rows(state, selection)
    if found and all(row.containers and all(c.state in ALIVE for c in row.containers) for row in found):
        return f"{selection.words}: runs already"
    return act(state, selection)


def stop(state: State, selection: Selection) -> str:
    if not any(c.state in (*ALIVE, RunState.PAUSED) for c in containers(state, selection)):
        return f"{selection.words}: nothing runs"
    return engine(state)


def restart(state: State, selection: Selection) -> str:
    if not containers(state, selection):
        return f"{selection.words}: has no container yet"
    return engine(state)


def build(state: State, selection: Selection) -> str:
    if reason := act(state, selection):
        return reason
    if not any(row.service and row.service.build for row in rows(state, selection)):
        return f"{selection.words}: the files do not say how to build it"
    return ""


def watch(state: State, _selection: Selection) -> str:
    if state.project is None or not any(service.watch for service in state.project.services.values()):
        return "no service has rules to watch (develop.watch)"
    return ""


def verify(state: State, selection: Selection) -> str:
    if not any(row.service and row.service.watch for row in rows(state, selection)):
        return f"{selection.words}: has no rules to watch (develop.watch)"
    return engine(state)


def reload_now(state: State, selection: Selection) -> str:
    if reason := verify(state, selection):
        return reason
    if state.sync.phase is not WatchPhase.WATCHING:
        return "files are not watched now"
    rules = [rule for row in rows(state, selection) if row.service for rule in row.service.watch]
    if not any(rule.reload or rule.action not in ("sync", "rebuild") for rule in rules):
        return f"{selection.words}: its rules name no reload"
    return ""


def pause(state: State, selection: Selection) -> str:
    if not any(c.state in (RunState.RUNNING, RunState.PAUSED) for c in containers(state, selection)):
        return f"{selection.words}: nothing runs"
    return engine(state)


def remove(state: State, selection: Selection) -> str:
    if not containers(state, selection):
        return f"{selection.words}: has no container"
    return engine(state)


def roll_back(state: State, selection: Selection) -> str:
    if reason := act(state, selection):
        return reason
    return "" if containers(state, selection) else f"{selection.words}: has no container"


def down(state: State, selection: Selection) -> str:
    return whole(state, selection)


def shell(state: State, selection: Selection) -> str:
    if not selection.one and not selection.container:
        return "choose one service for a shell"
    if not any(c.state is RunState.RUNNING for c in containers(state, selection)):
        return f"{selection.words}: does not run"
    return engine(state)


def debug(state: State, selection: Selection) -> str:
    debugged = any(one.phase is not Debugging.ENDED for one in state.debugged.services.values())
    if not selection.one and not selection.container:
        return "" if debugged else "choose one service to debug"
    if not debugged and not any(c.state is RunState.RUNNING for c in containers(state, selection)):
        return f"{selection.words}: does not run"
    return engine(state)


def port(state: State, selection: Selection) -> str:
    if not any(b.host_port for c in containers(state, selection) for b in c.bindings):
        return f"{selection.words}: publishes no port"
    return ""


def inspect(state: State, selection: Selection) -> str:
    if not selection.one and not selection.container:
        return "choose one service to inspect"
    if not containers(state, selection):
        return f"{selection.words}: has no container"
    return engine(state)


def problems(state: State, _selection: Selection) -> str:
    return "" if state.problems else "the files load without a problem"


def retry(state: State, _selection: Selection) -> str:
    return "" if isinstance(state.connection, Lost) else "the engine is there"


def cancel(state: State, _selection: Selection) -> str:
    if state.offer or any(o.phase in (Phase.RUNNING, Phase.FAILED, Phase.CANCELLED) for o in state.operations):
        return ""
    return "nothing runs that could be cancelled"


def progress(state: State, _selection: Selection) -> str:
    return "" if state.operations else "nothing was asked for yet"


def in_pane(_state: State, selection: Selection) -> str:
    return "search in the main pane first" if selection.in_list else ""
