"""A scripted stand-in for `session.debugging`: a Flask-like API that stands in its route, and a worker that runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from devbox.debug import breakpoints as edits
from devbox.debug.model import (
    Bound,
    Breakpoint,
    Completion,
    Debugged,
    Debuggee,
    ExceptionFilter,
    Frame,
    Pair,
    Phase,
    Process,
    Scope,
    Source,
    Stop,
    Thread,
    Variable,
    Way,
)
from devbox.errors import DevboxError

ROUTES = "/shop/api/src/routes.py"
TEXT = '''"""Items of the shop."""

from fastapi import FastAPI, HTTPException

app = FastAPI()
ITEMS = {1: "apple", 2: "pear"}


@app.get("/items/{item_id}")
def item(item_id: int) -> dict[str, object]:
    """One item, by its number."""
    name = ITEMS.get(item_id)
    if name is None:
        raise HTTPException(404)
    price = 3 * len(name)
    answer = {"id": item_id, "name": name, "price": price}
    return answer


def total(numbers: list[int]) -> int:
    # All of them.
    return sum(numbers)
'''
FILTERS = (
    ExceptionFilter(id="raised", label="Raised Exceptions"),
    ExceptionFilter(id="uncaught", label="Uncaught Exceptions", default=True),
)
PAIRS = (
    Pair(host="/shop/api/src", there="/app/src", why="sync rule 1 (compose.yaml:14)"),
    Pair(host="/shop/api", there="/app", why="COPY . /app (Dockerfile:9)"),
)


def frame(id: int, name: str, line: int, path: str = ROUTES, **more: Any) -> Frame:
    host = path if path.startswith("/shop") else ""
    there = path.replace("/shop/api", "/app")
    return Frame(id=id, name=name, source=Source(there=there, host=host), line=line, **more)


LIBRARY = "/usr/lib/python3.11/site-packages/starlette/routing.py"
FRAMES = (
    frame(1, "item", 15, can_restart=True),
    frame(2, "run_endpoint", 210, LIBRARY, subtle=True),
    frame(3, "app", 77, LIBRARY, subtle=True),
    frame(4, "handle", 288, LIBRARY, subtle=True),
    frame(5, "total", 22),
)


def stop(reason: str = "breakpoint", at: float = 10.0, **more: Any) -> Stop:
    return Stop(**({"reason": reason, "at": at, "frames": FRAMES} | more))


def process(id: int = 1, *stops: Stop | None, **more: Any) -> Process:
    """With a thread for each stop (None: it runs)."""
    threads = tuple(
        Thread(id=number, name="MainThread" if number == 1 else f"Thread-{number}", stop=each)
        for number, each in enumerate(stops or (None,), 1)
    )
    given: dict[str, Any] = {
        "id": id,
        "container": "shop-api-1",
        "pid": 7 + id,
        "name": "uvicorn",
        "threads": threads,
        "filters": FILTERS,
        "can": frozenset({"supportsRestartFrame", "supportsSetVariable"}),
    }
    return Process(**(given | more))


def debuggee(*processes: Process, service: str = "api", **more: Any) -> Debuggee:
    given: dict[str, Any] = {
        "service": service,
        "phase": Phase.ATTACHED,
        "ways": (Way.ON_DEMAND,),
        "processes": processes,
        "pairs": PAIRS,
        "attached_in": 0.234,
    }
    return Debuggee(**(given | more))


def debugged(*debuggees: Debuggee, **more: Any) -> Debugged:
    return Debugged(services={one.service: one for one in debuggees}, **more)


STANDS = debugged(debuggee(process(1, stop(), None)))
RUNS = debugged(debuggee(process(1, None, None)))

PARTS: dict[int, tuple[Variable, ...]] = {
    100: (
        Variable(name="item_id", value="2", type="int", expression="item_id"),
        Variable(name="name", value="'pear'", type="str", expression="name"),
        Variable(name="answer", value="{'id': 2, 'name': 'pear'}", type="dict", reference=110, expression="answer"),
        Variable(name="many", value="[0, 1, 2, …]", type="list", reference=120, count=250, expression="many"),
    ),
    101: (Variable(name="ITEMS", value="{1: 'apple', 2: 'pear'}", type="dict", expression="ITEMS"),),
    110: (
        Variable(name="'id'", value="2", type="int", expression="answer['id']"),
        Variable(name="'name'", value="'pear'", type="str", expression="answer['name']"),
    ),
}


class StubDebugging:
    """Remembers what it was asked; `answers` are what expressions evaluate to, "hang" never does."""

    def __init__(self, change: Callable[..., None], state: Callable[[], Any]) -> None:
        self._change = change
        self._state = state
        self.asked: list[tuple[object, ...]] = []
        self.texts = {ROUTES: TEXT}
        self.parts = dict(PARTS)
        self.answers: dict[str, Variable | str] = {
            "len(name)": Variable(name="", value="4", type="int"),
            "answer": Variable(name="", value="{'id': 2}", type="dict", reference=110),
        }
        self.offers: tuple[Completion, ...] = ()
        self.cancelled: list[str] = []
        self.lines: dict[str, tuple[str, ...]] = {}
        self.refuses = ""

    def put_state(self, now: Debugged) -> None:
        """State.debugged becomes that, with the breakpoints there are."""
        held = self._state().debugged
        self._change(debugged=replace(now, breakpoints=now.breakpoints or held.breakpoints))

    def _set(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        self._change(debugged=replace(self._state().debugged, breakpoints=breakpoints))

    def bind(self, made: dict[Breakpoint, Bound]) -> None:
        """What the first process of the API made of breakpoints."""
        now = self._state().debugged
        one = now.services["api"]
        bound = replace(one, processes=(replace(one.processes[0], bound=made), *one.processes[1:]))
        self._change(debugged=replace(now, services={**now.services, "api": bound}))

    def attach(self, service: str, container: str = "", *, yes: bool = False) -> None:
        self.asked.append(("attach", service, container, yes))

    def detach(self, service: str) -> None:
        self.asked.append(("detach", service))

    def toggle(self, path: str, line: int, there: bool = False) -> None:
        self.asked.append(("toggle", path, line, there))
        self._set(edits.toggle(self._state().debugged.breakpoints, path, line, there))

    def put(self, breakpoint: Breakpoint) -> None:
        self._set(edits.put(self._state().debugged.breakpoints, breakpoint))

    def drop(self, path: str = "", line: int = 0) -> None:
        self._set(edits.drop(self._state().debugged.breakpoints, path, line))

    def stop_at(self, filters: frozenset[str]) -> None:
        self.asked.append(("stop_at", *sorted(filters)))
        self._change(debugged=replace(self._state().debugged, filters=filters))

    async def _go(self, *asked: object) -> None:
        if self.refuses:
            raise DevboxError(self.refuses)
        self.asked.append(asked)

    async def go_on(self, process: int, thread: int) -> None:
        await self._go("go_on", process, thread)

    async def next_(self, process: int, thread: int) -> None:
        await self._go("next_", process, thread)

    async def step_in(self, process: int, thread: int) -> None:
        await self._go("step_in", process, thread)

    async def step_out(self, process: int, thread: int) -> None:
        await self._go("step_out", process, thread)

    async def pause(self, process: int, thread: int) -> None:
        await self._go("pause", process, thread)

    async def restart_frame(self, process: int, frame: int) -> None:
        await self._go("restart_frame", process, frame)

    async def frames(self, process: int, thread: int, start: int) -> tuple[Frame, ...]:
        self.asked.append(("frames", process, thread, start))
        return (frame(90, "oldest", 5),)

    async def scopes(self, process: int, frame: int) -> tuple[Scope, ...]:
        return (Scope(name="Locals", reference=100), Scope(name="Globals", reference=101, expensive=True))

    async def variables(self, process: int, reference: int, start: int = 0, count: int = 0) -> tuple[Variable, ...]:
        self.asked.append(("variables", reference, start, count))
        if reference == 120:
            return tuple(Variable(name=str(n), value=str(n * n), type="int") for n in range(start, start + count))
        return self.parts[reference]

    async def set_variable(self, process: int, frame: int, reference: int, variable: Variable, value: str) -> Variable:
        if value == "bad":
            raise DevboxError("NameError: name 'bad' is not defined")
        self.asked.append(("set", reference, variable.name, value))
        return replace(variable, value=value)

    async def evaluate(
        self, process: int, expression: str, frame: int = 0, context: str = "repl", timeout: float = 30
    ) -> Variable:
        self.asked.append(("evaluate", expression, frame, context))
        if expression == "hang":
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.append(expression)
        found = self.answers.get(expression, f"NameError: name {expression!r} is not defined")
        if isinstance(found, str):
            raise DevboxError(found)
        return found

    async def complete(self, process: int, text: str, column: int, frame: int = 0) -> tuple[Completion, ...]:
        return self.offers

    async def source(self, process: int, source: Source) -> str:
        found = self.texts.get(source.host or source.there)
        if found is None:
            raise DevboxError(f"{source.there} is not in the container.")
        return found

    def kept(self, name: str) -> tuple[str, ...]:
        return self.lines.get(name, ())

    def keep(self, name: str, lines: tuple[str, ...]) -> None:
        self.lines[name] = lines
