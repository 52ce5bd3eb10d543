"""Painting a flooded log: devbox's LogView beside Textual's own Log and RichLog, each in a headless application.

Prints, for each rate, the CPU that painting takes and the time from a key to the next painted frame; then ratios.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Log, RichLog

from devbox.logs.buffer import LogBuffer
from devbox.logs.line import LogLine, Stream
from devbox.logs.merged import MergedLog
from devbox.tui.widgets.log_view import LogView

_SECONDS = 4.0
_BATCHES = 50
"""Of lines a second."""
_TEXT = (
    "2026-01-01T00:00:00 \x1b[32mINFO\x1b[0m request GET /jobs/%09d answered in 12 ms by worker 3, queue is empty now"
)


class Subject:
    """A widget and how it is fed."""

    def __init__(self, name: str, widget: Widget, feed: Callable[[list[str]], None], up: Callable[[], None]) -> None:
        self.name = name
        self.widget = widget
        self.feed = feed
        self.up = up


def devbox_view(services: int) -> Subject:
    """LogView on the merged log of some services, each with its ring."""
    buffers = [LogBuffer(20_000, 16 << 20) for _ in range(services)]
    view = LogView()
    merged = MergedLog(buffers)

    def feed(texts: list[str]) -> None:
        if view.is_mounted and view._window.source is not merged:
            view.show(merged, [f"service-{index}" for index in range(services)])
        now = time.time_ns()
        for index, buffer in enumerate(buffers):
            part = texts[index::services]
            buffer.extend(
                [LogLine(f"service-{index}", "c", Stream.STDOUT, now + at, text) for at, text in enumerate(part)]
            )

    return Subject("LogView", view, feed, lambda: view.action_rows(-1))


def textual_log() -> Subject:
    log = Log(max_lines=20_000)
    return Subject("Log", log, lambda texts: log.write_lines(texts) and None, lambda: log.scroll_up(animate=False))


def rich_log() -> Subject:
    log = RichLog(max_lines=20_000)

    def feed(texts: list[str]) -> None:
        for text in texts:
            log.write(text)

    return Subject("RichLog", log, feed, lambda: log.scroll_up(animate=False))


class Host(App[None]):
    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject

    def compose(self) -> ComposeResult:
        yield self.subject.widget


async def measure(make: Callable[[], Subject], rate: int) -> tuple[float, float, int]:
    """(CPU in percent of a core, ms from a key to its frame (median), lines fed a second)."""
    subject = make()
    app = Host(subject)
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause(0.2)
        painted = asyncio.Event()
        render = app.screen._compositor.render_update

        def watched(*arguments: object, **named: object) -> object:
            painted.set()
            return render(*arguments, **named)  # type: ignore[arg-type]

        app.screen._compositor.render_update = watched  # type: ignore[method-assign,assignment]
        count, keys = 0, []
        started, cpu = time.perf_counter(), time.process_time()
        next_key = started + 0.5
        while (now := time.perf_counter()) < started + _SECONDS:
            due = int((now - started) * rate) - count
            subject.feed([_TEXT % (count + at) for at in range(due)])
            count += due
            if now >= next_key:
                next_key = now + 0.25
                painted.clear()
                begun = time.perf_counter()
                subject.up()
                await painted.wait()
                keys.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(1 / _BATCHES)
        spent = time.perf_counter() - started
        return (time.process_time() - cpu) / spent * 100, statistics.median(keys or [0.0]), int(count / spent)


def main() -> None:
    makers: dict[str, Callable[[], Subject]] = {
        "LogView": lambda: devbox_view(1),
        "LogView, 3 services merged": lambda: devbox_view(3),
        "Log (no colours)": textual_log,
        "RichLog": rich_log,
    }
    for rate in (2_000, 60_000):
        print(f"\n{rate:,} lines/s wanted, 200x50")
        results = {}
        for name, make in makers.items():
            if name == "RichLog" and rate > 2_000:
                # It paints some hundred lines a second: the run would take minutes.
                continue
            results[name] = asyncio.run(measure(make, rate))
            cpu, key, got = results[name]
            print(f"  {name:<28} CPU {cpu:5.1f} %   key to frame {key:5.1f} ms   {got:,} lines/s")
        for name, (cpu, _, got) in results.items():
            if name != "LogView":
                ours = results["LogView"]
                print(f"  LogView / {name}: CPU a line {ours[0] / ours[2] / (cpu / max(got, 1)):.2f}")


if __name__ == "__main__":
    main()
