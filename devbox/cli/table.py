"""The status table: what runs of a project, one line a container."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from devbox.cli.output import printable, stdout_style
from devbox.plan.labels import ROLLED_BACK
from devbox.plan.observed import Binding, Container, HealthState, RunState

if TYPE_CHECKING:
    from devbox.compose.model import Project
    from devbox.plan.observed import Observed

_STYLES = {
    "running": ("green",),
    "healthy": ("green",),
    "unhealthy": ("red", "bold"),
    "starting": ("yellow",),
    "restarting": ("yellow",),
    "paused": ("yellow",),
    "dead": ("red", "bold"),
    "not created": ("dim",),
}


def grid(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Left-aligned columns under `headers`; no blanks at line ends."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(headers), *cells]) for column in range(len(headers))]
    found = [stdout_style(_aligned(headers, widths), "bold")]
    for row in cells:
        padded = [_painted(cell, width) for cell, width in zip(row, widths, strict=True)]
        found.append("  ".join(padded).rstrip())
    return found


def status(project: Project, observed: Observed, now: float, *, oneoffs: bool = False) -> list[str]:
    """The table of every service of the files and every container of the project."""
    rows = [_row(container, now, project) for container in listed(project, observed, oneoffs=oneoffs)]
    there = {container.service for container in observed.containers if not container.oneoff}
    rows += [(name, "not created", "-", "-", "-") for name in project.services if name not in there]
    order = {name: number for number, name in enumerate(project.services)}
    rows.sort(key=lambda row: order.get(_service_of(row[0], order), len(order)))
    return grid(("SERVICE", "STATE", "HEALTH", "UPTIME", "PORTS"), rows)


def listed(project: Project, observed: Observed, *, oneoffs: bool = False) -> list[Container]:
    """The project's containers in the order of the files, replicas by number, orphans last."""
    order = {name: number for number, name in enumerate([*project.services, *project.disabled])}
    chosen = [container for container in observed.containers if oneoffs or not container.oneoff]
    return sorted(chosen, key=lambda c: (order.get(c.service, len(order)), c.service, c.oneoff, c.number))


def state_text(container: Container) -> str:
    """The state in the engine's word, with the exit code where it has one."""
    if container.state is RunState.EXITED and container.detail:
        killed = ", out of memory" if container.detail.oom_killed else ""
        return f"exited ({container.detail.exit_code}{killed})"
    return container.state.value


def health_text(container: Container) -> str:
    """The healthcheck's verdict; "-" without a check or where it does not run."""
    if container.health is HealthState.NONE or container.state not in (RunState.RUNNING, RunState.PAUSED):
        return "-"
    return str(container.health.value)


def uptime_text(container: Container, now: float) -> str:
    """How long it runs, and how often the engine had to start it again, or how long ago it ended."""
    detail = container.detail
    if container.state in (RunState.RUNNING, RunState.PAUSED):
        again = f" (restart {detail.restart_count})" if detail and detail.restart_count else ""
        return duration(now - (detail.started if detail and detail.started else container.created)) + again
    if detail and detail.finished:
        return f"{duration(now - detail.finished)} ago"
    return "-"


def duration(seconds: float) -> str:
    """Seconds in the two units that matter: 42s, 3m 20s, 5h 10m, 2d 4h."""
    left = max(0, int(seconds))
    days, left = divmod(left, 86400)
    hours, left = divmod(left, 3600)
    minutes, left = divmod(left, 60)
    if days:
        return f"{days}d {hours}h"
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {left}s" if minutes else f"{left}s"


def ports_text(bindings: Iterable[Binding]) -> str:
    """The published ports, each once, all interfaces unnamed: "8000->80, 127.0.0.1:5432->5432, 53->53/udp"."""
    texts: dict[str, None] = {}
    for binding in sorted(bindings, key=lambda b: (b.container_port, b.protocol, b.host_port, b.host_ip)):
        if not binding.host_port:
            continue
        host = "" if binding.host_ip in ("", "0.0.0.0", "::") else f"{_bracketed(binding.host_ip)}:"
        protocol = "" if binding.protocol == "tcp" else f"/{binding.protocol}"
        texts[f"{host}{binding.host_port}->{binding.container_port}{protocol}"] = None
    return ", ".join(texts) or "-"


def _row(container: Container, now: float, project: Project) -> tuple[str, str, str, str, str]:
    name = container.service
    if container.oneoff:
        name = f"{name} (run: {container.name})"
    elif container.number > 1 or _scaled(project, container.service):
        name = f"{name} #{container.number}"
    elif project.files and name not in project.services and name not in project.disabled:
        name = f"{name} (orphan)"
    if ROLLED_BACK in container.labels:
        name = f"{name} (rolled back)"
    ports = ports_text(container.bindings)
    return name, state_text(container), health_text(container), uptime_text(container, now), ports


def _scaled(project: Project, service: str) -> bool:
    return service in project.services and project.services[service].replicas > 1


def _service_of(name: str, order: dict[str, int]) -> str:
    return name if name in order else name.split(" ")[0]


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _painted(cell: str, width: int) -> str:
    styles = _STYLES.get(cell, ("red",) if cell.startswith("exited") and cell != "exited (0)" else ())
    return stdout_style(cell, *styles) + " " * (width - len(cell))
