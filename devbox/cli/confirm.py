"""Asking before something is lost, and before a protected environment is changed."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from devbox.cli.output import note, printable, stderr_style
from devbox.errors import DevboxError, UsageError

if TYPE_CHECKING:
    from devbox.compose.model import Project
    from devbox.environments.environment import Environment
    from devbox.plan.plan import Plan


def can_ask() -> bool:
    """Whether a person is at the other end."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def agree(plan: Plan) -> bool:
    """Name what the plan destroys and ask; without a terminal the command itself is the consent."""
    if not can_ask():
        return True
    note(stderr_style("This removes for good:", "yellow", "bold"))
    for loss in plan.destroys:
        note(f"  {printable(loss)}")
    return goes_ahead()


def goes_ahead() -> bool:
    """Whether a person says yes; without a terminal the command itself is the consent."""
    return not can_ask() or _ask("Go ahead? [y/N] ").lower() in ("y", "yes")


def trust(project: Project, *, yes: bool) -> None:
    """Let files that lie elsewhere have variables of this machine only if that is agreed to."""
    if not project.taken or yes:
        return
    from devbox.compose.masking import masked

    told = [f"  {name} = {masked(name, project.environment[name])}" for name in project.taken]
    if not can_ask():
        raise DevboxError(
            f"The Compose file lies elsewhere and takes variables of yours: {', '.join(project.taken)}. "
            "Nothing was changed.",
            hint="Give them to it with -y.",
        )
    note(stderr_style("The Compose file lies elsewhere, and takes these variables of yours:", "yellow", "bold"))
    for line in told:
        note(printable(line))
    if _ask("Go on with them? [Y/n] ").lower() not in ("", "y", "yes"):
        raise DevboxError("Nothing was changed.")


def permit(environment: Environment, meant: str) -> None:
    """Let a change of a protected environment pass only if its name was given or is typed now."""
    if not environment.protected or meant == environment.name:
        return
    if meant:
        raise UsageError(
            f"--yes-i-mean names {meant!r}, but the environment is {environment.name!r}.",
            hint=f"Write --yes-i-mean {environment.name} if you do.",
        )
    if not can_ask():
        raise UsageError(
            f"The environment {environment.name} is protected; nothing was changed.",
            hint=f"`devbox --yes-i-mean {environment.name} ...` changes it.",
        )
    note(stderr_style(f"The environment {environment.name} is protected.", "yellow", "bold"))
    if _ask("Type its name to go on: ") != environment.name:
        raise DevboxError("That is not its name; nothing was changed.")


def _ask(question: str) -> str:
    """A line from the terminal; "" at its end. Ctrl-C interrupts, as outside of asyncio."""
    sys.stderr.write(question)
    sys.stderr.flush()
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return sys.stdin.readline().strip()
    finally:
        signal.signal(signal.SIGINT, previous)
