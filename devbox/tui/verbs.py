"""From a selection to the command that the session is asked for."""

from __future__ import annotations

from devbox.plan import commands
from devbox.plan.observed import RunState
from devbox.session.commands import Command, MakeSecrets, Reload
from devbox.session.state import State
from devbox.tui.conditions import containers, rows
from devbox.tui.selection import Selection


def start(state: State, selection: Selection) -> Command:
    """A service without a container needs `up`, since `start` only starts what was made."""
    if all(row.containers for row in rows(state, selection)):
        return commands.Start(services=selection.services)
    return commands.Up(services=selection.services)


def stop(_state: State, selection: Selection) -> Command:
    return commands.Stop(services=selection.services)


def restart(_state: State, selection: Selection) -> Command:
    return commands.Restart(services=selection.services)


def apply(_state: State, selection: Selection) -> Command:
    return commands.Up(services=selection.services, no_deps=bool(selection.services))


def recreate(_state: State, selection: Selection) -> Command:
    return commands.Up(services=selection.services, no_deps=bool(selection.services), force_recreate=True)


def rebuild(_state: State, selection: Selection) -> Command:
    return commands.Up(services=selection.services, no_deps=bool(selection.services), build=True, force_recreate=True)


def pause(state: State, selection: Selection) -> Command:
    """What runs is paused; if nothing runs but is paused, it goes on."""
    if any(c.state is RunState.RUNNING for c in containers(state, selection)):
        return commands.Pause(services=selection.services)
    return commands.Unpause(services=selection.services)


def remove(_state: State, selection: Selection) -> Command:
    return commands.Remove(services=selection.services, stop=True)


def rollback(_state: State, selection: Selection) -> Command:
    return commands.Rollback(services=selection.services)


def kill(_state: State, selection: Selection) -> Command:
    return commands.Kill(services=selection.services)


def pull(_state: State, selection: Selection) -> Command:
    return commands.PullImages(services=selection.services)


def build(_state: State, selection: Selection) -> Command:
    return commands.BuildImages(services=selection.services)


def up(_state: State, _selection: Selection) -> Command:
    return commands.Up()


def down(_state: State, _selection: Selection) -> Command:
    return commands.Down()


def reload(_state: State, _selection: Selection) -> Command:
    return Reload()


def secrets(_state: State, _selection: Selection) -> Command:
    return MakeSecrets()
