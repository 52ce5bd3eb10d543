"""The Plan tab's text."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from devbox.plan import steps
from devbox.plan.plan import Change, Node, Plan
from devbox.plan.steps import Step
from devbox.tui.text import plain, shorten

_QUIET = "$foreground 60%"
_GOOD, _BUSY, _BAD = "$text-success", "$text-warning", "$text-error"

_SIGNS: dict[type, tuple[str, str]] = {
    steps.CreateNetwork: ("+", _GOOD),
    steps.CreateVolume: ("+", _GOOD),
    steps.CreateContainer: ("+", _GOOD),
    steps.PullImage: ("↓", _GOOD),
    steps.BuildImage: ("◆", _GOOD),
    steps.StartContainer: ("▶", _GOOD),
    steps.UnpauseContainer: ("▶", _GOOD),
    steps.RestartContainer: ("↻", _BUSY),
    steps.RenameContainer: ("~", _BUSY),
    steps.WaitFor: ("◐", _QUIET),
    steps.PauseContainer: ("‖", _BUSY),
    steps.StopContainer: ("■", _BUSY),
    steps.KillContainer: ("■", _BAD),
    steps.RemoveContainer: ("-", _BAD),
    steps.RemoveNetwork: ("-", _BAD),
    steps.RemoveVolume: ("-", _BAD),
    steps.RemoveImage: ("-", _BAD),
}


def plan_page(plan: Plan, service: str | None, width: int) -> Content:
    """The whole plan; what concerns `service` stands out."""
    blocks = [_problems(plan), _head(plan)]
    if plan.nodes:
        wide = min(max(len(node.id) for node in plan.nodes), max(20, width // 2 - 4))
        blocks.append(Content("\n").join(_step(node, service, wide, width) for node in plan.nodes))
    if plan.changes:
        blocks.append(_titled("What differs", (_change(change, service) for change in plan.changes)))
    if plan.destroys:
        lines = (plain(f"  ✗ {text}", _BAD, lines=False) for text in plan.destroys)
        blocks.append(_titled("Lost for good", lines, _BAD))
    if plan.orphans:
        names = ", ".join(plan.orphans)
        blocks.append(_titled("Orphans", [plain(f"  {names}: the files do not have them any more", lines=False)]))
    if plan.warnings:
        blocks.append(_titled("Warnings", (plain(f"  ▲ {text}", _BUSY, lines=False) for text in plan.warnings)))
    if plan.unchanged and plan.nodes:
        blocks.append(_titled("As the files want them", [plain("  " + ", ".join(plan.unchanged), _QUIET, lines=False)]))
    return Content("\n\n").join(block for block in blocks if block)


def _problems(plan: Plan) -> Content:
    if not plan.problems:
        return Content()
    return _titled("It cannot be done", (plain(f"  ✗ {problem}", _BAD) for problem in plan.problems), _BAD)


def _head(plan: Plan) -> Content:
    if not plan.nodes:
        count = len(plan.unchanged)
        what = "1 service is" if count == 1 else f"All {count} services are"
        return Content.styled(f"✓ Nothing to do. {what} as the files want." if count else "✓ Nothing to do.", _GOOD)
    count = len(plan.nodes)
    return Content.assemble(("1 step" if count == 1 else f"{count} steps", "bold"), " that `up` would take now:")


def _step(node: Node, service: str | None, wide: int, width: int) -> Content:
    sign, style = _SIGNS[type(node.step)]
    concerned = service is not None and service in _services(node.step)
    name = plain(f"{shorten(node.id, wide):{wide}}", "bold" if concerned or service is None else "")
    room = max(10, width - wide - 6)
    return Content.assemble("  ", (sign, style), " ", name, "  ", plain(shorten(node.step.why, room), _QUIET))


def _services(step: Step) -> tuple[str, ...]:
    if isinstance(step, steps.CreateContainer):
        return (step.spec.service,)
    if isinstance(step, steps.PullImage):
        return step.services
    service = getattr(step, "service", "")
    return (service,) if service else ()


def _change(change: Change, service: str | None) -> Content:
    before, after = change.before or "(none)", change.after or "(none)"
    return Content.assemble(
        "  ",
        plain(f"{change.service} ", "bold" if service in (None, change.service) else "", lines=False),
        plain(change.property, "$text-primary", lines=False),
        "  ",
        plain(before, _BAD, lines=False),
        " → ",
        plain(after, _GOOD, lines=False),
    )


def _titled(title: str, lines: Iterable[Content], style: str = "") -> Content:
    return Content("\n").join([Content.styled(title, f"bold {style}".strip()), *lines])
