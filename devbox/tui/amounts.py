"""Numbers as people read them, short: times, sizes, shares, ports."""

from __future__ import annotations

from collections.abc import Iterable

from devbox.compose.model import Port
from devbox.plan.observed import Binding


def span(seconds: float) -> str:
    """ "4s", "12m", "3h 5m", "2d 4h": never wider than seven cells below 100 days; changes rarely once it is long."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60}m"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"


def age(seconds: float) -> str:
    """As `span`, above ten seconds in steps of five: a list whose every line changes each second is never at rest."""
    return span(seconds if seconds < 10 or seconds >= 60 else seconds // 5 * 5)


def ago(seconds: float) -> str:
    """ "4s ago", "12m ago", "3h ago", "20w ago": the largest unit alone, never wider than seven cells."""
    days = int(seconds) // 86400
    if days >= 100:
        return f"{days // 7}w ago"
    return f"{age(seconds).split()[0]} ago"


def took(seconds: float) -> str:
    """How long something took: "0.4s", "12s", "2m 5s"."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = int(seconds)
    return f"{whole // 60}m {whole % 60}s" if 60 <= whole < 3600 else span(seconds)


def size(count: float) -> str:
    """ "512B", "4.5K", "128M", "1.2G": binary, at most five cells."""
    if count < 1024:
        return f"{int(count)}B"
    for unit in "KMGT":
        count /= 1024
        if count < 1024 or unit == "T":
            break
    return f"{count:.1f}{unit}" if count < 10 else f"{count:.0f}{unit}"


def percent(share: float) -> str:
    """Of one core: "0.4%", "125%"."""
    return f"{share:.1f}%" if share < 10 else f"{share:.0f}%"


def published(bindings: Iterable[Binding]) -> list[tuple[int, str]]:
    """(host port, "8000" or "8000→80" or "53/udp"), once for IPv4 and IPv6 together, by host port."""
    found = {(binding.host_port, binding.container_port, binding.protocol) for binding in bindings if binding.host_port}
    return [(host, _mapping(str(host), inner, protocol)) for host, inner, protocol in sorted(found)]


def wanted(ports: Iterable[Port]) -> list[str]:
    """The files' own published ports, in the same form."""
    return [_mapping(port.published or "?", port.target, port.protocol) for port in ports]


def _mapping(host: str, inner: int, protocol: str) -> str:
    arrow = host if host == str(inner) else f"{host}→{inner}"
    return arrow if protocol == "tcp" else f"{arrow}/{protocol}"
