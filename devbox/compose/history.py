"""Which documents said a value of the merged tree: the layers folded again, for one path, with nothing thrown away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from devbox.compose.layers import Layer
from devbox.compose.merge import RULES, UNIQUE, Key, Tree, replaced
from devbox.compose.normalise import expand
from devbox.compose.reading import Reading
from devbox.compose.report import Path, Report
from devbox.compose.schema import canonical

_OBJECTS = frozenset(("services", "networks", "volumes", "secrets", "configs", "models"))
_NULLS = frozenset(("environment", "args"))
"""Mappings in which an empty value counts."""
_REPLACED = frozenset(pattern for pattern, rule in RULES.items() if rule is replaced)
_NAMES = frozenset(("aliases", "link_local_ips", "tags"))


class Entry(NamedTuple):
    """What one layer says: the canonical value, and where in its own document (`path`).

    `over` are the layers (by id) that its !reset and !override reach: None for all before it; a document that others
    extend or include reaches those it is folded with there.
    """

    layer: Layer
    path: Path
    value: Any
    over: frozenset[int] | None = None


class Trail(NamedTuple):
    """Who speaks at a path, oldest first: `live` are folded together, the last winning; `lost` were thrown away."""

    live: tuple[Entry, ...]
    lost: tuple[Entry, ...]


class History:
    """Follows paths through the layers of one load."""

    def __init__(self, layers: Iterable[Layer], home: str, resolve: Callable[[str], str]) -> None:
        self._layers = list(layers)
        self._home = home
        self._resolve = resolve
        self._trees: dict[int, Tree] = {}

    def tree(self, layer: Layer) -> Tree:
        """The layer's own canonical tree, nothing folded in."""
        if id(layer) not in self._trees:
            reading = Reading(layer.document, layer.base, self._home, Report(), self._resolve)
            self._trees[id(layer)] = expand(canonical(reading))
        return self._trees[id(layer)]

    def trail(self, path: Path) -> Trail:
        """Who speaks at the canonical path `path`, list positions being those of the merged tree."""
        depth = 2 if path[0] in _OBJECTS and len(path) > 1 else 1
        live = _settled(self._object(self._layers, path[:depth]))
        lost: tuple[Entry, ...] = ()
        for at in range(depth, len(path)):
            live, lost = _step(live, lost, path[: at + 1])
        return Trail(live, lost)

    def _object(self, layers: Iterable[Layer], path: Path, *, inner: bool = False) -> list[Entry]:
        found: list[Entry] = []
        for layer in layers:
            value: Any = self.tree(layer)
            if any(path[: len(item)] == item for item in layer.document.resets):
                found = []
            for part in path:
                value = value[part] if isinstance(value, dict) and part in value else _NOTHING
            if value is _NOTHING:
                found += self._object(layer.included, path, inner=True) if path[0] in _OBJECTS else []
            elif path[0] == "services" and len(path) == 2:
                found += self._service(layer, str(path[1]), (), _ids(found) if inner else None)
            else:
                found.append(Entry(layer, path, value, _ids(found) if inner else None))
        return found

    def _service(
        self, layer: Layer, name: str, chain: tuple[tuple[int, str], ...], over: frozenset[int] | None
    ) -> list[Entry]:
        own = (self.tree(layer).get("services") or {}).get(name)
        if own is None or (id(layer), name) in chain:
            return self._object(layer.included, ("services", name), inner=True)
        found: list[Entry] = []
        if isinstance(own, dict) and (asked := own.get("extends")):
            targets = layer.extended.get(asked["file"], []) if "file" in asked else [layer]
            for target in targets:
                found += self._service(target, asked["service"], (*chain, (id(layer), name)), _ids(found))
        reach = None if over is None else over | _ids(found)
        return [*found, Entry(layer, ("services", name), own, reach)]


_NOTHING = object()


def _ids(entries: list[Entry]) -> frozenset[int]:
    return frozenset(id(entry.layer) for entry in entries)


def _reaches(entry: Entry, earlier: Entry) -> bool:
    return entry.over is None or id(earlier.layer) in entry.over


def _settled(entries: list[Entry]) -> tuple[Entry, ...]:
    """Without empty values, which say nothing over another one."""
    said = [entry for entry in entries if entry.value is not None]
    return tuple(said or entries[-1:])


def _step(live: tuple[Entry, ...], lost: tuple[Entry, ...], path: Path) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    part = path[-1]
    if isinstance(part, int):
        kept, beaten = _member(live, part, path[:-1])
        return tuple(kept), (*_below(lost, part), *beaten)
    kept, beaten = [], []
    for entry in live:
        if (*entry.path, part) in entry.layer.document.resets:
            beaten += [one for one in kept if _reaches(entry, one)]
            kept = [one for one in kept if not _reaches(entry, one)]
        kept += _below((entry,), part)
    if path[-2] not in _NULLS:
        kept = list(_settled(kept))
    if _is_replaced(path) or (path[3:] == () and part == "logging" and _drivers(kept) > 1):
        beaten += kept[:-1]
        kept = kept[-1:]
    return tuple(kept), (*_below(lost, part), *beaten)


def _below(entries: Iterable[Entry], part: str | int) -> list[Entry]:
    found = []
    for layer, path, value, over in entries:
        inside = isinstance(value, dict) and part in value
        if inside or (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            found.append(Entry(layer, (*path, part), value[part], over))
    return found


def _member(live: tuple[Entry, ...], index: int, path: Path) -> tuple[list[Entry], list[Entry]]:
    """The entries of the merged list's position `index`: those that make it, and those another took the place of."""
    groups: dict[Any, list[Entry]] = {}
    key = _key(path)
    pools = path[0] == "networks" and path[2:] == ("ipam", "config")
    for number, entry in enumerate(live):
        for position, item in enumerate(entry.value if isinstance(entry.value, list) else ()):
            name = item.get("subnet", "") if pools else key(item) if key else (number, position)
            groups.setdefault(name, []).append(entry._replace(path=(*entry.path, position), value=item))
    if index >= len(groups):
        return [], []
    group = list(groups.values())[index]
    return (group, []) if pools else (group[-1:], group[:-1])


def _key(path: Path) -> Key | None:
    if path[0] != "services":
        return None
    if len(path) == 3:
        return UNIQUE.get(str(path[2]))
    return _same if path[-1] in _NAMES else None


def _same(item: Any) -> Any:
    return item.partition("=")[0]


def _drivers(entries: list[Entry]) -> int:
    return len({entry.value["driver"] for entry in entries if "driver" in entry.value})


def _is_replaced(path: Path) -> bool:
    if len(path) < 3:
        return False
    head = (path[0], "*", *path[2:])
    return head in _REPLACED or (*head[:-1], "*") in _REPLACED
