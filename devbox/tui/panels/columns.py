"""Which columns of the service list fit, how wide they are, and what stands in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size

from devbox.record import dataclass
from devbox.tui.panels.rows import Kind, Row
from devbox.tui.status import Status, Tone
from devbox.tui.text import shorten_name

Cell = tuple[str, Tone]

GUTTER = 3
"""Mark, symbol, space."""


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in cells without the gap before the next column."""

    title: str
    width: int
    cell: Callable[[Row], Cell]
    right: bool = False
    name: bool = False
    """Cut in the middle instead of at the end."""

    def text(self, of: str) -> str:
        """`of` in exactly the column's width."""
        return fit(shorten_name(of, self.width) if self.name else of, self.width, self.right)


def fit(text: str, width: int, right: bool = False) -> str:
    """Exactly `width` cells, cut with an ellipsis."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, max(width - 1, 0)) + "…"[:width]
    return " " * (width - length) + text if right else text + " " * (width - length)


def _name(row: Row) -> Cell:
    if row.kind in (Kind.REPLICA, Kind.ONEOFF):
        return f"  {row.name}", Tone.PLAIN
    if row.replicas > 1:
        return f"{row.name} {'▾' if row.opened else '▸'}", Tone.PLAIN
    return row.name, Tone.OFF if row.dim else Tone.PLAIN


def _of(status: Status | None) -> Cell:
    return (status.word, status.tone) if status else ("", Tone.OFF)


def _ports(width: int) -> Callable[[Row], Cell]:
    """As many whole ports as fit, then how many more."""

    def cell(row: Row) -> Cell:
        tone = Tone.OFF if row.dim else Tone.PLAIN
        for count in range(len(row.ports), 0, -1):
            rest = len(row.ports) - count
            text = " ".join(row.ports[:count]) + (f" +{rest}" if rest else "")
            if len(text) <= width or count == 1:
                return text, tone
        return "", tone

    return cell


def layout(width: int, rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns for a list of `width` cells: narrow, state and health share one; wide, the image shows too."""
    longest = max((cell_len(_name(row)[0]) for row in rows if row.kind is not Kind.HEADING), default=8)
    longest_ports = max((len(" ".join(row.ports)) for row in rows), default=0)
    uptime = Column(
        "UP", 7, lambda row: (row.uptime, Tone.OFF if row.uptime.endswith("ago") else Tone.PLAIN), right=True
    )
    cpu = Column("CPU", 5, lambda row: (row.cpu, Tone.PLAIN), right=True)
    memory = Column("MEM", 5, lambda row: (row.memory, Tone.PLAIN), right=True)
    joined = Column("STATE", 13, lambda row: _of(row.status))
    if width < 46:
        return (Column("SERVICES", max(width - GUTTER - 14, 6), _name, name=True), joined)
    if width < 62:
        return (Column("SERVICES", width - GUTTER - 1 - 13 - 2 - 7 - 1, _name, name=True), joined, uptime)
    split = width >= 88
    state: tuple[Column, ...] = (joined,)
    if split:
        state = (Column("STATE", 13, lambda row: _of(row.state)), Column("HEALTH", 12, lambda row: _of(row.health)))
    fixed = [*state, uptime, cpu, memory]
    gaps = 2 * (len(fixed) + 1) + 1
    room = width - GUTTER - sum(column.width for column in fixed) - gaps
    name = min(max(longest, 10), max(room - 8, 10), 32)
    ports = min(max(longest_ports, 5), room - name)
    left = room - name - ports - 2
    columns = [
        Column("SERVICES", name, _name, name=True),
        *state,
        uptime,
        Column("PORTS", ports, _ports(ports)),
        cpu,
        memory,
    ]
    if left >= 12 and any(row.image for row in rows):
        columns.append(Column("IMAGE", left, lambda row: (row.image, Tone.OFF)))
    elif left > 0:
        columns[0] = Column("SERVICES", name + min(left, 12), _name, name=True)
    return tuple(columns)
