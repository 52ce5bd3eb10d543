"""`include`: another project's objects among this file's own."""

from __future__ import annotations

from typing import Any

from devbox.compose.merge import Tree
from devbox.compose.report import Report
from devbox.errors import Place

_KINDS = ("services", "volumes", "networks", "secrets", "configs", "models")


def bring_in(own: Tree, included: Tree, place: Place, report: Report) -> Tree:
    """`own` with the objects of `included`, where one of the same name must be the same.

    The included project's name and extensions are ignored.
    """
    result = dict(own)
    for kind in _KINDS:
        objects: dict[str, Any] = dict(own.get(kind) or {})
        for name, item in (included.get(kind) or {}).items():
            if name in objects and objects[name] != item:
                report.fault(
                    "is in the included file too, and differs",
                    place=place,
                    path=(kind, name),
                    hint="rename one, or change it in a file given with a further -f",
                )
            objects.setdefault(name, item)
        if objects or kind in own:
            result[kind] = objects
    return result
