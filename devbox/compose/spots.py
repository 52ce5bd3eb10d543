"""The words of a document that make a canonical value, and what a short form leaves to defaults."""

from __future__ import annotations

from collections.abc import Callable

from devbox.compose.history import Entry
from devbox.compose.report import Path
from devbox.compose.units import number_text
from devbox.errors import Place
from devbox.record import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """`text` is what is written ("" for a mapping or a list); `added`: nothing there says the value."""

    place: Place
    text: str
    added: bool


Says = Callable[[str], bool]


def _never(_: str) -> bool:
    return False


_SHORT: dict[Path, Says] = {
    ("ports", "*", "mode"): _never,
    ("ports", "*", "protocol"): lambda text: "/" in text,
    ("volumes", "*", "bind", "create_host_path"): _never,
    ("volumes", "*", "volume"): _never,
    ("depends_on", "*", "condition"): _never,
    ("depends_on", "*", "required"): _never,
    ("devices", "*", "permissions"): lambda text: text.count(":") == 2,
    ("healthcheck", "test", "*"): lambda text: True,
}
"""Field of a service -> whether the short form `text` says it."""


def spot(entry: Entry) -> Spot:
    """Where the entry stands in its document."""
    document, path = entry.layer.document, entry.path
    if path[2:] == ("name",) and document.reach(path)[0] < 3:
        path = (*path[:2], "external", "name")
    known, _, node = document.reach(path)
    scalar = node is not None and node.kind == "scalar"
    empty = node is not None and scalar and node.content is None
    place = document.key_place(path) if empty else document.place(path)
    text = _written(node.content) if node is not None and scalar else ""
    if known == len(path):
        return Spot(place, text, False)
    if not scalar:
        return Spot(place, text, True)
    pattern = (path[2], "*", *path[4:]) if len(path) > 3 and path[0] == "services" else ()
    says = _SHORT.get(pattern)
    return Spot(place, text, says is not None and not says(text))


def _written(content: object) -> str:
    if isinstance(content, bool | int | float):
        return number_text(content)
    return "" if content is None else str(content)
