"""What is inside an exception group."""

from __future__ import annotations


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first exception in it that is no group itself."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
