"""Host ports: found taken before anything starts, with who holds them."""

from __future__ import annotations

from collections.abc import Iterable

from devbox.compose.model import Port, Service
from devbox.errors import Problem
from devbox.record import dataclass

V4, V6 = "4", "6"
_SHARED = "publish another host port, a range (8000-8010), or none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has a host port, in words; `until` are ids of the steps after which it is free (none: it stays taken)."""

    host_ip: str
    port: int
    protocol: str
    who: str
    hint: str = ""
    until: tuple[str, ...] = ()


def overlaps(one: str, other: str) -> bool:
    """Whether two host addresses can claim the same port; "" is every address of both families."""
    if not _families(one) & _families(other):
        return False
    return one == other or _is_wild(one) or _is_wild(other)


def _families(address: str) -> frozenset[str]:
    if address in ("", "*"):
        return frozenset({V4, V6})
    return frozenset({V6 if ":" in address else V4})


def _is_wild(address: str) -> bool:
    return address in ("", "*", "0.0.0.0", "::", "[::]")


def claim(service: Service, name: str, holders: list[Holder]) -> tuple[list[Problem], set[str]]:
    """Take the ports that the container `name` publishes.

    Returns what is wrong, and the steps after which it can start; what it takes is added to `holders`.
    """
    problems: list[Problem] = []
    after: set[str] = set()
    if service.network_mode == "host":
        return problems, after
    taken: list[Holder] = []
    for at, port in enumerate(service.ports):
        options = port.numbers
        held = {number: _holders(number, port, holders) for number in options}
        after.update(id for found in held.values() for holder in found for id in holder.until)
        free = [number for number in options if not any(not holder.until for holder in held[number])]
        if options and not free:
            problems.append(_problem(service, at, held[options[0]][0]))
        elif options:
            protocol = port.protocol or "tcp"
            who = f"{name} of this project"
            taken.append(Holder(host_ip=port.host_ip, port=free[0], protocol=protocol, who=who, hint=_SHARED))
    holders.extend(taken)
    return problems, after


def _holders(number: int, port: Port, holders: Iterable[Holder]) -> list[Holder]:
    return [
        one
        for one in holders
        if one.port == number and one.protocol == (port.protocol or "tcp") and overlaps(one.host_ip, port.host_ip)
    ]


def _problem(service: Service, at: int, holder: Holder) -> Problem:
    port = service.ports[at]
    return Problem(
        message=f"port {port.published}/{port.protocol or 'tcp'} is already taken by {holder.who}",
        place=service.place,
        path=f"services.{service.name}.ports[{at}].published",
        hint=holder.hint or "stop that one first, or publish another host port",
    )
