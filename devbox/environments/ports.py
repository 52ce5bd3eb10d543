"""Host ports that two environments both want."""

from __future__ import annotations

from devbox.compose.model import Port, Project, Service
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A host port that `service` publishes and that `other`, a service of the other project, publishes too."""

    port: int
    protocol: str
    service: str
    other: str


def clashes(mine: Project, theirs: Project) -> tuple[Clash, ...]:
    """The fixed host ports of both, by port; a range counts only where it leaves no free port, so not here."""
    if mine.name == theirs.name:
        return ()
    taken = [(port, service) for service in theirs.services.values() for port in _fixed(service)]
    found = []
    for service in mine.services.values():
        for port in _fixed(service):
            for other, holder in taken:
                if _same(port, other):
                    number = int(port.published)
                    clash = Clash(port=number, protocol=port.protocol, service=service.name, other=holder.name)
                    found.append(clash)
                    break
    return tuple(sorted(found, key=lambda clash: (clash.port, clash.protocol)))


def _fixed(service: Service) -> list[Port]:
    if service.network_mode == "host":
        return []
    return [port for port in service.ports if port.published.isdigit() and port.published != "0"]


def _same(one: Port, other: Port) -> bool:
    if one.published != other.published or one.protocol != other.protocol:
        return False
    wild = {"", "0.0.0.0", "::"}
    return one.host_ip == other.host_ip or one.host_ip in wild or other.host_ip in wild
