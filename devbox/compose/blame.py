"""A problem with a value of the model, told where that value is set and by which variable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from devbox.compose.explained import near
from devbox.compose.origins import Use
from devbox.compose.provenance import Explainer
from devbox.compose.route import Unknown, find
from devbox.errors import Place, Problem


def located(problem: Problem, explainer: Explainer, folder: str) -> Problem:
    """The same problem at the line that sets the value at its path, the variables behind it named in the hint.

    Where its path is no single value of the model, the problem as it is. `folder` shortens the places in the hint.
    """
    try:
        path = find(explainer.tree, problem.path)
    except Unknown:
        return problem
    explained = list(explainer.below(path))
    if [one.path for one in explained] != [path] or explained[0].place is None:
        return problem
    named = [f"{name} is set in {near(place, folder)}" for name, place in set_by(explained[0].uses)]
    hint = "; ".join(filter(None, (problem.hint, *dict.fromkeys(named))))
    return replace(problem, place=explained[0].place, hint=hint)


def set_by(uses: tuple[Use, ...]) -> Iterator[tuple[str, Place]]:
    """The variables that a file sets, those within others too, with the line that does."""
    for use in uses:
        if use.place is not None:
            yield use.name, use.place
        yield from set_by(use.uses)
