"""Ask for one or more lines of text; what is refused is said where it was typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from devbox.errors import DevboxError
from devbox.record import dataclass
from devbox.tui.debugger.work import begin
from devbox.tui.screens.dialog import Dialog
from devbox.tui.text import clean, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`label` says what is to be typed, `hint` how."""

    label: str = ""
    value: str = ""
    hint: str = ""


class Ask(Dialog[tuple[str, ...]]):
    """Answers with the lines once `accept` took them; a DevboxError of it is shown and they can be changed."""

    def __init__(
        self, title: str, lines: Sequence[Line], accept: Callable[[tuple[str, ...]], Awaitable[None]] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._accept = accept

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = plain(self._title, lines=False)
            box.border_subtitle = (
                "Enter accept · Tab next · Esc cancel" if len(self._lines) > 1 else "Enter accept · Esc cancel"
            )
            for line in self._lines:
                if line.label:
                    yield Static(plain(line.label, lines=False), classes="text quiet")
                yield Input(
                    value=clean(line.value, lines=False),
                    placeholder=line.hint,
                    compact=True,
                    select_on_focus=len(self._lines) == 1,
                )
            yield Static("", classes="refused", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        # What was not changed is answered as it was given, not as it could be shown.
        values = tuple(
            line.value if field.value == clean(line.value, lines=False) else field.value
            for line, field in zip(self._lines, self.query(Input), strict=True)
        )
        begin(self, "take", self._take, values)

    async def _take(self, values: tuple[str, ...]) -> None:
        try:
            if self._accept is not None:
                await self._accept(values)
        except DevboxError as error:
            self._refuse(error.message)
        except TimeoutError:
            self._refuse("It did not answer in time.")
        else:
            self.answer(values)

    def _refuse(self, text: str) -> None:
        refused = self.query_one(".refused", Static)
        refused.display = True
        refused.update(plain(text))
