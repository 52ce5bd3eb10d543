"""Which variables the files of an environment use, and which its env files set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devbox.compose.document import Document, Node
from devbox.compose.dotenv import Definition
from devbox.compose.envfile import VariableFiles
from devbox.compose.interpolate import Reference, references
from devbox.compose.layers import Layer, Loaded
from devbox.compose.located import Located
from devbox.compose.paths import join
from devbox.compose.report import Report
from devbox.errors import Place
from devbox.record import dataclass

_PASSED = frozenset(("environment", "args"))
"""Lists and mappings in which a name without a value asks for the variable."""


@dataclass(frozen=True, slots=True)
class Used:
    """One use of a variable in a Compose file; `passed`: handed on by its name alone."""

    reference: Reference
    place: Place
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """One line of an env file."""

    definition: Definition
    place: Place


def used(loaded: Loaded) -> list[Used]:
    """Every use in the Compose files, included and extended ones too, in defaults as well as outside of them."""
    return [one for layer in _layers(loaded.layers) for one in _in_document(layer.document)]


def defined(loaded: Loaded) -> list[Set]:
    """Every line of the env files that Compose's variables come from; of a service's env_file none."""
    found: list[Set] = []
    seen: set[str] = set()
    report = Report()
    for scope in loaded.variables.scopes:
        for file in scope.files:
            if file not in seen:
                seen.add(file)
                lines: list[Definition] = []
                VariableFiles(loaded.files, report, Located(loaded.files, report)).add(
                    file, {}, scope.current, note=lines.append
                )
                found += [Set(line, Place(file, line.line)) for line in lines]
    return found


def service_files(loaded: Loaded) -> set[str]:
    """The env_file of every service: what is in them goes into containers."""
    found = set()
    for layer in _layers(loaded.layers):
        tree = layer.document.tree
        services = tree.get("services") if isinstance(tree, dict) else None
        for service in (services or {}).values():
            named = service.get("env_file") if isinstance(service, dict) else None
            for entry in named if isinstance(named, list) else [named]:
                path = entry.get("path") if isinstance(entry, dict) else entry
                if isinstance(path, str):
                    found.add(join(layer.base, path))
    return found


def _layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    seen: set[int] = set()
    waiting = list(layers)
    while waiting:
        layer = waiting.pop(0)
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        yield layer
        waiting += layer.included
        waiting += [one for extended in layer.extended.values() for one in extended]


def _in_document(document: Document) -> Iterator[Used]:
    seen: set[int] = set()
    waiting = [(document.root, "")] if document.root else []
    while waiting:
        node, key = waiting.pop()
        if id(node) in seen:  # an alias is its anchor again
            continue
        seen.add(id(node))
        if node.kind == "scalar":
            yield from _in_scalar(node, key, document.file)
        elif node.kind == "list":
            waiting += [(item, key) for item in node.content]
        else:
            for name, value in node.content:
                yield from _handed_on(name, value, key, document.file)
                waiting.append((value, str(name.content)))


def _in_scalar(node: Node, key: str, file: str) -> Iterator[Used]:
    if not isinstance(node.content, str):
        return
    place = Place(file, node.line, node.column)
    for reference in references(node.content):
        yield Used(reference, place)
    if key in _PASSED and node.content.isidentifier():
        yield Used(Reference(node.content), place, passed=True)


def _handed_on(name: Node, value: Node, key: str, file: str) -> Iterator[Used]:
    if key in _PASSED and value.kind == "scalar" and value.content is None and isinstance(name.content, str):
        yield Used(Reference(name.content), Place(file, name.line, name.column), passed=True)
