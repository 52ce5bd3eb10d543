"""What differs between debug servers, by the type that `x-devbox: {debug: {type: ...}}` names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from devbox.debug.model import Pair
from devbox.record import dataclass

DEBUGPY = "debugpy"

_LIBRARIES = ("/site-packages/", "/dist-packages/", "/lib/python")
"""What debugpy takes for other people's code."""
_INTERRUPT = """
import ctypes, sys, threading
for _ident, _frame in list(sys._current_frames().items()):
    while _frame is not None and _ident != threading.get_ident():
        if _frame.f_code.co_name in ("internal_evaluate_expression_json", "internal_set_expression_json"):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(_ident), ctypes.py_object(KeyboardInterrupt))
            break
        _frame = _frame.f_back
"""
"""Ends an evaluation under way in another thread. Not by SIGINT, which would end the service itself."""
_GREETING = """
import ctypes, pydevd, socket, sys
_db = pydevd.get_global_debugger()
_db.writer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
def _computing():
    found = {}
    for ident, frame in list(sys._current_frames().items()):
        while frame is not None:
            if frame.f_code.co_name in ("internal_get_variable_json", "internal_change_variable_json"):
                found[ident] = frame
            frame = frame.f_back
    return found
def _end(before):
    for ident, frame in _computing().items():
        if before.get(ident) is frame:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(KeyboardInterrupt))
def _guard(seconds):
    before = {}
    _db.timeout_tracker.call_on_timeout(seconds / 2, lambda: before.update(_computing()))
    _db.timeout_tracker.call_on_timeout(seconds, _end, {"before": before})
pydevd.devbox_guard = _guard
"""
"""Has debugpy's answers not held back: the calls of a stop are there in 2 ms instead of 45. And prepares `_GUARD`."""
_GUARD = "__import__('pydevd').devbox_guard({seconds})"
"""Ends the computing of variables that goes on for so long. debugpy's adapter reads nothing while it waits for them."""


def _debugpy(pairs: Iterable[Pair]) -> dict[str, Any]:
    """What is the user's own counts as such also where libraries are installed; stdout stays where the logs are."""
    mine = [
        {"path": f"{pair.there.rstrip('/')}/**", "include": True}
        for pair in pairs
        if any(folder in f"{pair.there}/" for folder in _LIBRARIES)
    ]
    return {"justMyCode": True, "subProcess": True, "redirectOutput": False, "showReturnValue": True, "rules": mine}


def _remote(pairs: Iterable[Pair]) -> dict[str, Any]:
    return {"mode": "remote", "stopOnEntry": False}


def _nothing(pairs: Iterable[Pair]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a kind of debug server is spoken to: the adapter's id, what `attach` takes besides, what ends an evaluation,
    evaluated without a frame ("": DAP's `cancel` alone), and whether a process that is left `keeps` its breakpoints
    and stands where it stood."""

    adapter: str
    arguments: Callable[[Iterable[Pair]], dict[str, Any]] = _nothing
    interrupt: str = ""
    greeting: str = ""
    """Evaluated without a frame once the process is attached; whatever comes of it."""
    guard: str = ""
    """Likewise before variables are asked for, {seconds} being what they may take."""
    keeps: bool = False


def _apart(code: str) -> str:
    """An expression that runs the code with names of its own: debugpy's are those of a module of its."""
    return f"exec({code!r}, {{}})"


_PYTHON = Dialect(
    adapter=DEBUGPY, arguments=_debugpy, interrupt=_apart(_INTERRUPT), greeting=_apart(_GREETING), guard=_GUARD
)
_DIALECTS: Mapping[str, Dialect] = {
    DEBUGPY: _PYTHON,
    "python": _PYTHON,
    "go": Dialect(adapter="go", arguments=_remote, keeps=True),
    "delve": Dialect(adapter="go", arguments=_remote, keeps=True),
}


def dialect(type: str) -> Dialect:
    """That of the type; what is not known is spoken to in plain DAP."""
    return _DIALECTS.get(type.lower()) or Dialect(adapter=type or "devbox")
