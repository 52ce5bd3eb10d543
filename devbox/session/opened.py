"""The files that are open, as they were read last: where their values come from, and what they are guarded by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from devbox.compose.layers import Loaded
from devbox.compose.load import load_explained
from devbox.compose.report import Path
from devbox.compose.request import LoadRequest
from devbox.environments.discover import Environments, find
from devbox.environments.environment import Environment
from devbox.environments.folders import text_of
from devbox.environments.request import request_for
from devbox.errors import Place, Problem
from devbox.ports import Outside
from devbox.record import dataclass
from devbox.session.guarding import LateGuard
from devbox.session.read_files import ReadFiles

if TYPE_CHECKING:
    from devbox.compose.provenance import Explainer, Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the files of the current one of `environments` say; `files` is what was read for that."""

    wanted: str
    """The environment that was asked for; "" the default one."""
    environments: Environments
    loaded: Loaded
    files: ReadFiles


class Opened:
    """`environment` is the one that is open; its name is "" until files are."""

    def __init__(self, outside: Outside, request: LoadRequest, wanted: str = "") -> None:
        """`wanted` is the environment to begin with, "" the default one."""
        self.environment = Environment(name="")
        self.files = ReadFiles(outside.files)
        """What was read last for the environment that is open, whether it loads or not."""
        self._outside = outside
        self._request = request
        self._wanted = wanted
        self._loaded: Loaded | None = None
        self._explainer: Explainer | None = None
        self.guard = LateGuard(outside, request)
        """Of the environment that is open; nothing is guarded until files are."""

    def look(self, environment: str) -> Looked:
        """What its files say now; nothing is opened by that. LoadError, UsageError where there is none so called."""
        files = ReadFiles(self._outside.files)
        return self._load(environment, find(self._request, files, environment), files)

    def again(self, found: Callable[[Environments], None] = lambda environments: None) -> Looked:
        """The same of the one that is open, or is to be; `found` hears of all before the files of that one are read."""
        self.files = files = ReadFiles(self._outside.files)
        environments, wanted = find(self._request, files, self._wanted), self._wanted
        own = self.environment.name
        if own and own != environments.current.name and any(one.name == own for one in environments.all):
            environments, wanted = find(self._request, files, own), own  # another is the default one now
        found(environments)
        return self._load(wanted, environments, files)

    def _load(self, wanted: str, environments: Environments, files: ReadFiles) -> Looked:
        loaded = load_explained(request_for(environments.current, self._request), files)
        for service in loaded.project.services.values():
            if service.watch and service.build and service.build.context.startswith("/"):
                text_of(f"{service.build.context}/.dockerignore", files)  # its rules are read with it
        return Looked(wanted=wanted, environments=environments, loaded=loaded, files=files)

    def show(self, looked: Looked) -> None:
        """These are the files from now on."""
        self.environment, self.files, self._wanted = looked.environments.current, looked.files, looked.wanted
        self._loaded, self._explainer = looked.loaded, None
        self.guard.watch(looked.environments)

    def explain(self, path: Path) -> Iterator[Explanation]:
        """Where the values at or below `path` come from; none if there is nothing."""
        explainer = self._explaining()
        return explainer.below(path) if explainer and explainer.has(path) else iter(())

    def place(self, path: Path) -> Place | None:
        """Where the value at `path` is set."""
        explainer = self._explaining()
        return explainer.place(path) if explainer else None

    def located(self, problem: Problem) -> Problem:
        """With file and line, where the files have them."""
        from devbox.compose.blame import located

        explainer = self._explaining()
        return located(problem, explainer, self._outside.cwd) if explainer else problem

    def _explaining(self) -> Explainer | None:
        from devbox.compose.provenance import Explainer

        if self._explainer is None and self._loaded is not None:
            self._explainer = Explainer(self._loaded)
        return self._explainer
