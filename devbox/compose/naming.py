"""The project's name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

from devbox.compose.discover import Found
from devbox.compose.document import Document
from devbox.compose.interpolate import substitute
from devbox.compose.report import Report
from devbox.compose.request import LoadRequest

_HINT = "use lower-case letters, digits, dashes and underscores, a letter or digit first"


def normalised(name: str) -> str:
    """The nearest valid name: "" if nothing is left."""
    return re.sub("[^a-z0-9_-]", "", name.lower()).lstrip("_-")


def project_name(request: LoadRequest, found: Found, documents: Iterable[Document], report: Report) -> str:
    """-p > COMPOSE_PROJECT_NAME > `name:` of the last file that has one > the folder's name."""
    for given, origin in (
        (request.project_name, "-p"),
        (found.environment.get("COMPOSE_PROJECT_NAME", ""), "COMPOSE_PROJECT_NAME"),
    ):
        if given:
            if normalised(given) != given:
                report.fault(f'"{given}" ({origin}) is no name of a project', hint=_HINT)
            return given
    named = [document for document in documents if _name(document)]
    if named:
        name = normalised(_interpolated(named[-1], found.environment.get, report))
        if not name:
            report.fault("holds no valid character", place=named[-1].place(("name",)), path=("name",), hint=_HINT)
        return name
    folder = normalised(posixpath.basename(found.folder))
    if not folder:
        report.fault(f"the folder {found.folder} gives no name for the project", hint="name it: -p NAME")
    return folder


def _name(document: Document) -> str:
    tree = document.tree
    name = tree.get("name") if isinstance(tree, dict) else None
    return name if isinstance(name, str) else ""


def _interpolated(document: Document, lookup: Callable[[str], str | None], report: Report) -> str:
    try:
        return substitute(_name(document), lookup, lambda name: None)
    except ValueError as error:
        report.fault(str(error), place=document.place(("name",)), path=("name",))
        return _name(document)
