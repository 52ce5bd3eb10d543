"""Everything the engine says of a container: what matters in words first, then the engine's own answer."""

from __future__ import annotations

import json
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from devbox.plan.observed import Container
from devbox.tui import amounts
from devbox.tui.screens.dialog import Dialog, Page
from devbox.tui.status import container_status
from devbox.tui.text import clean


def facts(container: Container) -> list[tuple[str, str]]:
    """(name, value) of what people look for."""
    status = container_status(container)
    ports = " ".join(text for _, text in amounts.published(container.bindings)) or "none published"
    found = [
        ("state", f"{status.symbol} {status.word}"),
        ("image", container.image),
        ("id", container.id[:12]),
        ("ports", ports),
        ("networks", " ".join(container.networks) or "none"),
        ("volumes", " ".join(container.volumes) or "none"),
    ]
    if detail := container.detail:
        found += [("restarts", str(detail.restart_count)), ("pid", str(detail.pid or "none"))]
        if detail.test:
            found.append(("healthcheck", " ".join(detail.test)))
        if detail.error:
            found.append(("error", detail.error))
    return found


def body(container: Container) -> str:
    """The engine's answer as JSON."""
    return json.dumps(container.detail.body if container.detail else {}, indent=2, ensure_ascii=False, default=str)


def text(container: Container) -> Content:
    """The whole page."""
    spans: list[tuple[str, str]] = [("\n", "")]
    for name, value in facts(container):
        spans += [(f"{name:<13}", "$foreground-muted"), (f"{clean(value, lines=False)}\n", "$text")]
    spans.append(("\n", ""))
    for line in body(container).split("\n"):
        key, colon, rest = line.partition('": ')
        if colon:
            spans += [(clean(key, lines=False) + '"', "$primary"), (f": {clean(rest, lines=False)}\n", "$text")]
        else:
            spans.append((f"{clean(line, lines=False)}\n", "$text"))
    return Content.assemble(*spans)


class Inspect(Dialog[None]):
    """Scrolls through `text`; y copies the JSON."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy", show=False)]

    def __init__(self, container: Container) -> None:
        super().__init__()
        self._container = container

    def compose(self) -> ComposeResult:
        with Page(self._container.name, subtitle="y copy · Esc close"):
            yield Static(text(self._container))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(body(self._container))
        self.app.notify("Copied the engine's answer.")
