"""Why the engine did not answer, in a few words: the SDK wraps what happened to a socket several times."""

from __future__ import annotations

from collections.abc import Iterator

from devbox.errors import EngineLost


class Garbled(Exception):
    """The answer is no HTTP, or ends too early."""


def lost(url: str, error: BaseException, complaint: str = "") -> EngineLost:
    """What the user is told when the engine at `url` does not answer any more; to be raised from `root(error)`."""
    return EngineLost(f"The Docker Engine at {url} went away: {complaint or reason(error)}.")


def root(error: BaseException) -> BaseException:
    """What the operating system said, where it said something; else the error itself."""
    return next((one for one in _chain(error) if isinstance(one, OSError) and one.strerror), error)


def reason(error: BaseException) -> str:
    from http.client import HTTPException, IncompleteRead  # 8 ms, for what seldom happens

    for one in _chain(error):
        match one:
            case Garbled():
                return str(one)
            case TimeoutError():
                return "it did not answer in time"
            case OSError() if one.strerror:
                return one.strerror[:1].lower() + one.strerror[1:].rstrip(".")
            case ConnectionError() | IncompleteRead():
                return "it closed the connection"
            case HTTPException():
                return "it does not speak HTTP"
    return str(error).rstrip(".")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, the outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
