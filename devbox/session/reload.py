"""What a rule asks for once its files are in the container."""

from __future__ import annotations

import time

from devbox.errors import DevboxError, EngineLost
from devbox.ports import Engine
from devbox.session.delivery import Destination
from devbox.sync.rules import Action, Rule
from devbox.sync.told import Reloaded

_PATIENCE = 60.0
"""Seconds that a command of `sync+exec` may take."""


async def reload(engine: Engine, rule: Rule, to: Destination, files: int) -> Reloaded:
    """Do it and tell how that went; only EngineLost is raised."""
    began = time.perf_counter()
    error = hint = ""
    try:
        error = await _do(engine, rule, to)
    except EngineLost:
        raise
    except DevboxError as failure:
        error, hint = failure.message, failure.hint
    except TimeoutError:
        error = f"it did not end within {_PATIENCE:.0f} s"
    return Reloaded(
        service=rule.service,
        container=to.name,
        how=_how(rule),
        files=files,
        seconds=time.perf_counter() - began,
        error=error,
        hint=hint,
    )


async def _do(engine: Engine, rule: Rule, to: Destination) -> str:
    """ "" or why it failed."""
    if rule.action is Action.SYNC_EXEC and rule.run is not None:
        hook = rule.run
        told = await engine.exec(
            to.id,
            hook.command,
            user=hook.user,
            workdir=hook.working_dir,
            environment=hook.environment,
            privileged=hook.privileged,
            timeout=_PATIENCE,
        )
        if told.exit_code:
            last = told.output.strip().splitlines()[-1:] or [""]
            return f"exit code {told.exit_code}{f': {last[0]}' if last[0] else ''}"
        return ""
    await engine.restart(to.id)
    return ""


def _how(rule: Rule) -> str:
    if rule.action is Action.SYNC_EXEC and rule.run is not None:
        return " ".join(rule.run.command)
    return "restart"
