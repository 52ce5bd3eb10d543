"""What stands where no source can: how far the attaching is, why it failed, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content

from devbox.debug.model import Debuggee, Phase, Stop
from devbox.tui.debugger.scene import words
from devbox.tui.text import clean

_QUIET = "$foreground-muted"

Key = Callable[[str], str]
"""an action's id -> its key, to show"""


def text(service: str, debuggee: Debuggee | None, notes: Sequence[str], stop: Stop | None, key: Key) -> Content:
    """The page; `notes` are what was done so far, oldest first."""
    name = clean(service, lines=False)
    spans: list[tuple[str, str]] = [("\n", "")]
    if debuggee is None or debuggee.phase is Phase.ENDED:
        spans.append(("Nothing is debugged here.\n\n" if not name else f"{name} is not debugged.\n\n", "bold"))
        spans += _keys(key, ("debug_attach", "attach a debugger"), ("debug_leave", "back to the services"))
        return Content.assemble(*spans)
    if debuggee.phase is Phase.ATTACHED:
        spans += _attached(name, debuggee, stop, key)
        return Content.assemble(*spans)
    if debuggee.phase is Phase.FAILED:
        spans.append((f"✗ No debugger could get into {name}\n\n", "bold $text-error"))
        spans.append((f"{_indented(debuggee.error)}\n", "$text"))
        if debuggee.hint:
            spans.append((f"→ {_indented(debuggee.hint)}\n", "$text"))
        spans.append(("\n", ""))
        spans += _keys(key, ("debug_attach", "try again"))
        if not debuggee.foreign:
            spans += _keys(key, ("debug_recreate", "recreate it with the debug helper"))
        return Content.assemble(*spans)
    head = f"◐ Attaching to {name}\n\n" if debuggee.phase is Phase.ATTACHING else f"◐ {name} is away\n\n"
    spans.append((head, "bold $text-warning"))
    for note in notes[-12:-1]:
        spans.append((f"✓ {clean(note, lines=False)}\n", _QUIET))
    for note in notes[-1:] or [debuggee.phase.value]:
        spans.append((f"◐ {clean(note, lines=False)}\n", "$text"))
    if debuggee.phase is Phase.AWAY:
        spans.append(("\ndevbox attaches again by itself, with the same breakpoints.\n", _QUIET))
    return Content.assemble(*spans)


def _attached(name: str, debuggee: Debuggee, stop: Stop | None, key: Key) -> list[tuple[str, str]]:
    if stop is not None:
        return [(f"{name} stands: {clean(words(stop), lines=False)}\n", "bold $text-warning")]
    took = f" in {debuggee.attached_in:.2f} s" if debuggee.attached_in else ""
    ways = ", ".join(dict.fromkeys(way.value for way in debuggee.ways))
    return [
        (f"● {name} runs, with a debugger in it\n\n", "bold $text-success"),
        (f"Attached{took}{': ' + ways if ways else ''}.\n\n", _QUIET),
        *_keys(
            key,
            ("debug_open", "open a file, then"),
            ("debug_toggle", "a breakpoint on a line"),
            ("debug_pause", "pause, to see where it is"),
            ("debug_evaluate", "evaluate an expression"),
            ("debug_paths", "which path is which"),
            ("debug_help", "all keys"),
        ),
    ]


def _keys(key: Key, *lines: tuple[str, str]) -> list[tuple[str, str]]:
    spans = []
    for id, what in lines:
        if shown := key(id):
            spans += [(f"{shown:<5}", "bold $primary"), (f" {what}\n", _QUIET)]
    return spans


def _indented(text: str) -> str:
    return clean(text).strip().replace("\n", "\n  ")
