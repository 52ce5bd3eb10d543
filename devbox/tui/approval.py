"""Before a command changes anything: what would it destroy, is the environment protected, does the user agree?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devbox.errors import DevboxError
from devbox.plan import steps
from devbox.plan.commands import Down, PlannedCommand, Remove, Up
from devbox.plan.plan import Plan
from devbox.session.commands import Command, MakeSecrets, Reload, Switch
from devbox.session.state import State
from devbox.tui.action import Action

if TYPE_CHECKING:
    from textual.app import App

    from devbox.session.session import Session


def protected(state: State) -> str:
    """The current environment's name if it is protected, else ""."""
    return next((e.name for e in state.environments if e.name == state.environment and e.protected), "")


async def approve(app: App[Any], session: Session, state: State, chosen: Action, command: Command) -> Command | None:
    """The command to give (with volumes, if the user wants that), or None if the user does not agree."""
    typed = protected(state)
    match command:
        case Reload() | MakeSecrets() | Switch(stop_current=False):
            return command
        case Switch():
            if not typed:
                return command
            plan = await _preview(session, Down())
            name = f"Stop {state.environment} and switch to {command.environment}"
            return command if await _confirm(app, name, [(command, plan, "Stop and switch", "y")], typed) else None
        case Down():
            ways: list[tuple[PlannedCommand, str, str]] = [
                (command, "Down", "y"),
                (Down(services=command.services, volumes=True), "Down with volumes", "v"),
            ]
            title = f"Down: {state.project.name if state.project else ''} ({state.environment or 'this folder'})"
        case Remove():
            ways = [(command, "Remove", "y")]
            title = f"Remove {', '.join(command.services) or 'all containers'}"
        case Up():
            label = chosen.label.capitalize()
            ways = [(command, label, "y"), (replace(command, renew_volumes=True), f"{label} with new volumes", "v")]
            title = f"{label} {', '.join(command.services) or 'the stack'}"
        case _:
            ways = [(command, chosen.label.capitalize(), "y")]
            title = f"{chosen.label.capitalize()} {', '.join(command.services) or 'the stack'}"
    if not (typed or chosen.destructive or isinstance(command, Up)):
        return command
    plans = await asyncio.gather(*(_preview(session, way) for way, _, _ in ways))
    if any(plan.problems for plan in plans):
        return command  # it will say why it cannot be done, and nothing is lost
    offered = [(way, plan, label, key) for (way, label, key), plan in zip(ways, plans, strict=True)]
    if len(offered) > 1 and offered[0][1].destroys == offered[-1][1].destroys:
        offered = offered[:1]
    if typed or chosen.destructive or len(offered) > 1 or offered[0][1].destroys:
        return await _confirm(app, title, offered, typed)
    return command


async def _preview(session: Session, command: Any) -> Plan:
    """What it would do; a plan that cannot be made destroys nothing, and the command itself will say why it fails."""
    try:
        return await session.preview(command)
    except DevboxError:
        return Plan(project="")


async def _confirm(app: App[Any], title: str, offered: list[tuple[Any, Plan, str, str]], typed: str) -> Command | None:
    from devbox.tui.screens.confirm import Answer, Confirm

    answers = [
        Answer(id=f"way-{number}", label=label, key=key, loses=plan.destroys)
        for number, (_, plan, label, key) in enumerate(offered)
    ]
    lines = summary(offered[0][1])
    chosen = await app.push_screen_wait(Confirm(title, lines=lines, answers=answers, typed=typed))
    return next((way for answer, (way, *_) in zip(answers, offered, strict=True) if answer.id == chosen), None)


def summary(plan: Plan) -> list[str]:
    """A plan in a few lines: what is made, stopped and removed, by name."""
    removed, stopped, created, networks, others = [], [], [], [], 0
    for node in plan.nodes:
        match node.step:
            case steps.RemoveContainer(name=name):
                removed.append(name)
            case steps.StopContainer(name=name) | steps.KillContainer(name=name) | steps.RestartContainer(name=name):
                stopped.append(name)
            case steps.CreateContainer(spec=spec):
                created.append(spec.name)
            case steps.RemoveNetwork(name=name):
                networks.append(name)
            case steps.WaitFor():
                pass
            case _:
                others += 1
    lines = [
        *(f"{one.service}: {one.before} -> {one.after}" for one in plan.changes if one.property == "image"),
        _line("creates", "container", created),
        _line("removes", "container", removed),
        _line("stops", "container", [name for name in stopped if name not in removed]),
        _line("removes", "network", networks),
    ]
    return [line for line in lines if line] or (["nothing to do"] if not others else [f"{others} steps"])


def _line(does: str, what: str, names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    if not found:
        return ""
    shown = ", ".join(found[:6]) + (f" and {len(found) - 6} more" if len(found) > 6 else "")
    return f"{does} {len(found)} {what}{'s' if len(found) > 1 else ''}: {shown}"
