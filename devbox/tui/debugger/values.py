"""Values and their parts as nodes; parts are asked for when they are opened, big ones in slices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from devbox.debug.model import Variable
from devbox.errors import DevboxError
from devbox.record import dataclass
from devbox.tui.debugger.node import Node, Span

SLICE = 100
"""Parts of a value that are asked for and shown at once."""
_PLAIN = frozenset({"int", "float", "bool", "NoneType", "str", "bytes", "complex", "number", "string", "boolean"})

Ask = Callable[[int, int, int, int], Awaitable[tuple[Variable, ...]]]
"""process, reference, start, count (0, 0: all)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A value where it lies: `parent` is the reference that it is a part of (0: none)."""

    variable: Variable
    process: int
    frame: int
    parent: int = 0
    start: int = 0
    count: int = 0
    """Not 0: only these parts of it."""


class Values:
    """`parts` by a node's key; `told` is called when some came."""

    def __init__(self, ask: Ask, told: Callable[[], None]) -> None:
        self._ask = ask
        self._told = told
        self._parts: dict[str, tuple[Variable, ...] | str] = {}
        self._asked: set[str] = set()
        self._age = 0
        self._before: dict[str, str] = {}
        self._now: dict[str, str] = {}

    def forget(self, *, compare: bool = False) -> None:
        """The thread went on: references are worth nothing now. With `compare` what changes is shown so."""
        self._before, self._now = (self._now if compare else {}), {}
        self._parts = {}
        self._asked = set()
        self._age += 1

    def node(self, key: str, held: Held, *, begins: bool = False, name: str = "") -> Node:
        """The node of a value; `name` instead of its own."""
        variable = held.variable
        was = self._before.get(key)
        changed = was is not None and was != variable.value
        self._now[key] = variable.value
        spans: list[Span] = [(name or variable.name, "name")] if name or variable.name else []
        if variable.value or not variable.reference:
            spans += [(" = ", "quiet")] if spans else []
            spans.append((variable.value, "busy" if changed else _tone(variable)))
        if variable.type and variable.type not in _PLAIN and not variable.value.startswith(f"<{variable.type}"):
            spans.append((f"  {variable.type}", "quiet"))
        return Node(key=key, spans=tuple(spans), children=self._children(key, held), begins=begins, of=held)

    def _children(self, key: str, held: Held) -> tuple[Node, ...] | None:
        variable = held.variable
        if not variable.reference:
            return ()
        if variable.count > SLICE and not held.count:
            return self._slices(key, held, variable.count)
        parts = self._parts.get(key)
        if parts is None:
            return None
        if isinstance(parts, str):
            return (Node(key=f"{key}/!", spans=((parts, "bad"),)),)
        if len(parts) > SLICE and not held.count:
            return self._slices(key, held, len(parts), parts)
        return self._listed(key, held, parts)

    def _listed(self, key: str, held: Held, parts: Sequence[Variable]) -> tuple[Node, ...]:
        if not parts:
            return (Node(key=f"{key}/.", spans=(("it has no parts", "quiet"),)),)
        seen: dict[str, int] = {}
        nodes = []
        for part in parts:
            seen[part.name] = seen.get(part.name, 0) + 1
            again = f"~{seen[part.name]}" if seen[part.name] > 1 else ""
            inner = replace(held, variable=part, parent=held.variable.reference, start=0, count=0)
            nodes.append(self.node(f"{key}/{part.name}{again}", inner))
        return tuple(nodes)

    def _slices(self, key: str, held: Held, count: int, parts: tuple[Variable, ...] | None = None) -> tuple[Node, ...]:
        nodes = []
        for start in range(0, count, SLICE):
            size = min(SLICE, count - start)
            inner = f"{key}/[{start}:{start + size}]"
            if parts is not None:
                self._parts.setdefault(inner, parts[start : start + size])  # one of them may have been set since
            whole = replace(held, start=start, count=size)
            spans = ((f"[{start:,} … {start + size - 1:,}]", "quiet"),)
            nodes.append(Node(key=inner, spans=spans, children=self._children(inner, whole), of=whole))
        return tuple(nodes)

    async def load(self, node: Node) -> None:
        """Ask for the parts of an opened node, once."""
        held, age = node.of, self._age
        if not isinstance(held, Held) or node.key in self._asked:
            return
        self._asked.add(node.key)
        found: tuple[Variable, ...] | str
        try:
            found = await self._ask(held.process, held.variable.reference, held.start, held.count)
        except DevboxError as error:
            found = error.message
        except TimeoutError:
            found = "it did not answer in time"
        if age == self._age:
            self._parts[node.key] = found
            self._told()

    def put(self, node: Node, variable: Variable) -> None:
        """A value was set: the parts that were read of it and of what holds it are read anew."""
        above = node.key.rpartition(f"/{variable.name}")[0]  # a dictionary's key may have a slash of its own
        parts = self._parts.get(above)
        if isinstance(parts, tuple):
            self._parts[above] = tuple(
                replace(variable, name=part.name) if part.name == variable.name else part for part in parts
            )
        for key in [key for key in self._parts if key == node.key or key.startswith(f"{node.key}/")]:
            del self._parts[key]
            self._asked.discard(key)


def _tone(variable: Variable) -> str:
    if variable.type in ("str", "string", "bytes") or variable.value[:1] in "'\"":
        return "string"
    return "value"
