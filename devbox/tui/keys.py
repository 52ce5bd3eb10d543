"""Which key does what: the registry's keys with the user's own on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Protocol

from devbox.record import dataclass

FIXED = {"ctrl+c": "leave"}
"""Never taken away: the way out."""

NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "comma": ",",
    "delete": "Del",
}


_DEBUGGERS = "debug_"


class Keyed(Protocol):
    """What of an action keys are given by."""

    @property
    def id(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """`of` maps an action's id to its keys, `problems` says in words what in the user's settings does not work."""

    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def first(self, action: str) -> str:
        """The key to show for an action; "" if it has none."""
        keys = self.of.get(action, ())
        return name(keys[0]) if keys else ""

    def all(self, action: str) -> str:
        """All its keys, to show."""
        return " ".join(name(key) for key in self.of.get(action, ()))


def name(key: str) -> str:
    """A key as people write it: "Ctrl-P", "F1", "Esc", "s"."""
    if key in NAMES:
        return NAMES[key]
    if key.startswith("ctrl+"):
        return f"Ctrl-{key[5:].upper()}"
    if key.startswith("shift+"):
        return f"Shift-{name(key[6:])}"
    return key.upper() if len(key) > 1 and key[0] == "f" and key[1:].isdigit() else key


def of_debugger(remap: Mapping[str, str], mine: bool) -> dict[str, str]:
    """The user's keys for the debugger's screen, or those for everything else."""
    return {id: keys for id, keys in remap.items() if id.startswith(_DEBUGGERS) is mine}


def assign(actions: Sequence[Keyed], remap: Mapping[str, str]) -> Keys:
    """The user's key wins over another action's default, the first of two user keys over the second; both are said."""
    known = {action.id: action for action in actions}
    problems = [f"keys.{id}: there is no such action" for id in remap if id not in known]
    owner: dict[str, str] = dict(FIXED)
    of: dict[str, tuple[str, ...]] = {}

    def label(id: str) -> str:
        return known[id].label if id in known else "quit"

    def claim(id: str, keys: Sequence[str], user: bool) -> None:
        kept = []
        for key in keys:
            holder = owner.setdefault(key, id)
            if holder == id:
                kept.append(key)
            elif user:
                problems.append(f"keys.{id}: {name(key)} is already {label(holder)} ({holder})")
            else:
                problems.append(f"{name(key)} is now {label(holder)}, no longer {known[id].label} ({id})")
        of[id] = tuple(kept)

    for id, text in remap.items():
        if id in known:
            claim(id, [key.strip() for key in text.split(",") if key.strip()], user=True)
    for action in actions:
        if action.id not in remap:
            claim(action.id, action.keys, user=False)
    return Keys(of={action.id: of[action.id] for action in actions}, problems=tuple(problems))
