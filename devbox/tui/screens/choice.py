"""Choose one of a few things."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devbox.record import dataclass
from devbox.tui.screens.dialog import Dialog
from devbox.tui.screens.menu import Menu
from devbox.tui.text import clean, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`key` chooses it at once; `help` says more in a quieter voice."""

    id: str
    label: str
    help: str = ""
    key: str = ""


class Choice(Dialog[str]):
    """Answers with the id of the way chosen."""

    def __init__(self, title: str, ways: Sequence[Way], *, text: str = "") -> None:
        super().__init__()
        self._title = title
        self._ways = tuple(ways)
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = plain(self._title, lines=False)
            box.border_subtitle = "Enter choose · Esc cancel"
            if self._text:
                yield Static(plain(self._text), classes="text")
            yield Menu(*(Option(self._prompt(way), id=way.id) for way in self._ways))

    def _prompt(self, way: Way) -> Content:
        widest = max(len(way.label) for way in self._ways)
        key = [(f"{way.key:<3}", "bold $primary")] if any(way.key for way in self._ways) else []
        label = clean(way.label, lines=False)
        more = (
            [(label.ljust(widest + 2), ""), (clean(way.help, lines=False), "$foreground-muted")]
            if way.help
            else [(label, "")]
        )
        return Content.assemble(*key, *more)

    def on_mount(self) -> None:
        self.query_one(Menu).highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.answer(event.option.id)

    def on_key(self, event: events.Key) -> None:
        for way in self._ways:
            if way.key and event.character == way.key:
                event.stop()
                self.answer(way.id)
