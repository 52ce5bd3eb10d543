"""The bodies of DAP messages as model types. What is missing, or of another type than DAP says, counts as not said.

Source: https://microsoft.github.io/debug-adapter-protocol/specification
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from devbox.debug.model import Bound, Completion, ExceptionFilter, Frame, Scope, Source, Thread, Variable

VALUE = 4096
"""Characters of a value that are kept."""
_NAME = 512

Body = Mapping[str, Any]


def text(body: Body, key: str, limit: int = VALUE) -> str:
    """What stands there, cut; "" for anything but text."""
    value = body.get(key)
    return cut(value, limit) if isinstance(value, str) else ""


def number(body: Body, key: str, default: int = 0) -> int:
    """What stands there; `default` for anything but a whole number."""
    value = body.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def flag(body: Body, key: str) -> bool:
    """Whether it is true."""
    return body.get(key) is True


def bodies(body: Body, key: str) -> list[Body]:
    """The objects of the list that stands there."""
    found = body.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def part(body: Body, key: str) -> Body:
    """The object that stands there; an empty one for anything else."""
    found = body.get(key)
    return found if isinstance(found, dict) else {}


def cut(value: str, limit: int = VALUE) -> str:
    """At most `limit` characters, the last of them telling that there was more."""
    return value if len(value) <= limit else value[: limit - 1] + "…"


def capabilities(body: Body) -> frozenset[str]:
    """The names of those that are true."""
    return frozenset(name for name, value in body.items() if value is True)


def filters(body: Body) -> tuple[ExceptionFilter, ...]:
    """The kinds of exceptions that can be stopped at, of an answer to `initialize`."""
    return tuple(
        ExceptionFilter(
            id=id,
            label=text(one, "label", _NAME) or id,
            default=flag(one, "default"),
            description=text(one, "description", _NAME),
        )
        for one in bodies(body, "exceptionBreakpointFilters")
        if (id := text(one, "filter", _NAME))
    )


def threads(body: Body) -> tuple[Thread, ...]:
    """Of an answer to `threads`."""
    return tuple(
        Thread(id=id, name=text(one, "name", _NAME) or f"thread {id}")
        for one in bodies(body, "threads")
        if (id := number(one, "id"))
    )


def frames(body: Body, host: Callable[[str], str]) -> tuple[Frame, ...]:
    """Of an answer to `stackTrace`; `host` is the path here of one there ("": there is none)."""
    return tuple(frame(one, host) for one in bodies(body, "stackFrames"))


def frame(body: Body, host: Callable[[str], str]) -> Frame:
    """One call."""
    found = part(body, "source")
    return Frame(
        id=number(body, "id"),
        name=text(body, "name", _NAME) or "?",
        source=source(found, host) if found else None,
        line=max(0, number(body, "line")),
        column=max(0, number(body, "column")),
        subtle=body.get("presentationHint") in ("subtle", "label") or found.get("presentationHint") == "deemphasize",
        can_restart=flag(body, "canRestart"),
    )


def source(body: Body, host: Callable[[str], str]) -> Source:
    """A file as the debuggee names it."""
    path = text(body, "path")
    name = text(body, "name", _NAME) or path.replace("\\", "/").rpartition("/")[2]
    return Source(
        there=path,
        host=host(path) if path else "",
        reference=max(0, number(body, "sourceReference")),
        name=name,
    )


def scopes(body: Body) -> tuple[Scope, ...]:
    """Of an answer to `scopes`."""
    return tuple(
        Scope(
            name=text(one, "name", _NAME) or "?",
            reference=number(one, "variablesReference"),
            expensive=flag(one, "expensive"),
            count=_count(one),
        )
        for one in bodies(body, "scopes")
    )


def variables(body: Body) -> tuple[Variable, ...]:
    """Of an answer to `variables`."""
    return tuple(variable(one, text(one, "name", _NAME), "value") for one in bodies(body, "variables"))


def variable(body: Body, name: str, value: str, expression: str = "") -> Variable:
    """A value by its name; the text of it stands under the key `value` ("value", or "result" after `evaluate`)."""
    hint = part(body, "presentationHint").get("attributes")
    attributes = hint if isinstance(hint, list) else []
    return Variable(
        name=name,
        value=text(body, value),
        type=text(body, "type", _NAME),
        reference=max(0, number(body, "variablesReference")),
        count=_count(body),
        expression=text(body, "evaluateName") or expression,
        settable="readOnly" not in attributes,
    )


def bound(body: Body) -> Bound:
    """What was made of a breakpoint."""
    return Bound(verified=flag(body, "verified"), line=max(0, number(body, "line")), message=text(body, "message"))


def completions(body: Body, written: str, column: int) -> tuple[Completion, ...]:
    """Of an answer to `completions` for `written`, the cursor before its 0-based `column`.

    Each replaces the word before the cursor: where servers say what it replaces, they count from 0 or from 1.
    """
    start = column
    while start and (written[start - 1].isalnum() or written[start - 1] == "_"):
        start -= 1
    return tuple(
        Completion(
            text=text(one, "text", _NAME) or label,
            label=label,
            start=start,
            length=column - start,
            kind=text(one, "type", _NAME),
        )
        for one in bodies(body, "targets")
        if (label := text(one, "label", _NAME))
    )


def _count(body: Body) -> int:
    return max(0, number(body, "indexedVariables")) + max(0, number(body, "namedVariables"))
