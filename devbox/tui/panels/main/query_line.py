"""A line to type a search or a filter into, which stays as long as that is in force."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from devbox.errors import UsageError
from devbox.logs.query import Query
from devbox.tui.text import plain


class QueryLine(Horizontal):
    """Tells of every change while one types; small letters find capital ones too, a leading ! inverts.

    It has no parts until it is asked for the first time.
    """

    DEFAULT_CSS = """
    QueryLine { height: 1; display: none; background: $panel; }
    QueryLine.-open { display: block; }
    QueryLine > .title { width: auto; padding: 0 1; color: $text-primary; text-style: bold; }
    QueryLine > Input { width: 1fr; background: $panel; }
    QueryLine > .note { width: auto; padding: 0 1; color: $foreground 70%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Give up", show=False),
        Binding("ctrl+r", "regex", "Regular expression", show=False),
    ]

    class Changed(Message):
        """Another query; None: nothing is asked for."""

        def __init__(self, line: QueryLine, query: Query | None) -> None:
            super().__init__()
            self.line = line
            self.query = query

        @property
        def control(self) -> QueryLine:
            return self.line

    class Done(Message):
        """The user has finished typing."""

        def __init__(self, line: QueryLine) -> None:
            super().__init__()
            self.line = line

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self._title = title
        self._regex = False
        self._note = Content()

    @property
    def open(self) -> bool:
        return self.has_class("-open")

    def ask(self) -> None:
        """Show it, with the cursor in it."""
        self.add_class("-open")
        if not self.children:
            self.mount(
                Static(self._title, classes="title", markup=False),
                Input(compact=True, select_on_focus=True, placeholder="text, or !text for lines without it"),
                Static("", classes="note", markup=False),
            )
            self.note(Content())
        self.query_one(Input).focus()

    def drop(self) -> None:
        """Ask for nothing any more."""
        self.remove_class("-open")
        self.query_one(Input).value = ""

    def note(self, note: Content) -> None:
        """What came of it, shown at the end of the line."""
        self._note = note
        kind = "regex" if self._regex else "text"
        end = Content.styled(f"{kind} ctrl+r · esc ends", "$foreground 50%")
        self.query_one(".note", Static).update(Content(" · ").join([note, end]) if note else end)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self.drop()
        self.post_message(self.Done(self))

    def action_give_up(self) -> None:
        self.drop()
        self.post_message(self.Done(self))

    def action_regex(self) -> None:
        self._regex = not self._regex
        self.query_one(".title", Static).update(f"{self._title} (regex)" if self._regex else self._title)
        self.note(self._note)
        self._tell()

    def _tell(self) -> None:
        text = self.query_one(Input).value
        try:
            query = Query.parse(text, self._regex, text == text.lower()) if text else None
        except UsageError as error:
            self.note(plain(error.message, "$text-error", lines=False))
            return
        self.note(Content())
        self.post_message(self.Changed(self, query))
