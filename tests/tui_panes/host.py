"""A small application around the main pane, with logs and State made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from textual.app import App, ComposeResult

from devbox.compose.provenance import Explainer, Explanation
from devbox.compose.report import Path
from devbox.errors import NotFound
from devbox.logs.buffer import LogBuffer
from devbox.logs.line import LogLine, Stream
from devbox.logs.merged import MergedLog
from devbox.plan.observed import Container
from devbox.tui.panels.main.pane import MainPane
from devbox.tui.widgets.log_view import LogView

BIRTH = 1_700_000_000_000_000_000

HOSTILE = (
    "[/b] [red]not markup[/] [@click=app.quit]x[/]",
    "\x1b[2J\x1b[H\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1bP+q\x1b\\ \x1b[?1049l end",
    "nul \x00 bell \x07 backspace \x08 del \x7f c1 \x9b31m next \x85 unended \x1b]0;x \x1b[38;2;9 \x1b",
    "invalid \udcff\udc80 \ufffd",
    "שלום \u202eevil\u202c مرحبا \u2066x\u2069",
    "👍🏽 👨‍👩‍👧 🇩🇪 ❤️ 日本語 e\u0301 \u200b",
    "\ttab\ttab\r\nline\u2028separator",
    "10%\r55%\r100%",
    "x" * 1_000_000,
    "日本" * 20_000,
    "\x1b[31mr" * 5_000,
)


def lines(service: str, texts: Iterable[str], *, start: int = 0, stream: Stream = Stream.STDOUT) -> list[LogLine]:
    """A line a millisecond."""
    return [
        LogLine(service, f"{service}-1", stream, BIRTH + (start + index) * 1_000_000, text)
        for index, text in enumerate(texts)
    ]


class FakeLogs:
    """Buffers that the test fills; `shown` is what was asked for last."""

    def __init__(self) -> None:
        self.buffers: dict[str, LogBuffer] = {}
        self.shown: tuple[str, ...] = ()
        self._merged = MergedLog()
        self.listeners: list[Callable[[], None]] = []

    def buffer(self, service: str) -> LogBuffer:
        if service not in self.buffers:
            self.buffers[service] = LogBuffer(20_000, 16 << 20)
            self._merged.add(self.buffers[service])
        return self.buffers[service]

    def merged(self) -> MergedLog:
        return self._merged

    def show(self, services: Iterable[str]) -> None:
        self.shown = tuple(services)
        for service in self.shown:
            self.buffer(service)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def forget(self) -> None:
        """As after a switch to another environment."""
        self.buffers, self._merged = {}, MergedLog()


class FakeFeeds:
    """A session as the pane sees it."""

    def __init__(self) -> None:
        self.logs = FakeLogs()
        self.planning = False
        self.containers: dict[str, Container] = {}
        self.explainer: Explainer | None = None

    def explain(self, path: Path) -> Iterator[Explanation]:
        return self.explainer.below(path) if self.explainer and self.explainer.has(path) else iter(())

    def want_plan(self, wanted: bool) -> None:
        self.planning = wanted

    async def inspect(self, container: str) -> Container:
        if container not in self.containers:
            raise NotFound(f"no such container: {container}")
        return self.containers[container]


class PaneApp(App[None]):
    """The main pane alone."""

    def __init__(self, feeds: FakeFeeds) -> None:
        super().__init__()
        self.feeds = feeds

    def compose(self) -> ComposeResult:
        yield MainPane(self.feeds, lambda id: "")

    @property
    def pane(self) -> MainPane:
        return self.query_one(MainPane)


class LogApp(App[None]):
    """A LogView alone."""

    def __init__(self, buffer: LogBuffer) -> None:
        super().__init__()
        self.buffer = buffer

    def compose(self) -> ComposeResult:
        yield LogView(self.buffer)

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)


def screen(app: App[None]) -> list[str]:
    """The rows of the screen as text, without the blanks at their ends."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def text(app: App[None]) -> str:
    """The whole screen."""
    return "\n".join(screen(app))
