"""What is inside an exception group."""

from __future__ import annotations


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
