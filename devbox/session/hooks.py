"""post_start and pre_stop: commands run inside a container after it starts or before it stops."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from devbox.compose.model import Hook
from devbox.errors import DevboxError
from devbox.ports import Engine

_LIMIT = 300.0
"""Seconds after which a hook counts as hanging."""


class HookFailed(DevboxError):
    """A hook ended with another code than 0."""


async def run_hooks(engine: Engine, container: str, hooks: Iterable[Hook]) -> None:
    """Run them one after the other; HookFailed at the first that fails."""
    for hook in hooks:
        command = shlex.join(hook.command)
        try:
            answer = await engine.exec(
                container,
                hook.command,
                user=hook.user,
                workdir=hook.working_dir,
                environment=hook.environment,
                privileged=hook.privileged,
                timeout=_LIMIT,
            )
        except TimeoutError:
            raise HookFailed(f"hook `{command}` did not end within {_LIMIT:g} s") from None
        if answer.exit_code:
            lines = answer.output.strip().splitlines()[-5:]
            said = "".join(f"\n    {line[:300]}" for line in lines)
            raise HookFailed(f"hook `{command}` ended with {answer.exit_code}{said}")
