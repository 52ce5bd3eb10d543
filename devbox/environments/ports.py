"""Host ports that environments both want."""

from __future__ import annotations

from collections.abc import Iterator

from devbox.compose.model import Port, Project, Service
from devbox.compose.report import Path
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A host port that `service` publishes and that `other`, a service of the other project, publishes too."""

    port: int
    protocol: str
    service: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One published port; `numbers` are those of which it takes one, `path` its value in the model."""

    service: str
    host_ip: str
    numbers: range
    protocol: str
    path: Path

    def meets(self, other: Published) -> range:
        """The numbers that both can take; empty where their addresses or protocols keep them apart."""
        first, last = max(self.numbers[0], other.numbers[0]), min(self.numbers[-1], other.numbers[-1])
        apart = self.protocol != other.protocol or not _same_address(self.host_ip, other.host_ip)
        return range(0) if apart else range(first, last + 1)

    def __str__(self) -> str:
        first, last = self.numbers[0], self.numbers[-1]
        address = f"{self.host_ip}:" if self.host_ip else ""
        return f"{address}{first}-{last}" if last > first else f"{address}{first}"


def clashes(mine: Project, theirs: Project) -> tuple[Clash, ...]:
    """The fixed host ports of both, by port; a range counts only where it leaves no free port, so not here."""
    if mine.name == theirs.name:
        return ()
    taken = [one for one in published(theirs) if len(one.numbers) == 1]
    found = []
    for one in published(mine):
        holder = next((other for other in taken if len(one.numbers) == 1 and one.meets(other)), None)
        if holder is not None:
            number = one.numbers[0]
            found.append(Clash(port=number, protocol=one.protocol, service=one.service, other=holder.service))
    return tuple(sorted(found, key=lambda clash: (clash.port, clash.protocol)))


def published(project: Project) -> Iterator[Published]:
    """The host ports that the files fix, ranges included; without those that the engine chooses."""
    for service in project.services.values():
        for at, port in enumerate(_ports(service)):
            if numbers := port.numbers:
                yield Published(
                    service=service.name,
                    host_ip=port.host_ip,
                    numbers=numbers,
                    protocol=port.protocol or "tcp",
                    path=("services", service.name, "ports", at, "published"),
                )


def _ports(service: Service) -> tuple[Port, ...]:
    return () if service.network_mode == "host" else service.ports


def _same_address(one: str, other: str) -> bool:
    wild = {"", "0.0.0.0", "::"}
    return one == other or one in wild or other in wild
