"""The Config tab: a service's canonical YAML, or the project's, and where the value under the cursor comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from devbox.compose.masking import mask_yaml
from devbox.compose.model import Project
from devbox.compose.output import render, render_service
from devbox.compose.report import Path
from devbox.compose.yaml_paths import line_paths
from devbox.plan.labels import ROLLED_BACK
from devbox.plan.names import short_id
from devbox.tui.panels.main.feeds import Feeds
from devbox.tui.panels.main.provenance import Provenance
from devbox.tui.panels.main.tab import Tab
from devbox.tui.panels.main.yaml_page import Lines, LineScroll
from devbox.tui.panels.main.yaml_text import highlighted
from devbox.tui.text import plain


class ConfigTab(Tab):
    """Secrets are dots until they are asked for; the text is rendered again only for another project or service."""

    DEFAULT_CSS = """
    ConfigTab { layout: vertical; }
    ConfigTab LineScroll { height: 1fr; background: $surface; scrollbar-size-vertical: 1; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("v", "reveal", "Show secrets", show=False)]

    def __init__(self, session: Feeds, *, id: str) -> None:
        super().__init__(id=id)
        self._session = session
        self._revealed = False
        self._about: tuple[object, ...] | None = None
        self._text = ""
        self._paths: list[Path] = []

    def compose(self) -> ComposeResult:
        with LineScroll():
            yield Lines()
        yield Provenance()

    def opened(self) -> None:
        self._revealed = False
        self._about = None
        self.draw()

    def action_reveal(self) -> None:
        """Show secrets, or hide them again."""
        self._revealed = not self._revealed
        self.draw()

    def draw(self) -> None:
        if self.state is None:
            return
        project, problems = self.state.project, self.state.problems
        about = (project if project is not None else problems, self.service, self._revealed, *self._rolled_back())
        if self._about is None or about[0] is not self._about[0] or about[1:] != self._about[1:]:
            same = self._about is not None and about[1] == self._about[1]
            self._about = about
            self._put(self._rendered(project) if project is not None else self._refused(), keep=same)
        self._note()

    def on_resize(self, event: events.Resize) -> None:
        self._explain()

    def on_descendant_focus(self) -> None:
        self._note()

    def on_descendant_blur(self) -> None:
        self._note()

    def on_line_scroll_moved(self, event: LineScroll.Moved) -> None:
        event.stop()
        self._go(self._lines.cursor + event.by)

    def on_lines_pointed(self, event: Lines.Pointed) -> None:
        event.stop()
        self._go(event.line)

    def copy_text(self) -> str:
        return self._text

    @property
    def _lines(self) -> Lines:
        return self.query_one(Lines)

    def _put(self, lines: list[Content], *, keep: bool) -> None:
        self._text = "\n".join(line.plain for line in lines)
        self._lines.put(lines)
        if not keep:
            self._go(next((at for at, path in enumerate(self._paths) if path), 0))
            self.query_one(LineScroll).scroll_home(animate=False)
        self._explain()

    def _go(self, line: int) -> None:
        rows = self._lines.move(line)
        self.query_one(LineScroll).scroll_to_region(rows, animate=False)
        self._explain()

    def _explain(self) -> None:
        cursor = self._lines.cursor
        path = self._paths[cursor] if cursor < len(self._paths) else ()
        project = self.state.project if self.state else None
        found = self._session.explain(path) if path and project is not None else iter(())
        folder = project.working_dir if project is not None else ""
        self.query_one(Provenance).put(path, found, folder, revealed=self._revealed, room=self.size.height // 3)

    def _note(self) -> None:
        shown = "shown" if self._revealed else "hidden"
        # Elsewhere the key means something else, so it is named only where it works.
        key = f" · v {'hides' if self._revealed else 'shows'} them" if self.has_focus_within else ""
        self.post_message(self.Noted(Content.styled(f"secrets {shown}{key}", "$foreground 60%")))

    def _refused(self) -> list[Content]:
        self._paths = []
        problems = [str(problem) for problem in self.state.problems] if self.state else []
        return [plain(problem, "$text-error") for problem in problems] or [
            plain("No project is open.", "$foreground 60%")
        ]

    def _rendered(self, project: Project) -> list[Content]:
        show: Callable[[str], str] = str if self._revealed else mask_yaml
        if self.service is None:
            text = show(render(project, "yaml"))
            self._paths = line_paths(text)
            return highlighted(text)
        service = project.services.get(self.service) or project.disabled.get(self.service)
        if service is None:
            self._paths = []
            return [Content.styled("The files do not have it any more.", "$foreground 60%")]
        text = show(render_service(project, self.service))
        above = [plain(f"# {service.place}", "italic $foreground 55%")] if service.place else []
        above += [plain(f"# {line}", "italic $text-warning") for line in self._rolled_back()]
        self._paths = [*((),) * len(above), *(("services", *path) if path else () for path in line_paths(text))]
        return [*above, *highlighted(text)]

    def _rolled_back(self) -> list[str]:
        """The containers of the service that run the image before this one."""
        row = self.state.row(self.service) if self.state and self.service else None
        return [
            f"{one.name} is rolled back: it runs {short_id(one.image_id)} in place of {one.labels[ROLLED_BACK]}"
            for one in (row.containers if row else ())
            if ROLLED_BACK in one.labels
        ]
