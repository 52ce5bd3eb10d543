"""A plan as the text a user reads; also what tests compare."""

from __future__ import annotations

import re

from devbox.compose.model import Condition
from devbox.plan.names import short_id
from devbox.plan.plan import Plan
from devbox.plan.steps import (
    BuildImage,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    KeepImage,
    KillContainer,
    PauseContainer,
    PullImage,
    RemoveContainer,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
    RestartContainer,
    StartContainer,
    Step,
    StopContainer,
    UnpauseContainer,
    WaitFor,
)

_TEMPORARY = re.compile(r"^[0-9a-f]{12}_")


def step_text(step: Step) -> str:
    """What the step does, in a few words, without its cause."""
    match step:
        case CreateNetwork():
            return f"create network {step.network.name}"
        case RemoveNetwork():
            return f"remove network {step.name}"
        case CreateVolume():
            return f"create volume {step.volume.name}"
        case RemoveVolume():
            return f"remove volume {step.name}"
        case RemoveImage():
            return f"remove image {step.image}"
        case KeepImage():
            return f"keep image {short_id(step.image)} of {step.service}"
        case PullImage():
            return f"pull {step.image}"
        case BuildImage():
            return f"build {step.image}"
        case CreateContainer():
            return f"create container {final_name(step.spec.name)}" + (" anew" if step.inherit_from else "")
        case StartContainer():
            return f"start {step.name}"
        case StopContainer():
            return f"stop {step.name}"
        case RestartContainer():
            return f"restart {step.name}"
        case KillContainer():
            return f"send {step.signal} to {step.name}"
        case PauseContainer():
            return f"pause {step.name}"
        case UnpauseContainer():
            return f"unpause {step.name}"
        case RemoveContainer():
            return f"kill and remove {step.name}" if step.force else f"remove {step.name}"
        case RenameContainer():
            return f"rename to {step.name}"
        case WaitFor():
            return _gate(step)


def final_name(name: str) -> str:
    """The name a container bears in the end, where it has a temporary one beside the one it replaces."""
    return _TEMPORARY.sub("", name)


def describe(plan: Plan) -> str:
    """The whole plan: the steps with their causes and what each comes after, what differs, what would be lost."""
    places = {node.id: place for place, node in enumerate(plan.nodes, 1)}
    lines = [f"Project {plan.project}"]
    for place, node in enumerate(plan.nodes, 1):
        earlier = sorted(places[id] for id in node.after if id in places)
        after = f" [after {', '.join(map(str, earlier))}]" if earlier else ""
        lines.append(f"{place:>3}. {step_text(node.step)}: {node.step.why}{after}")
    if not plan.nodes and not plan.problems:
        lines.append("Nothing to do.")
    if plan.problems:
        lines += ["Cannot be done:", *(f"  {one}" for one in plan.problems)]
    if plan.changes:
        lines.append("What differs:")
        lines += [
            f"  {one.service}: {one.property}: {_value(one.before)} -> {_value(one.after)}" for one in plan.changes
        ]
    if plan.destroys:
        lines += ["Would be lost:", *(f"  {one}" for one in plan.destroys)]
    if plan.unchanged:
        lines.append(f"Unchanged: {', '.join(plan.unchanged)}")
    if plan.orphans:
        lines.append(f"Orphans (the files have no such service): {', '.join(plan.orphans)}")
    lines += [f"Warning: {one}" for one in plan.warnings]
    return "\n".join(lines)


def _gate(step: WaitFor) -> str:
    what = {
        Condition.STARTED: "runs",
        Condition.HEALTHY: "is healthy",
        Condition.COMPLETED: "has completed",
    }[step.condition]
    optional = "" if step.required else " (not required)"
    lasting = f" and stays so for {step.lasting:g} s" if step.lasting else ""
    return f"wait until {step.name or step.service} {what}{lasting}{optional}"


def _value(text: str) -> str:
    return text or "nothing"
