"""A path as one writes it (services.api.ports[0]) to the keys and positions of a tree, and back."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from devbox.compose.report import Path

_PLAIN = re.compile(r"[\w/-]+")
_QUOTED = re.compile(r"""\[?(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\]?""")
_INDEX = re.compile(r"\[(\d+)\]|(\d+)(?=[.\[]|$)")


class Unknown(ValueError):
    """No value, or more than one, stands at a path; `nearest` is a path that exists, "" for the top."""

    def __init__(self, message: str, nearest: str) -> None:
        super().__init__(message)
        self.nearest = nearest


def spell(path: Path) -> str:
    """services.api.labels."a.b".0, as `find` reads it."""
    return ".".join(f'"{part}"' if isinstance(part, str) and not _PLAIN.fullmatch(part) else str(part) for part in path)


def find(tree: Any, text: str) -> Path:
    """The path that `text` names in `tree` (Unknown).

    Keys with dots need no quotes where only one reading fits, or one in which no key has any.
    """
    furthest: list[tuple[Path, Any, str]] = []
    found = list(dict.fromkeys(_readings(tree, text.strip(), (), furthest)))
    simple = [path for path in found if not any("." in str(part) for part in path)]
    for readings in (simple, found):
        if len(readings) == 1:
            return readings[0]
    if found:
        choices = " or ".join(spell(path) for path in found)
        raise Unknown(f"{text} can be read in several ways: {choices}.", spell(found[0]))
    path, node, rest = max(furthest, key=lambda stop: len(stop[0]))
    raise Unknown(f"The model has no {text}.", spell((*path, *_near(node, rest))))


def value_at(tree: Any, path: Path) -> Any:
    """The value at an existing path."""
    for part in path:
        tree = tree[part]
    return tree


def leaves(value: Any, path: Path) -> Iterator[Path]:
    """The paths of every value below that is no mapping or list, or an empty one; `path` itself for such a value."""
    entries: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = False
    for key, item in entries:
        below = True
        yield from leaves(item, (*path, key))
    if not below:
        yield path


def _readings(node: Any, rest: str, path: Path, furthest: list[tuple[Path, Any, str]]) -> Iterator[Path]:
    if not rest:
        yield path
        return
    furthest.append((path, node, rest))
    if isinstance(node, list):
        if (match := _INDEX.match(rest)) and (index := int(match[1] or match[2])) < len(node):
            yield from _readings(node[index], _after(rest, match.end()), (*path, index), furthest)
    elif isinstance(node, dict):
        quoted = _QUOTED.match(rest)
        if quoted and (key := quoted["double"] or quoted["single"] or "") in node:
            yield from _readings(node[key], _after(rest, quoted.end()), (*path, key), furthest)
            return
        for key, item in node.items():
            if rest == key or rest.startswith((f"{key}.", f"{key}[")):
                yield from _readings(item, _after(rest, len(key)), (*path, key), furthest)


def _after(rest: str, at: int) -> str:
    return rest[at:].removeprefix(".")


def _near(node: Any, rest: str) -> Path:
    if not isinstance(node, dict):
        return ()
    for word in (rest, re.split(r"[.\[]", rest, maxsplit=1)[0]):
        lowered = {key.lower(): key for key in node}
        if close := difflib.get_close_matches(word.lower(), lowered, n=1):
            return (lowered[close[0]],)
    return ()
