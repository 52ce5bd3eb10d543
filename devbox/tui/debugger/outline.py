"""A tree painted by rows: only what is in sight is painted, parts are asked for when they are opened."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from devbox.tui.debugger.node import TONES, Node, walk
from devbox.tui.text import clean
from devbox.tui.widgets.moves import MOVES

_INDENT = 2
_LONGEST = 600
"""Characters of a row that are looked at: what is wider than any screen is read elsewhere."""


class Outline(ScrollView, can_focus=True):
    """Shows nodes; what was open stays open by its key, the cursor stays on its node."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"outline--{tone}" for tone in TONES),
        "outline--cursor",
        "outline--cursor-away",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("right,l", "unfold(True)", show=False),
        Binding("left,h", "unfold(False)", show=False),
        Binding("enter", "choose", show=False),
        Binding("space", "turn", show=False),
    ]

    class Told(Message):
        """Something about a node of an outline."""

        def __init__(self, outline: Outline, node: Node) -> None:
            super().__init__()
            self.outline = outline
            self.node = node

        @property
        def control(self) -> Outline:
            return self.outline

    class Opened(Told):
        """It is open, and its parts are not there; told again with every update until they are."""

    class Chosen(Told):
        """Enter, or a click."""

    class Toggled(Told):
        """Space, on a node without parts."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        """`empty`: what stands where there is nothing."""
        super().__init__(id=id)
        self.empty = empty
        self.roots: tuple[Node, ...] = ()
        self.rows: list[tuple[int, Node]] = []
        self._turned: set[str] = set()
        """Keys of nodes that are not as they begin."""
        self._cursor = ""
        self._at = 0
        self._width = 0
        self._stale = False
        self._tones: dict[str, Style] = {}

    # What is shown

    def show(self, roots: tuple[Node, ...]) -> None:
        """Show these; nothing is painted if they are the same."""
        if roots != self.roots:
            self.roots = roots
            self._lay_out()

    def _lay_out(self) -> None:
        self.rows = walk(self.roots, self.is_open)
        keys = [node.key for _, node in self.rows]
        self._at = keys.index(self._cursor) if self._cursor in keys else max(0, min(self._at, len(keys) - 1))
        self._cursor = keys[self._at] if keys else ""
        for _, node in self.rows:
            if node.children is None and self.is_open(node):
                self.post_message(self.Opened(self, node))
        self.virtual_size = Size(1, len(self.rows))
        self.refresh()

    @property
    def stale(self) -> bool:
        """Whether it shows what was so, in a quiet voice."""
        return self._stale

    @stale.setter
    def stale(self, stale: bool) -> None:
        if stale is not self._stale:
            self._stale = stale
            self.refresh()

    def is_open(self, node: Node) -> bool:
        return node.begins is not (node.key in self._turned)

    @property
    def node(self) -> Node | None:
        """The one under the cursor."""
        return self.rows[self._at][1] if self.rows else None

    def go(self, key: str) -> None:
        """Put the cursor on the node of that key, if it is in sight."""
        for at, (_, node) in enumerate(self.rows):
            if node.key == key:
                self._to(at)

    def go_to_end(self) -> None:
        """The last row in sight."""
        self._to(len(self.rows) - 1)

    def _to(self, at: int) -> None:
        if self.rows:
            self.refresh_line(self._at)
            self._at = max(0, min(at, len(self.rows) - 1))
            self._cursor = self.rows[self._at][1].key
            self.refresh_line(self._at)
            self.scroll_to_region(Region(0, self._at, 1, 1), animate=False, force=True)

    def turn(self, node: Node) -> None:
        """Open it, or close it."""
        self._turned ^= {node.key}
        self._lay_out()

    # Keys and mouse

    def action_move(self, step: int) -> None:
        self._to(self._at + step)

    def action_page(self, step: int) -> None:
        self._to(self._at + step * max(1, self.size.height - 1))

    def action_end(self, step: int) -> None:
        self._to(0 if step < 0 else len(self.rows) - 1)

    def action_unfold(self, opened: bool) -> None:
        node = self.node
        if node is None:
            return
        if node.children != () and self.is_open(node) is not opened:
            self.turn(node)
        elif opened:
            self._to(self._at + 1)
        else:
            depth = self.rows[self._at][0]
            above = [at for at in range(self._at) if self.rows[at][0] < depth]
            self._to(above[-1] if above else self._at)

    def action_choose(self) -> None:
        if self.node is not None:
            self.post_message(self.Chosen(self, self.node))

    def action_turn(self) -> None:
        node = self.node
        if node is not None and node.children != ():
            self.turn(node)
        elif node is not None:
            self.post_message(self.Toggled(self, node))

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if not 0 <= at < len(self.rows):
            return
        self._to(at)
        depth, node = self.rows[at]
        if node.children != () and event.x <= depth * _INDENT + 1:
            self.turn(node)
        else:
            self.post_message(self.Chosen(self, node))

    # Painting

    def on_resize(self, event: events.Resize) -> None:
        self._width = self.scrollable_content_region.width
        self.virtual_size = Size(1, len(self.rows))
        self.scroll_to_region(Region(0, self._at, 1, 1), animate=False, force=True)
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._tones = {}

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh_line(self._at)

    def render_line(self, y: int) -> Strip:
        width = self._width or self.size.width
        at = y + self.scroll_offset.y
        if at >= len(self.rows):
            style = self._tone("")
            if y == 0 and not self.rows and self.empty:
                return Strip([Segment(f" {self.empty}", style + self._tone("quiet"))]).crop_extend(0, width, style)
            return Strip.blank(width, style)
        depth, node = self.rows[at]
        back = Style()
        if at == self._at and (self.has_focus or node.children != () or len(self.rows) > 1):
            name = "outline--cursor" if self.has_focus else "outline--cursor-away"
            back = Style(bgcolor=self.get_component_rich_style(name).bgcolor)
        mark = " " if node.children == () else "▾" if self.is_open(node) else "▸"
        segments = [Segment(" " * (depth * _INDENT) + f"{mark} ", self._tone("quiet") + back)]
        left = _LONGEST
        for text, tone in node.spans:
            segments.append(
                Segment(clean(text[:left], lines=False), self._tone("quiet" if self._stale else tone) + back)
            )
            left -= len(text)
            if left <= 0:
                break
        strip = Strip(segments)
        if strip.cell_length > width:
            strip = Strip([*strip.crop(0, max(0, width - 1)), Segment("…", self._tone("quiet") + back)])
        return strip.crop_extend(0, width, self._tone("") + back)

    def _tone(self, tone: str) -> Style:
        """Of a voice; "": the widget's own, which costs as much to find as a row to paint."""
        if tone not in self._tones:
            self._tones[tone] = self.get_component_rich_style(f"outline--{tone}") if tone else self.rich_style
        return self._tones[tone]
