"""The files that are open, as they were read last: where their values come from, and what they are guarded by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from devbox.compose.layers import Loaded
from devbox.compose.load import load_explained
from devbox.compose.report import Path
from devbox.compose.request import LoadRequest
from devbox.environments.discover import Environments
from devbox.environments.environment import Environment
from devbox.environments.request import request_for
from devbox.errors import Problem
from devbox.ports import Outside
from devbox.session.guarding import LateGuard

if TYPE_CHECKING:
    from devbox.compose.provenance import Explainer, Explanation


class Opened:
    """`environment` is the one that is open; its name is "" until files are."""

    def __init__(self, outside: Outside, request: LoadRequest) -> None:
        self.environment = Environment(name="")
        self._outside = outside
        self._request = request
        self._loaded: Loaded | None = None
        self._explainer: Explainer | None = None
        self.guard = LateGuard(outside, request)
        """Of the environment that is open; nothing is guarded until files are."""

    def load(self, environment: Environment) -> Loaded:
        """What its files say now; nothing is opened by that. LoadError."""
        return load_explained(request_for(environment, self._request), self._outside.files)

    def show(self, environments: Environments, loaded: Loaded) -> None:
        """These are the files from now on."""
        self.environment = environments.current
        self._loaded, self._explainer = loaded, None
        self.guard.watch(environments)

    def explain(self, path: Path) -> Iterator[Explanation]:
        """Where the values at or below `path` come from; none if there is nothing."""
        explainer = self._explaining()
        return explainer.below(path) if explainer and explainer.has(path) else iter(())

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
