"""The Config tab: a service's canonical YAML, or the project's, its secrets as dots until they are asked for."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from devbox.compose.masking import mask_yaml
from devbox.compose.model import Project
from devbox.compose.output import render, render_service
from devbox.tui.panels.main.page import PageTab
from devbox.tui.panels.main.yaml_text import highlighted
from devbox.tui.text import plain


class ConfigTab(PageTab):
    """What is shown is rendered again only for another project or service."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("v", "reveal", "Show secrets", show=False)]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._revealed = False
        self._about: tuple[Project | None, str | None, bool] | None = None
        self._content = Content()

    def opened(self) -> None:
        self._revealed = False
        self._about = None
        self.draw()

    def action_reveal(self) -> None:
        """Show secrets, or hide them again."""
        self._revealed = not self._revealed
        self.draw()

    def page(self) -> Content:
        state = self.state
        if state is None:
            return Content()
        if state.project is None:
            problems = "\n".join(str(problem) for problem in state.problems)
            return plain(problems or "No project is open.", "$text-error" if problems else "$foreground 60%")
        about = (state.project, self.service, self._revealed)
        if about != self._about:
            self._about = about
            self._content = self._rendered(state.project)
        return self._content

    def draw(self) -> None:
        super().draw()
        shown = "shown" if self._revealed else "hidden"
        # Elsewhere the key means something else, so it is named only where it works.
        key = f" · v {'hides' if self._revealed else 'shows'} them" if self.has_focus_within else ""
        self.post_message(self.Noted(Content.styled(f"secrets {shown}{key}", "$foreground 60%")))

    def on_descendant_focus(self) -> None:
        self.draw()

    def on_descendant_blur(self) -> None:
        self.draw()

    def _rendered(self, project: Project) -> Content:
        if self.service is None:
            text = render(project, "yaml")
        elif self.service in project.services or self.service in project.disabled:
            text = render_service(project, self.service)
        else:
            return Content.styled("The files do not have it any more.", "$foreground 60%")
        service = project.services.get(self.service or "") or project.disabled.get(self.service or "")
        where = [plain(f"# {service.place}", "italic $foreground 55%")] if service and service.place else []
        return Content("\n").join([*where, highlighted(text if self._revealed else mask_yaml(text))])
