"""The switcher: every environment, what runs in it, and where to go."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devbox.environments.environment import Environment
from devbox.session.state import State
from devbox.tui.panels.environments import PROTECTED, running_in
from devbox.tui.screens.dialog import Dialog
from devbox.tui.screens.menu import Menu
from devbox.tui.text import clean, plain


def prompt(environment: Environment, state: State, width: int) -> Content:
    """Two lines: where it stands and what runs; of what it is made."""
    here = environment.name == state.environment
    project = running_in(environment, state)
    name = project.name if project else environment.project
    runs = f"● {project.running} of {project.total} containers run" if project and project.running else "○ nothing runs"
    spans = [
        ("▸ " if here else "  ", "bold $primary"),
        (clean(environment.name, lines=False).ljust(width), "bold"),
        (f"  {runs}", "$text-success" if project and project.running else "$foreground-muted"),
    ]
    if here:
        spans.append(("  you are here", "$primary"))
    if environment.protected:
        spans.append((f"  {PROTECTED} protected", "$text-warning"))
    files = " + ".join(path.rpartition("/")[2] for path in environment.files) or "the files of this folder"
    made = " · ".join(part for part in (environment.description, files, f"project {name}" if name else "") if part)
    spans.append((f"\n  {'':{width}}  {clean(made, lines=False)}", "$foreground-muted"))
    return Content.assemble(*spans)


def elsewhere(state: State) -> list[str]:
    """Projects that run on the engine and are no environment of this one."""
    ours = {project.name for e in state.environments if (project := running_in(e, state))}
    return [f"{p.name} {p.running}/{p.total}" for p in state.running if p.name not in ours and p.running]


class Environments(Dialog[str]):
    """Answers with the name of the environment to go to."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        width = max((len(e.name) for e in self._state.environments), default=0)
        with Vertical(classes="dialog") as box:
            box.border_title = "Environments"
            box.border_subtitle = "Enter switch · Esc cancel"
            if not self._state.environments:
                yield Static(plain("There is only one here. devbox.yaml can name more."), classes="text")
            yield Menu(
                *(
                    Option(prompt(environment, self._state, width), id=f"environment-{number}")
                    for number, environment in enumerate(self._state.environments)
                )
            )
            if others := elsewhere(self._state):
                yield Static(plain(f"Also on this engine: {', '.join(others)}", lines=False), classes="text quiet")

    def on_mount(self) -> None:
        names = [environment.name for environment in self._state.environments]
        if self._state.environment in names:
            self.query_one(Menu).highlighted = names.index(self._state.environment)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.answer(self._state.environments[event.option_index].name)
