"""`devbox config --explain`: where values come from, in words or as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from devbox.cli.output import printable, say_json
from devbox.compose.explained import as_json, short, words
from devbox.compose.provenance import Explainer
from devbox.compose.route import Unknown, find
from devbox.compose.veil import veiled
from devbox.errors import DevboxError

if TYPE_CHECKING:
    from devbox.compose.layers import Loaded


def explain(loaded: Loaded, asked: str, folder: str, *, reveal: bool, json: bool) -> None:
    """Print the value at the path `asked`, or each one below it (DevboxError if there is none)."""
    explainer = Explainer(loaded)
    try:
        path = find(explainer.tree, asked)
    except Unknown as error:
        hint = f"The nearest is {printable(error.nearest)}." if error.nearest else f"It has {_tops(explainer)}."
        raise DevboxError(printable(str(error)), hint=hint) from error
    found = [one if reveal else veiled(one) for one in explainer.below(path)]
    single = [one.path for one in found] == [path]
    if json:
        say_json(as_json(found[0]) if single else [as_json(one) for one in found])
        return
    lines = words(found[0], folder) if single else [short(one, folder) for one in found]
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))


def _tops(explainer: Explainer) -> str:
    return ", ".join(explainer.tree)
