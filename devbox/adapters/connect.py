"""Finding the engine and agreeing on an API version with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from devbox.errors import EngineError, EngineLost, NoEngine

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.dial import Endpoint
    from devbox.adapters.engine import DockerEngine

OLDEST = (1, 41)
"""Docker 20.10."""
NEWEST = (1, 52)
"""Docker 29; a newer engine is spoken to in this version."""


async def connect(context: str, environ: Mapping[str, str]) -> DockerEngine:
    """A connected engine; `context` "": as the docker CLI would choose. NoEngine says in one sentence what to do."""
    from devbox.adapters.contexts import candidates
    from devbox.adapters.threads import Threads

    threads = Threads()
    endpoints = candidates(context, environ)
    failures: list[EngineError] = []
    for endpoint in endpoints:
        opening = threads.call(lambda endpoint=endpoint: agreed(endpoint, environ))  # type: ignore[misc]
        try:
            found = await opening
        except EngineLost as error:
            failures.append(error)
            continue
        from devbox.adapters.engine import DockerEngine

        return DockerEngine(found, threads, environ)
    raise _nobody(endpoints, failures)


def agreed(endpoint: Endpoint, environ: Mapping[str, str]) -> Api:
    """The API of an engine that was agreed with on the version: the engine's own, at most the newest known here."""
    from devbox.adapters.api import Api

    found = Api(endpoint, environ)
    try:
        found.agree(".".join(map(str, _version(found, environ))))
    except BaseException:
        found.close()
        raise
    return found


def _version(api: Api, environ: Mapping[str, str]) -> tuple[int, ...]:
    url = api.endpoint.url
    try:
        theirs = version(api.ping())
    except (EngineLost, NoEngine):
        raise
    except EngineError as error:
        reason = error.message.rstrip(".")
        raise NoEngine(f"The Docker Engine at {url} is not ready: {reason}; try again shortly.") from error
    if not theirs:
        raise NoEngine(f"What answers at {url} is no Docker Engine; check DOCKER_HOST and `docker context ls`.")
    if theirs < OLDEST:
        spoken = ".".join(map(str, theirs))
        raise NoEngine(f"The Docker Engine at {url} speaks API {spoken}; devbox needs 1.41 (Docker 20.10) or newer.")
    named = environ.get("DOCKER_API_VERSION", "")
    if named and not OLDEST <= version(named) <= theirs:
        most = ".".join(map(str, theirs))
        raise NoEngine(
            f"DOCKER_API_VERSION is {named}, but devbox speaks API 1.41 and newer, and the engine at {url} {most} and "
            "older; unset it, or set one between."
        )
    return version(named) or min(theirs, NEWEST)


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
