"""Staying with a stack: the rules of its services are watched, and its files read again, until Ctrl-C."""

from __future__ import annotations

import asyncio
import posixpath
import sys
from typing import TYPE_CHECKING

from devbox.cli import savedline, watchline
from devbox.cli.failure import lines
from devbox.cli.output import note, say, say_json_line
from devbox.cli.project import request_of
from devbox.cli.watch import with_rules
from devbox.errors import DevboxError, EngineLost, ExitCode, LoadError, Problem
from devbox.plan.commands import Up
from devbox.session.opened import Opened
from devbox.session.policy import in_environment
from devbox.session.read_files import until_changed

if TYPE_CHECKING:
    import argparse

    from devbox.cli.project import Stack
    from devbox.compose.model import Project
    from devbox.ports import Outside
    from devbox.session.opened import Looked
    from devbox.sync.told import Told


async def stay(stack: Stack, args: argparse.Namespace, outside: Outside) -> int:
    """Until interrupted, which is how it ends: 130. EngineLost, and DevboxError where files cannot be watched."""
    from devbox.session.causes import first

    try:
        await _Vigil(stack, args, outside).run()
    except BaseExceptionGroup as failures:
        raise first(failures) from None
    except asyncio.CancelledError:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


class _Vigil:
    def __init__(self, stack: Stack, args: argparse.Namespace, outside: Outside) -> None:
        from devbox.session.watch import Watch

        self._engine = stack.engine
        self._args = args
        self._outside = outside
        self._sources = outside.sources()
        self._opened = Opened(outside, request_of(args, outside), args.environment)
        self._looked = self._opened.again()
        self._opened.show(self._looked)
        self._problems: tuple[Problem, ...] = ()
        self._watch = Watch(
            self._project.name,
            with_rules(self._project, args.services),
            sources=self._sources,
            ledgers=outside.ledgers(),
            rebuild=self._rebuild,
            tell=self._tell,
            now=outside.now,
        )

    @property
    def _project(self) -> Project:
        return self._looked.loaded.project

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            rereading = group.create_task(self._reread())
            await self._watch.run(self._engine)
            rereading.cancel()

    async def _reread(self) -> None:
        while changed := await until_changed(self._opened.files, self._sources):
            try:
                looked = self._opened.again()
            except DevboxError as error:
                self._broken(error)
                continue
            if self._problems:
                self._problems = ()
                self._say(savedline.Mended())
            await self._read(looked, tuple(posixpath.relpath(path, self._outside.cwd) for path in changed))

    def _broken(self, error: DevboxError) -> None:
        own = (Problem(message=error.message, hint=error.hint),)
        problems = error.problems if isinstance(error, LoadError) else own
        if problems != self._problems:
            self._problems = problems
            self._say(savedline.Broken(problems=problems))

    async def _read(self, looked: Looked, files: tuple[str, ...]) -> None:
        before, project = self._project, looked.loaded.project
        there = project.name, looked.environments.current.context
        if (before.name, self._opened.environment.context) != there:
            self._say(savedline.Renamed(files=files, project=project.name, kept=before.name))
            return
        self._looked = looked
        self._opened.show(looked)
        services = with_rules(project, self._args.services)
        if self._watch.renew(services) and not services:
            self._say(savedline.RulesGone())
        if project != before:
            await self._offer(files)

    async def _offer(self, files: tuple[str, ...]) -> None:
        from dataclasses import replace

        from devbox.session.look import look

        up = in_environment(Up(services=tuple(self._args.services)), self._opened.environment)
        try:
            plan, _ = await look(up, self._project, self._engine, self._opened.guard)
        except EngineLost:
            raise
        except DevboxError as error:
            self._complain(error)
            return
        plan = replace(plan, problems=tuple(map(self._opened.located, plan.problems)))
        apply, why = (savedline.command(self._args, verb) for verb in ("up", "plan"))
        self._say(savedline.Saved(files=files, plan=plan, apply=apply, why=why))

    async def _rebuild(self, service: str) -> None:
        from devbox.session.perform import perform

        outcome = await perform(
            in_environment(Up(services=(service,), build=True, no_deps=True), self._opened.environment),
            project=self._project,
            engine=self._engine,
            builder=self._outside.builder(self._engine),
            kit=self._outside.kit,
            settings=self._outside.settings,
            emit=lambda event: None,
            cancel=asyncio.Event(),
            now=self._outside.now,
            confirm=None,
            guard=self._opened.guard,
            locate=self._opened.located,
        )
        for _, error in outcome.errors:
            self._complain(error)
            raise DevboxError(error.message, hint=error.hint)

    def _tell(self, told: Told) -> None:
        self._put(watchline.as_json(told, self._outside.now()) if self._args.json else watchline.line(told))

    def _say(self, told: savedline.Reread) -> None:
        self._put(savedline.as_json(told, self._outside.now()) if self._args.json else savedline.line(told))

    def _put(self, told: dict[str, object] | list[str]) -> None:
        if isinstance(told, dict):
            say_json_line(told)
            return
        for text in told:
            say(text)
        sys.stdout.flush()

    def _complain(self, error: DevboxError) -> None:
        for text in lines(error):
            note(text)
