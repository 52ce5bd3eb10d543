"""Ask before what cannot be undone: name what is lost; in a protected environment have its name typed."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from devbox.record import dataclass
from devbox.tui.screens.dialog import Dialog
from devbox.tui.text import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A way to go on; `loses` is what it destroys, in words."""

    id: str
    label: str
    key: str
    loses: tuple[str, ...] = ()


class Confirm(Dialog[str]):
    """Answers with the id of the way to go on (None: do not). With `typed` nothing goes on until that word is typed."""

    def __init__(self, title: str, *, lines: Sequence[str] = (), answers: Sequence[Answer], typed: str = "") -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._answers = tuple(answers)
        self._typed = typed

    def compose(self) -> ComposeResult:
        danger = any(answer.loses for answer in self._answers) or bool(self._typed)
        with Vertical(classes=f"dialog {'-danger' if danger else ''}") as box:
            box.border_title = plain(self._title, lines=False)
            box.border_subtitle = "Esc cancel"
            if self._lines:
                yield Static(plain("\n".join(self._lines)), classes="text")
            for answer in self._answers:
                if answer.loses:
                    head = f"{answer.label} destroys:" if len(self._answers) > 1 else "This destroys:"
                    yield Static(
                        plain("\n".join([head, *(f"  ✗ {thing}" for thing in answer.loses)])), classes="text lost"
                    )
            if self._typed:
                yield Static(
                    plain(f"This environment is protected. Type {self._typed} to go on:"), classes="text quiet"
                )
                yield Input(placeholder=self._typed, compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                for answer in self._answers:
                    label = plain(f"{answer.label} ({answer.key})" if not self._typed else answer.label)
                    classes = "-danger" if answer.loses else ""
                    yield Button(label, id=answer.id, classes=classes, compact=True, disabled=bool(self._typed))

    def on_mount(self) -> None:
        if self._typed:
            self.query_one(Input).focus()
        else:
            self.query_one("#cancel", Button).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        for answer in self._answers:
            self.query_one(f"#{answer.id}", Button).disabled = event.value != self._typed

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value == self._typed:
            if len(self._answers) == 1:
                self.answer(self._answers[0].id)
            else:
                self.query_one(f"#{self._answers[0].id}", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.answer(None if event.button.id == "cancel" else event.button.id)

    def on_key(self, event: events.Key) -> None:
        if event.key in ("left", "right") and not isinstance(self.focused, Input):
            self.focus_next(Button) if event.key == "right" else self.focus_previous(Button)
        if self._typed:
            return
        if event.character == "n":
            self.answer(None)
        for answer in self._answers:
            if event.character == answer.key:
                event.stop()
                self.answer(answer.id)
