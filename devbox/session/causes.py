"""What is inside an exception group."""

from __future__ import annotations

from devbox.errors import DevboxError


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first exception in it that is no group itself."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def alone(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The exception in it if it is one, else the group."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        if len(found.exceptions) > 1:
            return group
        found = found.exceptions[0]
    return found


def foreseen(failure: BaseException) -> DevboxError:
    """The first of what went wrong, all of it being DevboxErrors; anything else in there is raised."""
    found = first(failure) if isinstance(failure, BaseExceptionGroup) else failure
    rest = failure.split(DevboxError)[1] if isinstance(failure, BaseExceptionGroup) else None
    if rest is not None:
        raise rest
    if not isinstance(found, DevboxError):
        raise failure
    return found
