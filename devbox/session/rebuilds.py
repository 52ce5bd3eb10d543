"""New images that rules ask for: one build of a service at a time, and one more however many changes come meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from devbox.errors import DevboxError
from devbox.sync.rules import Rule
from devbox.sync.told import RebuildBegan, Rebuilt, Told

Rebuild = Callable[[str], Awaitable[None]]
"""Build the service's image and bring the service up with it; DevboxError says why not."""


class Rebuilds:
    """The services that are being built, on tasks of `group`."""

    def __init__(
        self,
        rebuild: Rebuild,
        group: asyncio.TaskGroup,
        tell: Callable[[Told], None],
        acted: Callable[[Rule, frozenset[str]], None],
    ) -> None:
        """`acted` hears which paths of a rule were acted upon."""
        self._rebuild = rebuild
        self._group = group
        self._tell = tell
        self._acted = acted
        self._wanted: dict[str, asyncio.Event] = {}
        self._causes: dict[str, tuple[Rule, frozenset[str]]] = {}

    def left(self) -> list[tuple[Rule, frozenset[str]]]:
        """What was wanted and is not done, once the group has ended."""
        return list(self._causes.values())

    def want(self, rule: Rule, paths: frozenset[str]) -> None:
        """These paths of the rule changed."""
        self._tell(RebuildBegan(service=rule.service, path=f"{rule.root}/{min(paths)}".rstrip("/")))
        if wanted := self._wanted.get(rule.service):
            wanted.set()
            return
        self._wanted[rule.service] = asyncio.Event()
        self._causes[rule.service] = rule, paths
        self._group.create_task(self._until_quiet(rule, paths), name=f"rebuild {rule.service}")

    async def _until_quiet(self, rule: Rule, paths: frozenset[str]) -> None:
        wanted = self._wanted[rule.service]
        wanted.set()
        while wanted.is_set():
            wanted.clear()
            began = time.perf_counter()
            error = hint = ""
            try:
                await self._rebuild(rule.service)
            except DevboxError as failure:
                error, hint = failure.message, failure.hint
            self._acted(rule, paths)
            seconds = time.perf_counter() - began
            self._tell(Rebuilt(service=rule.service, seconds=seconds, error=error, hint=hint))
        del self._wanted[rule.service], self._causes[rule.service]
