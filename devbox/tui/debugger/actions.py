"""The registry of the debugger: every action once. Keys are those of pdb and gdb, F-keys those of editors."""

from __future__ import annotations

from devbox.tui.debugger import conditions as can
from devbox.tui.debugger.action import PREFIX, DebugAction, Group


def _a(id: str, keys: str, label: str, help: str, group: Group, **more: object) -> DebugAction:
    return DebugAction(
        id=PREFIX + id,
        keys=tuple(keys.split()),
        label=label,
        help=help,
        group=group,
        **more,  # type: ignore[arg-type]
    )


ACTIONS: tuple[DebugAction, ...] = (
    _a("continue", "c f5", "continue", "Let the thread go on", Group.RUN, refusal=can.stands, hint=1),
    _a("over", "n f10", "over", "On to the next line, over calls", Group.RUN, refusal=can.stands, hint=2),
    _a("into", "s f11", "into", "Into the call", Group.RUN, refusal=can.stands, hint=3),
    _a("out", "r shift+f11", "out", "On until the function returns", Group.RUN, refusal=can.stands, hint=4),
    _a("pause", "P f6", "pause", "Stop the thread where it is", Group.RUN, refusal=can.runs, hint=5),
    _a("restart", "R", "restart call", "Run the call in front again", Group.RUN, refusal=can.restartable),
    # Breakpoints
    _a(
        "toggle",
        "b f9",
        "breakpoint",
        "A breakpoint on the line, or none; a click beside it does the same",
        Group.BREAK,
        refusal=can.source,
        hint=6,
    ),
    _a("edit", "B", "condition…", "Condition, hit count or a message to log instead of stopping", Group.BREAK, hint=14),
    _a(
        "exceptions",
        "X",
        "exceptions",
        "Go to the kinds of exceptions to stop at; Space turns one on or off",
        Group.BREAK,
    ),
    _a("remove", "x delete", "remove", "Remove the breakpoint or watch", Group.BREAK, refusal=can.removable),
    # Look
    _a("older", "u", "caller", "The frame that called this one", Group.LOOK, refusal=can.stands, hint=10),
    _a("newer", "d", "callee", "The frame that this one called", Group.LOOK, refusal=can.stands, hint=11),
    _a("here", "H", "where it stands", "Back to the line where the thread stands", Group.LOOK, refusal=can.stands),
    _a("evaluate", "e p !", "evaluate", "Type an expression; Tab completes, ↑ is the history", Group.LOOK, hint=7),
    _a("watch", "w", "watch", "Watch an expression, or the variable under the cursor", Group.LOOK, hint=12),
    _a(
        "set",
        "= f2",
        "set value",
        "Give the variable another value; change the watch",
        Group.LOOK,
        refusal=can.variable,
        hint=8,
    ),
    _a("view", "v", "view", "The whole value, or the whole row, to read and copy", Group.LOOK),
    _a("copy", "y", "copy", "Copy the value, the row, or the line of source", Group.LOOK),
    # Source
    _a("open", "o ctrl+o", "open file", "Find a file by some letters of its path", Group.SOURCE, hint=9),
    _a("search", "/", "search", "Search in the source", Group.SOURCE, refusal=can.source, hint=15),
    _a("match_next", ". f3", "next match", "Next match", Group.SOURCE, refusal=can.source),
    _a("match_previous", "comma shift+f3", "previous match", "Previous match", Group.SOURCE, refusal=can.source),
    _a("line", "L ctrl+g", "go to line", "Go to a line", Group.SOURCE, refusal=can.source),
    # Panels
    _a("panel_next", "tab", "next panel", "Next panel", Group.PANELS),
    _a("panel_previous", "shift+tab", "previous panel", "Previous panel", Group.PANELS),
    _a("source", "1", "source", "Panel: source", Group.PANELS),
    _a("variables", "2", "variables", "Panel: variables", Group.PANELS),
    _a("watches", "3", "watches", "Panel: watches", Group.PANELS),
    _a("stack", "4", "stack", "Panel: threads and calls of all processes", Group.PANELS),
    _a("breakpoints", "5", "breakpoints", "Panel: breakpoints and exceptions", Group.PANELS),
    _a("console", "6", "console", "Panel: console", Group.PANELS),
    _a("tab_next", "]", "next tab", "Next panel of a narrow screen", Group.PANELS),
    _a("tab_previous", "[", "previous tab", "Previous panel of a narrow screen", Group.PANELS),
    _a("full", "m", "full screen", "The panel in hand alone, or everything", Group.PANELS, hint=16),
    # Session
    _a(
        "next",
        ">",
        "next service",
        "The next service or thread that stands",
        Group.SESSION,
        refusal=can.several,
        hint=13,
    ),
    _a("previous", "<", "previous service", "The one before", Group.SESSION, refusal=can.several),
    _a("paths", "M", "paths", "Which folder of this machine is which of the container, and why", Group.SESSION),
    _a("attach", "A", "attach", "Attach to the service, or try again", Group.SESSION, refusal=can.detached, hint=1),
    _a(
        "recreate",
        "C",
        "recreate with helper",
        "Recreate the service so that a debugger is one signal away",
        Group.SESSION,
        refusal=can.helpable,
        hint=2,
    ),
    _a(
        "disconnect",
        "Q",
        "disconnect",
        "Leave the service alone: threads go on, nothing is ended",
        Group.SESSION,
        refusal=can.debugged,
        hint=17,
    ),
    _a("palette", ": ctrl+p", "commands", "Find any action", Group.SESSION),
    _a("help", "? f1", "help", "This list", Group.SESSION, hint=90),
    _a("leave", "escape q", "back", "Back to the services; the debugger stays attached", Group.SESSION, hint=91),
)
"""In the order in which the help shows them."""


def action(id: str) -> DebugAction:
    """The action of that id (KeyError)."""
    for candidate in ACTIONS:
        if candidate.id == id:
            return candidate
    raise KeyError(id)
