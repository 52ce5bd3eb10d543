"""Find a file by some letters of its path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from devbox.debug.model import Source
from devbox.tui.debugger.files import MOST, best
from devbox.tui.debugger.scene import path_of
from devbox.tui.debugger.source_view import label
from devbox.tui.screens.dialog import Dialog
from devbox.tui.screens.menu import Menu
from devbox.tui.text import clean, plain


class Finder(Dialog[Source]):
    """Answers with the file chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, sources: Sequence[Source], folder: str) -> None:
        super().__init__()
        self._sources = tuple(sources)
        self._labels = [label(path_of(source), folder) for source in sources]
        self._found: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "Open a file"
            box.border_subtitle = "Enter open · ↑ ↓ choose · Esc cancel"
            yield Input(placeholder="some letters of its path", compact=True)
            yield Menu()
            if len(self._sources) >= MOST:
                yield Static(plain(f"Only the first {MOST:,} files were looked at."), classes="text quiet")

    def on_mount(self) -> None:
        self._list("")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    def _list(self, wanted: str) -> None:
        self._found = best(self._labels, wanted)
        menu = self.query_one(Menu)
        menu.set_options([Option(self._prompt(at)) for at in self._found])
        menu.highlighted = 0 if self._found else None

    def _prompt(self, at: int) -> Content:
        folder, slash, name = clean(self._labels[at], lines=False).rpartition("/")
        there = "" if self._sources[at].host else "  in the container"
        return Content.assemble((name, "bold"), (f"  {folder}{slash}{there}", "$foreground-muted"))

    def action_move(self, step: int) -> None:
        menu = self.query_one(Menu)
        menu.action_cursor_down() if step > 0 else menu.action_cursor_up()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        at = self.query_one(Menu).highlighted
        if at is not None and at < len(self._found):
            self.answer(self._sources[self._found[at]])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.answer(self._sources[self._found[event.option_index]])
