"""Work in the background that takes the place of what it is newer than."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, ParamSpec

from textual.dom import DOMNode

P = ParamSpec("P")


def begin(
    node: DOMNode, group: str, work: Callable[P, Coroutine[Any, Any, None]], *given: P.args, **named: P.kwargs
) -> None:
    """Do it, and end what else the group does. A coroutine that is ended before it began would leave a warning, so
    that it is made by the worker (of partials and coroutine functions Textual knows that they are asynchronous)."""
    node.run_worker(partial(work, *given, **named), group=group, exclusive=True)  # type: ignore[arg-type]
