"""One loaded environment among those that are compared."""

from __future__ import annotations

from posixpath import commonpath, dirname, relpath

from devbox.compose.blame import set_by
from devbox.compose.layers import Loaded
from devbox.compose.model import Project
from devbox.compose.provenance import Explainer
from devbox.compose.report import Path, dotted
from devbox.environments.environment import Environment
from devbox.environments.finding import Spot
from devbox.environments.kind import Kind
from devbox.errors import Place


class Member:
    """Its project, and where each value of that is set."""

    def __init__(self, environment: Environment, loaded: Loaded) -> None:
        self.environment = environment
        self.loaded = loaded
        self._explainer: Explainer | None = None
        self._in_effect: set[tuple[str, int]] | None = None

    @property
    def name(self) -> str:
        return self.environment.name

    @property
    def kind(self) -> Kind:
        return self.environment.kind

    @property
    def project(self) -> Project:
        return self.loaded.project

    @property
    def explainer(self) -> Explainer:
        """Made when first asked for: only what is found needs it."""
        if self._explainer is None:
            self._explainer = Explainer(self.loaded)
        return self._explainer

    def spot(self, path: Path) -> Spot:
        """Where the value at `path` is set; without one there, the nearest key above it."""
        if path and self.explainer.has(path):
            found = next(iter(self.explainer.below(path)))
            variables = tuple(dict.fromkeys(set_by(found.uses)))
            return Spot(environment=self.name, path=dotted(path), place=found.place, variables=variables)
        return Spot(environment=self.name, path=dotted(path), place=self._near(path) or self.environment.place)

    def relative(self, path: str) -> str:
        """A path as it is the same on every machine: from the project's folder, unless it is far from there."""
        folder = self.project.working_dir
        top = dirname(folder)
        return relpath(path, folder) if top != "/" and commonpath((path, top)) == top else path

    @property
    def in_effect(self) -> set[tuple[str, int]]:
        """(file, line) of whatever sets a value of the model: what a later file replaces is not among them."""
        if self._in_effect is None:
            sections = [key for key in self.explainer.tree if not key.startswith("x-")]
            explained = (one for section in sections for one in self.explainer.below((section,)))
            self._in_effect = {(one.place.file, one.place.line) for one in explained if one.place is not None}
        return self._in_effect

    def _near(self, path: Path) -> Place | None:
        known = [layer.document.find(path) for layer in self.loaded.layers] if path else []
        return max(known, key=lambda found: found[0], default=(0, None))[1]
