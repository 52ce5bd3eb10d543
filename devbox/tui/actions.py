"""The registry: every action of the TUI, once. Bindings, footer, palette and help are made from it."""

from __future__ import annotations

from devbox.tui import conditions as can
from devbox.tui import verbs
from devbox.tui.action import Action, Group
from devbox.tui.service_actions import SERVICE_ACTIONS

ACTIONS: tuple[Action, ...] = (
    *SERVICE_ACTIONS,
    # The stack
    Action(
        id="up",
        keys=("U",),
        label="up",
        help="Bring the whole stack to what the files say",
        group=Group.STACK,
        refusal=can.whole,
        command=verbs.up,
        hint=5,
    ),
    Action(
        id="down",
        keys=("D",),
        label="down",
        help="Stop and remove the stack's containers and networks (asks; volumes only if you say so)",
        group=Group.STACK,
        refusal=can.down,
        command=verbs.down,
        destructive=True,
        hint=6,
    ),
    Action(
        id="environments",
        keys=("e",),
        label="environments",
        help="See what runs where, and switch",
        group=Group.STACK,
        hint=20,
    ),
    Action(
        id="sync_watch",
        keys=("W",),
        label="watch files",
        help="Watch the files that develop.watch names, or pause that; what was saved meanwhile follows",
        group=Group.STACK,
        refusal=can.watch,
    ),
    Action(
        id="secrets",
        label="make secrets",
        help="Make the secrets of this environment that are missing; what is there stays",
        group=Group.STACK,
        command=verbs.secrets,
    ),
    Action(
        id="reload",
        keys=("f5",),
        label="reload files",
        help="Read the Compose files again, as each save of them does",
        group=Group.STACK,
        command=verbs.reload,
    ),
    Action(
        id="problems",
        keys=("!",),
        label="problems",
        help="What is wrong with the files, with file and line",
        group=Group.STACK,
        refusal=can.problems,
        hint=2,
    ),
    Action(
        id="retry",
        keys=("ctrl+r",),
        label="connect now",
        help="Ask the engine at once instead of waiting",
        group=Group.STACK,
        refusal=can.retry,
        hint=1,
    ),
    Action(
        id="cancel",
        keys=("x",),
        label="cancel",
        help="Cancel what runs; put away how it ended, or what saved files ask for",
        group=Group.STACK,
        refusal=can.cancel,
    ),
    Action(
        id="progress",
        keys=("v",),
        label="progress",
        help="The steps of what runs or ran last, with build and pull output",
        group=Group.STACK,
        refusal=can.progress,
    ),
    # Main pane
    Action(id="tab_next", keys=("]",), label="next tab", help="Next tab", group=Group.PANE),
    Action(id="tab_previous", keys=("[",), label="previous tab", help="Previous tab", group=Group.PANE),
    Action(
        id="search",
        keys=("/",),
        label="search",
        help="Filter the services; in the main pane: search what it shows",
        group=Group.PANE,
        hint=22,
    ),
    Action(id="filter_pane", keys=("&",), label="filter", help="Show only the log lines that match", group=Group.PANE),
    Action(id="match_next", keys=("n",), label="next match", help="Next match", group=Group.PANE, refusal=can.in_pane),
    Action(
        id="match_previous",
        keys=("N",),
        label="previous match",
        help="Previous match",
        group=Group.PANE,
        refusal=can.in_pane,
    ),
    Action(
        id="follow", keys=("f",), label="follow", help="Follow the logs' end, or hold still", group=Group.PANE, hint=23
    ),
    Action(id="wrap", keys=("w",), label="wrap", help="Wrap long lines", group=Group.PANE, hint=24),
    Action(id="clear", label="clear logs", help="Clear the logs on the screen", group=Group.PANE),
    Action(
        id="full",
        keys=("m",),
        label="full screen",
        help="The main pane alone, or everything",
        group=Group.PANE,
        hint=25,
    ),
    Action(id="tab_logs", keys=("1",), label="logs", help="Tab: logs", group=Group.PANE),
    Action(id="tab_health", keys=("2",), label="health", help="Tab: health, and why not ready", group=Group.PANE),
    Action(id="tab_plan", keys=("3",), label="plan", help="Tab: what up would change, and why", group=Group.PANE),
    Action(id="tab_events", keys=("4",), label="events", help="Tab: events", group=Group.PANE),
    Action(id="tab_config", keys=("5",), label="config", help="Tab: configuration and its origins", group=Group.PANE),
    Action(id="tab_stats", keys=("6",), label="stats", help="Tab: use of CPU, memory, network", group=Group.PANE),
    Action(id="tab_sync", keys=("7",), label="sync", help="Tab: files kept alike by develop.watch", group=Group.PANE),
    # Looking around
    Action(
        id="open",
        keys=("enter",),
        label="open",
        help="Into the main pane, or open a service's replicas",
        group=Group.LOOK,
    ),
    Action(
        id="back",
        keys=("escape",),
        label="back",
        help="Out: full screen, filter, selection, main pane",
        group=Group.LOOK,
    ),
    Action(id="panel_next", keys=("tab",), label="next panel", help="Next panel", group=Group.LOOK),
    Action(id="panel_previous", keys=("shift+tab",), label="previous panel", help="Previous panel", group=Group.LOOK),
    Action(
        id="copy",
        keys=("y",),
        label="copy",
        help="Copy the text in the main pane; in the list: name, id, image, address",
        group=Group.LOOK,
        hint=26,
    ),
    Action(
        id="palette",
        keys=(":", "ctrl+p"),
        label="commands",
        help="Find any action, service or environment",
        group=Group.LOOK,
    ),
    # devbox
    Action(id="theme", label="dark or light", help="Change between the dark and the light theme", group=Group.DEVBOX),
    Action(id="help", keys=("?", "f1"), label="help", help="This list", group=Group.DEVBOX, hint=90),
    Action(
        id="leave",
        keys=("q",),
        label="quit",
        help="Leave; the stack goes on running (Ctrl-C too, twice leaves at once)",
        group=Group.DEVBOX,
        hint=91,
    ),
)
"""In the order in which the help screen shows them."""


def action(id: str) -> Action:
    """The action of that id (KeyError)."""
    for candidate in ACTIONS:
        if candidate.id == id:
            return candidate
    raise KeyError(id)
