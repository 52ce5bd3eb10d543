"""A shell inside a service's container."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.errors import DevboxError
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine
from devbox.session.state import ServiceRow

# In one exec: a failed `exec bash` would end the shell that tries it.
_COMMAND = ("sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash; exec sh")
_PASSED_ON = ("TERM", "COLORTERM", "LANG")
_NOT_FOUND = (126, 127)


async def shell(engine: Engine, container: Container, environ: Mapping[str, str]) -> int:
    """bash where the container has it, sh otherwise, on this process's terminal; its exit code."""
    terminal = {name: environ[name] for name in _PASSED_ON if name in environ}
    code = await engine.interact(container.id, _COMMAND, tty=True, environment=terminal)
    if code in _NOT_FOUND:
        raise DevboxError(
            f"{container.name} has no shell that could be started.",
            hint="Its image may have none (distroless, scratch); use a debug image, or run one beside it.",
        )
    return code


def container_for(row: ServiceRow | None, service: str, container: str = "") -> Container:
    """The named container of the service, else its first that runs."""
    if row is None:
        raise DevboxError(f"There is no service {service}.")
    found = [one for one in (*row.containers, *row.oneoffs) if not container or container in (one.id, one.name)]
    running = [one for one in found if one.state is RunState.RUNNING]
    if not running:
        raise DevboxError(f"{container or service} does not run.", hint="Start it first.")
    return running[0]
