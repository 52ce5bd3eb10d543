"""Explanations of values of files in memory, as the user reads them."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.compose.explained import words
from devbox.compose.load import load_explained
from devbox.compose.provenance import Explainer
from devbox.compose.route import find
from devbox.compose.veil import veiled
from tests.compose.files import memory

HOME = {"HOME": "/home/me"}


def explainer(files: Mapping[str, str], /, **request: object) -> Explainer:
    return Explainer(load_explained(*memory(files, **request)))


def told(files: Mapping[str, str] | str, path: str, /, *, veil: bool = False, **request: object) -> list[str]:
    """The explanation of `path`, without the first line's path and the indentation of the others."""
    known = explainer(files if isinstance(files, Mapping) else {"compose.yaml": files}, **request)
    found = known.explain(find(known.tree, path))
    first, *lines = words(veiled(found) if veil else found, "/work/app")
    return [first.split(" = ", 1)[1], *(line.removeprefix("  ") for line in lines)]
