"""Where the variables in a text come from, and which other values of theirs lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from devbox.compose.dotenv import Definition
from devbox.compose.envfile import VariableFiles
from devbox.compose.interpolate import Reference, pieces, takes_operand
from devbox.compose.layers import Scope, Variables
from devbox.errors import Place
from devbox.record import dataclass

SHELL = "the shell"
DEFAULT = "the default in the text"


@dataclass(frozen=True, slots=True)
class Said:
    """A value and who says it: a place in a file, or `source` in words ("the shell")."""

    value: str | None
    place: Place | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A variable in a text: its value (None: it has none) and who set it.

    `source` says it in words where no file does. `taken` is what stands in the text instead of the value, by an
    operator such as :-; None where the value itself stands. `text` is the value as its file writes it, where that
    names variables (`uses`) too.
    """

    name: str
    value: str | None
    place: Place | None = None
    source: str = ""
    taken: str | None = None
    text: str = ""
    uses: tuple[Use, ...] = ()
    lost: tuple[Said, ...] = ()


Find = Callable[[str], Use]
"""A variable's name -> where its value comes from."""


class Origins:
    """Looks into the files of variables of one load again."""

    def __init__(self, files: VariableFiles, shell: Mapping[str, str]) -> None:
        self._files = files
        self._shell = shell
        self._read: dict[int, list[tuple[str, Definition]]] = {}

    def of(self, name: str, variables: Mapping[str, str]) -> Use:
        """Where `name` comes from, among the variables that a Compose file sees."""
        scopes = variables.scopes if isinstance(variables, Variables) else ()
        found: list[Use] = []
        if name in self._shell:
            found.append(Use(name=name, value=self._shell[name], source=SHELL))
        for scope in scopes:
            definitions = self._definitions(scope)
            for at in range(len(definitions) - 1, -1, -1):
                file, definition = definitions[at]
                if definition.name == name:
                    found.append(self._defined(file, definition, scope, definitions[:at]))
        if name == "COMPOSE_PROJECT_NAME" and name in variables and (not found or found[0].value != variables[name]):
            found.insert(0, Use(name=name, value=variables[name], source="the project's name"))
        if not found:
            return Use(name=name, value=None)
        first, *others = found
        lost = tuple(Said(other.value, other.place, other.source) for other in others)
        return replace(first, lost=(*first.lost, *lost))

    def in_text(self, text: str, variables: Mapping[str, str]) -> tuple[Use, ...]:
        """The variables of a text of a Compose file, in order, those of a default that is taken too."""
        return uses(text, lambda name: self.of(name, variables))

    def in_file(
        self, file: str, variables: Mapping[str, str], own: Mapping[str, str | None], form: str
    ) -> list[tuple[Definition, tuple[Use, ...]]]:
        """The lines of a service's env_file with the variables in each; `own` is the service's environment."""
        found: list[Definition] = []
        self._files.add(file, {}, variables, own, form=form, note=found.append)

        def before(at: int) -> Find:
            def find(name: str) -> Use:
                if name in variables:
                    return self.of(name, variables)
                if own.get(name) is not None:
                    return Use(name=name, value=own[name], source="the service's environment")
                return self._earlier(name, [(file, one) for one in found[:at]])

            return find

        return [(definition, uses(definition.text, before(at))) for at, definition in enumerate(found)]

    def _definitions(self, scope: Scope) -> list[tuple[str, Definition]]:
        if id(scope) not in self._read:
            found: list[tuple[str, Definition]] = []
            values: dict[str, str] = {}
            for file in scope.files:
                lines: list[Definition] = []
                self._files.add(file, values, scope.current, note=lines.append)
                found += [(file, line) for line in lines]
            self._read[id(scope)] = found
        return self._read[id(scope)]

    def _defined(self, file: str, definition: Definition, scope: Scope, before: list[tuple[str, Definition]]) -> Use:
        def find(name: str) -> Use:
            return self.of(name, scope.current) if name in scope.current else self._earlier(name, before)

        inner = uses(definition.text, find)
        return Use(
            name=definition.name,
            value=definition.value,
            place=self._files.place(file, definition.line),
            text=definition.text if inner else "",
            uses=inner,
        )

    def _earlier(self, name: str, lines: list[tuple[str, Definition]]) -> Use:
        for file, definition in reversed(lines):
            if definition.name == name:
                place = self._files.place(file, definition.line)
                return Use(name=name, value=definition.value, place=place)
        return Use(name=name, value=None)


def uses(text: str, find: Find) -> tuple[Use, ...]:
    """The variables of `text`, each once, in order."""
    found: dict[Reference, tuple[Use, ...]] = {}
    for piece in pieces(text) if "$" in text else ():
        if not isinstance(piece, str) and piece not in found:
            found[piece] = _used(piece, find)
    return tuple(dict.fromkeys(use for group in found.values() for use in group))


def _used(reference: Reference, find: Find) -> tuple[Use, ...]:
    use = find(reference.name)
    if takes_operand(reference, use.value):
        return (replace(use, taken=reference.operand), *uses(reference.operand, find))
    if reference.operator[-1:] == "-":
        lost = Said(reference.operand, source=DEFAULT)
        return (replace(use, lost=(*use.lost, lost)),)
    return (use,)
