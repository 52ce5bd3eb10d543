"""The files that are open, read again once they were saved: what they ask for then is offered, and nothing is done."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Awaitable, Callable

from devbox.compose.model import Project
from devbox.errors import DevboxError, LoadError, Problem
from devbox.ports import Outside
from devbox.session.events import Event, FilesSaved, LoadRefused, Noticed
from devbox.session.moves import Moves
from devbox.session.opened import Looked, Opened
from devbox.session.read_files import until_changed
from devbox.session.state import Connecting
from devbox.session.store import Store


class Rereading:
    """Files that do not load leave what is shown as it is; another project is opened by hand only."""

    def __init__(
        self,
        outside: Outside,
        *,
        opened: Opened,
        store: Store,
        show: Callable[[Looked], Awaitable[None]],
        going: asyncio.Lock,
        emit: Callable[[Event], None],
    ) -> None:
        """`going` is held while another project is shown."""
        self._outside = outside
        self._opened = opened
        self._store = store
        self._show = show
        self._going = going
        self._emit = emit
        self._moves = Moves()

    async def run(self) -> None:
        """Until cancelled, or where files cannot be watched."""
        unsubscribe = self._store.subscribe(lambda state: self._moves.stir())
        try:
            while isinstance(self._store.state.connection, Connecting):
                await self._moves.next()  # what is asked of the engine is waited for, this is not
            sources = self._outside.sources()
            while True:
                files = self._opened.files
                others = lambda: self._opened.files is not files  # noqa: E731, B023 - it does not outlive the turn
                if changed := await self._moves.until(others, until_changed(files, sources)):
                    await self._saved(changed)
        except DevboxError as error:
            self._notice(f"What is saved of the Compose files is not seen: {error.message} {error.hint}")
        finally:
            unsubscribe()

    async def read(self) -> None:
        """By hand: whatever project they name is shown. DevboxError where they do not load."""
        async with self._going:
            before, changed = self._store.state.project, self._opened.files.changed()
            looked = self._again()
            await self._show(looked)
            self._offer(before, looked, changed)

    async def _saved(self, changed: tuple[str, ...]) -> None:
        async with self._going:
            before = self._store.state.project
            try:
                looked = self._again()
            except DevboxError:
                return  # State tells of it
            if before is not None and self._is_another(before, looked):
                self._emit(FilesSaved(files=self._named(changed), project=looked.loaded.project.name))
                return
            known = {one.name for one in self._store.state.environments}
            await self._show(looked)
            self._offer(before, looked, changed)
            for name in [one.name for one in looked.environments.all if known and one.name not in known]:
                self._notice(f"There is an environment {name} now.", "information")

    def _again(self) -> Looked:
        try:
            return self._opened.again()
        except LoadError as error:
            self._emit(LoadRefused(problems=error.problems))
            raise
        except DevboxError as error:
            self._emit(LoadRefused(problems=(Problem(message=error.message, hint=error.hint),)))
            raise

    def _is_another(self, before: Project, looked: Looked) -> bool:
        there = looked.loaded.project.name, looked.environments.current.context
        return (before.name, self._opened.environment.context) != there

    def _offer(self, before: Project | None, looked: Looked, changed: tuple[str, ...]) -> None:
        project = looked.loaded.project
        if before is None or before.name != project.name or before == project:
            return
        if any(row.containers for row in self._store.state.rows):
            self._emit(FilesSaved(files=self._named(changed)))
        else:
            self._notice(f"Read again: {', '.join(self._named(changed)) or 'the files'}.", "information")

    def _named(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(posixpath.relpath(path, self._outside.cwd) for path in paths)

    def _notice(self, text: str, severity: str = "warning") -> None:
        self._emit(Noticed(text=text, severity=severity, at=self._outside.now()))
