"""What saved files ask for, as lines for people and as objects for scripts."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from devbox.cli.output import printable, stdout_style
from devbox.record import dataclass

if TYPE_CHECKING:
    import argparse

    from devbox.errors import Problem
    from devbox.plan.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """`files` were saved and load; `plan` is what `up` would do now, which `apply` does and `why` explains."""

    files: tuple[str, ...]
    plan: Plan
    apply: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """`files` were saved and name another project, or another engine for the one that is `kept`: it is not followed."""

    files: tuple[str, ...]
    project: str
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The files do not load any more; everything goes on with what loaded last."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """They load again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesGone:
    """No service has rules to watch any more."""


Reread = Saved | Renamed | Broken | Mended | RulesGone


def line(told: Reread) -> list[str]:
    """One line, and more where something is wrong."""
    match told:
        case Saved(plan=plan) if plan.problems:
            problems = [stdout_style(f"  {printable(str(one))}", "red") for one in plan.problems]
            return [f"{_changed(told.files)}: it cannot be applied; `{told.why}` tells more", *problems]
        case Saved(plan=plan):
            from devbox.plan.brief import brief, changes

            then = f"; `{told.apply}` applies it, `{told.why}` tells why" if changes(plan) else ""
            return [f"{_changed(told.files)}: {printable(brief(plan))}{then}"]
        case Renamed():
            text = f"the project is called {printable(told.project)} now; {told.kept} is watched on"
            if told.project == told.kept:
                text = "it belongs on another engine now; what runs here is watched on"
            return [f"{_changed(told.files)}: {text}", "  End this watch and begin it again to follow the files."]
        case Broken():
            problems = [stdout_style(printable(str(one)), "red") for one in told.problems]
            return [*problems, "  The files do not load; everything goes on with what loaded last."]
        case Mended():
            return ["The files load again."]
        case RulesGone():
            return ["Nothing is watched any more: no service has rules."]


def as_json(told: Reread, at: float) -> dict[str, Any]:
    """The event as scripts read it; `at` in seconds since the epoch."""
    match told:
        case Saved(plan=plan):
            from devbox.plan.brief import fates

            found = fates(plan)
            more: dict[str, Any] = {
                "files": told.files,
                "recreated": found.recreated,
                "created": found.created,
                "removed": found.removed,
                "problems": [str(one) for one in plan.problems],
                "apply": told.apply,
            }
        case Renamed():
            more = {"files": told.files, "project": told.project}
        case Broken():
            more = {"problems": [str(one) for one in told.problems]}
        case Mended() | RulesGone():
            more = {}
    return {"time": at, "event": _EVENTS[type(told)], **more}


_EVENTS = {
    Saved: "files-changed",
    Renamed: "project-renamed",
    Broken: "files-broken",
    Mended: "files-mended",
    RulesGone: "no-rules",
}


def command(args: argparse.Namespace, verb: str) -> str:
    """The command line that does `verb` to what these arguments chose."""
    words = ["devbox"]
    for flag, values in (
        ("-e", [args.environment]),
        ("-f", args.files),
        ("-p", [args.project_name]),
        ("--profile", args.profiles or ()),
        ("--env-file", args.env_files),
        ("--project-directory", [args.project_directory]),
        ("--context", [args.context]),
    ):
        words += [word for value in values if value for word in (flag, value)]
    return shlex.join([*words, verb, *args.services])


def _changed(files: tuple[str, ...]) -> str:
    return f"{', '.join(map(printable, files))} changed"
