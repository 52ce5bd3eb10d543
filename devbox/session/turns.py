"""Long work on the event loop in turns: keys and logs are not held up by a hundred thousand files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
_MANY = 5_000
"""What is done in one turn: some ten milliseconds."""


async def turns(items: Iterable[T]) -> AsyncIterator[list[T]]:
    """The items in parts, between which others have the loop; a few are one part, at once."""
    left = iter(items)
    while part := list(islice(left, _MANY)):
        yield part
        if len(part) == _MANY:
            await asyncio.sleep(0)
