"""What a load read and with which variables, kept by reference so that any value of the model can be explained."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.compose.document import Document
from devbox.compose.envfile import VariableFiles
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.compose.source import Files
from devbox.record import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Files of variables read together, later ones winning; `current` won over all of them."""

    files: tuple[str, ...]
    current: Mapping[str, str]


class Variables(dict[str, str]):
    """The variables a file sees; `scopes` are the files they come from where the shell has none, the first winning."""

    __slots__ = ("scopes",)

    def __init__(self, values: Mapping[str, str], scopes: tuple[Scope, ...]) -> None:
        super().__init__(values)
        self.scopes = scopes


class Layer:
    """One document among those laid over each other, with what it brings in from elsewhere."""

    __slots__ = ("base", "document", "extended", "included", "variables")

    def __init__(
        self, document: Document, base: str, variables: Variables, extended: dict[str, list[Layer]] | None = None
    ) -> None:
        self.document = document
        self.base = base
        """The folder its relative paths start from."""
        self.variables = variables
        self.included: list[Layer] = []
        self.extended: dict[str, list[Layer]] = {} if extended is None else extended
        """File -> its documents, for every file that a service extends from, however far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A project with what it was made of; `layers` in order of merging."""

    project: Project
    request: LoadRequest
    layers: tuple[Layer, ...]
    variables: Variables
    variable_files: VariableFiles
    files: Files
