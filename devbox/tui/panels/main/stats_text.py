"""The Stats tab's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from devbox.plan.observed import Container, RunState
from devbox.session.state import ServiceRow, Usage
from devbox.tui.amounts import percent, size
from devbox.tui.text import plain, shorten_name
from devbox.tui.widgets.sparkline import graph

_QUIET = "$foreground 60%"
_LABEL = 9
_MOST_POINTS = 120


def service_stats(
    containers: Sequence[Container], usage: Mapping[str, Usage], cpus: int, width: int, height: int
) -> Content:
    """Each replica with its graphs; as high as the room allows."""
    running = [container for container in containers if container.state in (RunState.RUNNING, RunState.PAUSED)]
    if not running:
        return Content.styled("Nothing runs, so nothing is used.", _QUIET)
    rows = 3 if height >= len(running) * 18 else 2 if height >= len(running) * 14 else 1
    blocks = []
    for container in running:
        used = usage.get(container.id)
        head = [plain(container.name, "bold", lines=False)] if len(running) > 1 else []
        body = _graphs(used, cpus, width, rows) if used else [Content.styled("measuring …", _QUIET)]
        blocks.append(Content("\n").join([*head, *body]))
    return Content("\n\n").join(blocks)


def stack_stats(rows: Sequence[ServiceRow], usage: Mapping[str, Usage], cpus: int, width: int) -> Content:
    """A line for each container that is measured, and the sum."""
    measured = [(row, container) for row in rows for container in row.containers if container.id in usage]
    if not measured:
        return Content.styled("Nothing runs, so nothing is used.", _QUIET)
    names = [row.name if len(row.containers) < 2 else f"{row.name}-{container.number}" for row, container in measured]
    wide = min(24, max(7, *(len(name) for name in names)))
    room = min(_MOST_POINTS, width - wide - 46)
    lines = [Content.styled(f"{'':{wide}}  {'CPU':>6}  {'memory':>7}  {'in':>7}  {'out':>7}  {'pids':>5}", _QUIET)]
    for name, (_, container) in zip(names, measured, strict=True):
        used = usage[container.id]
        line = plain(f"{shorten_name(name, wide):{wide}}", "bold") + Content(
            f"  {percent(used.cpu):>6}  {size(used.memory):>7}  {size(used.net_rx):>5}/s  {size(used.net_tx):>5}/s"
            f"  {used.pids:>5}"
        )
        if room >= 10:
            line += Content("  ") + Content.styled(graph(used.cpu_history, room)[0], "$text-primary")
        lines.append(line)
    every = [usage[container.id] for _, container in measured]
    cpu = sum(used.cpu for used in every)
    memory = size(sum(used.memory for used in every))
    total = f"Together {percent(cpu)} of a core{_of_host(cpu, cpus)}, {memory} of memory"
    lines += [Content(""), Content.styled(total, "bold")]
    return Content("\n").join(lines)


def _graphs(used: Usage, cpus: int, width: int, rows: int) -> list[Content]:
    limit = f" of {size(used.memory_limit)} ({100 * used.memory / used.memory_limit:.0f}%)" if used.memory_limit else ""
    found = _graph(
        "CPU", f"{percent(used.cpu)} of a core{_of_host(used.cpu, cpus)}", used.cpu_history, percent, width, rows
    )
    found += _graph("Memory", f"{size(used.memory)}{limit}", used.memory_history, size, width, rows)
    found += _graph("Net in", f"{size(used.net_rx)}/s", used.net_rx_history, _rate, width, rows)
    found += _graph("Net out", f"{size(used.net_tx)}/s", used.net_tx_history, _rate, width, rows)
    found.append(
        Content.styled(f"{'Disk':<{_LABEL}}", "bold")
        + Content(f"reads {size(used.block_read)}/s, writes {size(used.block_write)}/s")
        + Content.styled("   Processes ", "bold")
        + Content(str(used.pids))
    )
    return found


def _graph(
    label: str, value: str, history: Sequence[float], text: Callable[[float], str], width: int, rows: int
) -> list[Content]:
    """The value, then its course with the lowest and highest of what is seen."""
    head = Content.styled(f"{label:<{_LABEL}}", "bold") + Content(value)
    room = min(_MOST_POINTS, width - _LABEL - 12)
    if len(history) < 2 or room < 10:
        return [head]
    seen = history[-room:]
    drawn = graph(seen, room, rows)
    labels = [""] * rows
    labels[0], labels[-1] = f" {text(max(seen))} max", f" {text(min(seen))} min"
    if rows == 1:
        labels[0] = f" {text(min(seen))}–{text(max(seen))}"
    lines = [
        Content(" " * _LABEL) + Content.styled(line, "$text-primary on $panel 60%") + Content.styled(note, _QUIET)
        for line, note in zip(drawn, labels, strict=True)
    ]
    return [head, *lines]


def _of_host(cpu: float, cpus: int) -> str:
    return f" · {percent(cpu / cpus)} of the host's {cpus}" if cpus else ""


def _rate(count: float) -> str:
    return f"{size(count)}/s"
