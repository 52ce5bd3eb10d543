"""Content that is rendered and measured again only for another width or look: a cursor repaints two rows."""

from __future__ import annotations

from textual.content import Content
from textual.css.styles import RulesMap
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual


class RenderedOnce(Visual):
    """As the content itself; Textual renders a widget's whole content, 200 ms for 1,500 lines, to repaint one row."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self._about: tuple[int, int | None, Style, Selection | None] | None = None
        self._strips: list[Strip] = []
        self._heights: dict[int, int] = {}

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        about = (width, height, style, options.selection)
        if about != self._about:
            self._about = about
            self._strips = self.content.render_strips(width, height, style, options)
        return self._strips

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return self.content.get_optimal_width(rules, container_width)

    def get_minimal_width(self, rules: RulesMap) -> int:
        return self.content.get_minimal_width(rules)

    def get_height(self, rules: RulesMap, width: int) -> int:
        if width not in self._heights:
            self._heights = {width: self.content.get_height(rules, width)}
        return self._heights[width]
