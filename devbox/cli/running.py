"""How far a running step is, out of the messages of its pull or build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devbox.ports import Progress

_SHOWN = 4
"""Layers or build steps shown under one running step."""


@dataclass(slots=True, kw_only=True)
class Running:
    """A step that runs: what it waits for, and the last message of each of its items."""

    started: float
    note: str = ""
    items: dict[str, Progress] = field(default_factory=dict)
    log: str = ""
    told: set[str] = field(default_factory=set)

    def take(self, batch: Sequence[Progress]) -> list[str]:
        """Fold messages in; returns the items that ended with them, in words."""
        ended: list[str] = []
        for message in batch:
            if message.log:
                self.log = message.log
            if not message.item:
                self.note = message.status or self.note
                continue
            if message.done and self._is_news(message):
                self.told.add(message.item)
                ended.append(_ended(message))
            if message.status or message.done or message.total:
                self.items[message.item] = message
        return ended

    def _is_news(self, message: Progress) -> bool:
        """Whether its end is worth a line: once for each item, and not for the builder's own errands."""
        return message.item not in self.told and bool(message.error or not message.item.startswith("[internal]"))

    def doing(self) -> list[str]:
        """The items that run now, in words."""
        current = [message for message in self.items.values() if not message.done]
        return [_line(message) for message in current[-_SHOWN:]]


def brief(running: Running) -> str:
    """One phrase: what it waits for, or how much of it is there."""
    if running.note:
        return running.note
    total = sum(message.total for message in running.items.values())
    if total:
        current = sum(message.total if message.done else message.current for message in running.items.values())
        return f"{size(current)} of {size(total)}"
    return ""


def size(count: float) -> str:
    """Bytes as people read them, in powers of ten."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _ended(message: Progress) -> str:
    text = f"{message.item} {message.status}" if message.status and message.status != message.item else message.item
    if message.error:
        return f"{text}: {message.error}"
    return f"{text} (cached)" if message.cached else text


def _line(message: Progress) -> str:
    text = f"{message.item} {message.status}" if message.status and message.status != message.item else message.item
    if message.total:
        return f"{text}  {size(message.current)} of {size(message.total)}"
    return text
