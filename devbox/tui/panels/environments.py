"""The strip at the top: which environments there are, where we are, what runs elsewhere, and how the engine is."""

from __future__ import annotations

from textual.reactive import reactive

from devbox.environments.environment import Environment
from devbox.plan.observed import RunningProject, RunState
from devbox.session.state import Connected, Connecting, State
from devbox.tui.panels.strip import Part, Strip
from devbox.tui.status import ready

PROTECTED = "⚑"


def running_in(environment: Environment, state: State) -> RunningProject | None:
    """What runs of an environment on this engine; of the current one we know more than the last list of all."""
    name = environment.project
    if environment.name == state.environment and state.project:
        containers = [container for row in state.rows for container in row.containers]
        running = sum(container.state is RunState.RUNNING for container in containers)
        return RunningProject(name=state.project.name, running=running, total=len(containers))
    return next((project for project in state.running if project.name == name), None) if name else None


def parts(state: State) -> list[Part]:
    """The strip's parts."""
    found = [Part(styled=(("devbox", "bold $primary"),), weight=1)]
    for environment in state.environments:
        current = environment.name == state.environment
        styled = [
            (f"▸{environment.name}" if current else environment.name, "bold $text" if current else "$foreground-muted")
        ]
        if environment.protected:
            styled.append((f" {PROTECTED}protected" if current else f" {PROTECTED}", "$text-warning"))
        project = running_in(environment, state)
        if project and project.running:
            # As the row of the whole stack counts; of another environment only its containers are known.
            done, count = ready(state) if current else (project.running + project.finished, project.total)
            styled.append((f" ● {done}/{count}", "$text-success" if current else "$foreground-muted"))
        found.append(Part(styled=tuple(styled), target=environment.name, weight=0 if current else 3))
    found.append(_engine(state))
    return found


def _engine(state: State) -> Part:
    match state.connection:
        case Connected(info=info):
            context = f" {info.context}" if info.context else ""
            return Part(
                styled=(("● ", "$text-success"), (f"engine {info.version}{context}", "$foreground-muted")),
                weight=2,
                right=True,
            )
        case Connecting():
            return Part(
                styled=(("◐ ", "$text-warning"), ("asking the engine…", "$foreground-muted")), weight=2, right=True
            )
        case _:
            return Part(styled=(("✗ engine away", "bold $text-error"),), right=True)


class EnvironmentStrip(Strip):
    """Draws `parts`; a click on an environment asks to switch to it."""

    state: reactive[State | None] = reactive(None, repaint=False)

    def watch_state(self, before: State | None, state: State | None) -> None:
        if state:
            self.show(parts(state))
