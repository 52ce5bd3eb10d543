"""Finding the engine and agreeing on an API version with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from devbox.errors import EngineError, EngineLost, NoEngine

if TYPE_CHECKING:
    from devbox.adapters.dial import Endpoint
    from devbox.adapters.engine import DockerEngine
    from devbox.adapters.wire import Wire

OLDEST = (1, 41)
"""Docker 20.10."""
NEWEST = (1, 52)
"""Docker 29; a newer engine is spoken to in this version."""


async def connect(context: str, environ: Mapping[str, str]) -> DockerEngine:
    """A connected engine; `context` "": as the docker CLI would choose. NoEngine says in one sentence what to do."""
    from devbox.adapters.contexts import candidates
    from devbox.adapters.engine import DockerEngine
    from devbox.adapters.threads import Threads
    from devbox.adapters.wire import Wire

    threads = Threads()
    endpoints = candidates(context, environ)
    failures: list[EngineError] = []
    for endpoint in endpoints:
        wire = Wire(endpoint)
        try:
            await threads.call(lambda wire=wire: agree(wire, environ))  # type: ignore[misc]
        except EngineLost as error:
            failures.append(error)
            continue
        return DockerEngine(wire, threads, environ)
    raise _nobody(endpoints, failures)


def agree(wire: Wire, environ: Mapping[str, str]) -> None:
    """Set the API version to speak: the engine's own, at most the newest known here."""
    answer = wire.request("GET", "/_ping", timeout=20)
    if answer.status >= 400:
        reason = wire.refusal(answer).message
        raise NoEngine(
            f"The Docker Engine at {wire.endpoint.url} is not ready: {reason.rstrip('.')}; try again shortly."
        )
    theirs = version(answer.headers.get("api-version", ""))
    if not theirs:
        raise NoEngine(
            f"What answers at {wire.endpoint.url} is no Docker Engine; check DOCKER_HOST and `docker context ls`."
        )
    if theirs < OLDEST:
        spoken = ".".join(map(str, theirs))
        raise NoEngine(
            f"The Docker Engine at {wire.endpoint.url} speaks API {spoken}; devbox needs 1.41 (Docker 20.10) or newer."
        )
    wanted = version(environ.get("DOCKER_API_VERSION", "")) or min(theirs, NEWEST)
    wire.version = ".".join(map(str, wanted))


def version(text: str) -> tuple[int, ...]:
    """ "1.45" -> (1, 45); () for what is no version."""
    parts = text.strip().removeprefix("v").split(".")
    return tuple(map(int, parts)) if len(parts) == 2 and all(part.isdigit() for part in parts) else ()


def _nobody(endpoints: Sequence[Endpoint], failures: Sequence[EngineError]) -> NoEngine:
    from devbox.adapters.contexts import DEFAULT_SOCKET

    first, cause = endpoints[0], failures[0].__cause__
    where = first.url
    if isinstance(cause, PermissionError):
        return NoEngine(
            f"You may not use the Docker Engine at {where}; add yourself to the group docker "
            "(`sudo usermod -aG docker $USER`) and log in again."
        )
    if not first.named_by or where == f"unix://{DEFAULT_SOCKET}":
        return NoEngine(f"No Docker Engine answers at {where}; start one with `devbox engine start`.")
    reason = failures[0].message.partition("went away: ")[2].rstrip(".")
    return NoEngine(
        f"No Docker Engine answers at {where} ({first.named_by}): {reason}; start it there, or choose another."
    )
