"""What of production could be reached from elsewhere: its host names, credentials, networks, volumes and engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any

from devbox.compose.report import Path
from devbox.compose.route import leaves, value_at
from devbox.environments.finding import Finding
from devbox.environments.held import Held
from devbox.environments.member import Member

_HOSTS = re.compile(
    r"(^|_)(HOST|HOSTNAME|HOSTS|SERVERS?|ADDRESS|ENDPOINTS?|DOMAIN|URL|URI|DSN|BROKERS?)$", re.IGNORECASE
)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^\s/@]*@)?(?P<host>\[[0-9a-f:]+\]|[^\s/:?#\[\],]+)", re.IGNORECASE)
_NAME = re.compile(r"(?=.*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
_HERE = re.compile(r"localhost|host\.docker\.internal|gateway\.docker\.internal|0\.0\.0\.0|127\.[\d.]+|::1?")
_LONG_ENOUGH = 8
"""Characters from which a credential inside of another text is no coincidence."""
_UNSEEN = frozenset(("image", "labels", "build", "depends_on", "networks"))
"""Fields of a service that reach no host: a registry's name in an image is no way into production."""


def hosts(member: Member) -> dict[str, Path]:
    """Host names and addresses outside of the stack that its services are told of."""
    inside = _inside(member)
    found: dict[str, Path] = {}
    for service in member.project.services.values():
        own: Path = ("services", service.name)
        for key, value in service.environment.items():
            for host in _hosts_in(key, value or ""):
                found.setdefault(host, (*own, "environment", key))
        for at, (host, address) in enumerate(service.extra_hosts):
            for one in (host, address):
                found.setdefault(one.strip("[]").lower(), (*own, "extra_hosts", at))
    return {host: path for host, path in found.items() if host not in inside and not _HERE.fullmatch(host)}


def reached(production: Member, member: Member, secret: Sequence[Held]) -> Iterator[Finding]:
    """What of `production`, whose credentials are `secret`, is named in the model of `member`."""
    told = list(_texts(member.project.tree.get("services") or {}))
    for host, path in hosts(production).items():
        pattern = re.compile(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", re.IGNORECASE)
        for there, text in told:
            if pattern.search(text):
                message = f"{member.name} is told of {host}, a host of {production.name}"
                spots = (member.spot(there), production.spot(path))
                yield Finding(rule="production-host", subject=host, message=message, spots=spots)
                break
    for one in secret:
        if len(one.value) < _LONG_ENOUGH:
            continue
        for there, text in told:
            if one.value in text and text != one.value:
                message = f"{member.name} holds {one.name} of {production.name} inside of another value"
                spots = (member.spot(there), production.spot(one.path))
                yield Finding(rule="production-credential", subject=one.name, message=message, spots=spots)
                break
    yield from _joined(production, member)


def _joined(production: Member, member: Member) -> Iterator[Finding]:
    """Networks, volumes and the engine itself."""
    if (context := member.environment.context) and context == production.environment.context:
        message = f"{member.name} runs on {context}, the engine of {production.name}"
        spots = (member.spot(()), production.spot(()))
        yield Finding(rule="production-engine", subject=context, message=message, spots=spots)
    elif context != production.environment.context:
        return
    for kind, rule in (("networks", "production-network"), ("volumes", "production-volume")):
        theirs = {one.name: key for key, one in getattr(production.project, kind).items()}
        for key, one in getattr(member.project, kind).items():
            if one.external and one.name in theirs:
                message = f"{member.name} takes {one.name}, a {kind[:-1]} of {production.name}"
                spots = (member.spot((kind, key, "name")), production.spot((kind, theirs[one.name], "name")))
                yield Finding(rule=rule, subject=one.name, message=message, spots=spots)


def _hosts_in(key: str, value: str) -> Iterator[str]:
    urls = [found["host"] for found in _URL.finditer(value)]
    plain = value.split(",") if not urls and _HOSTS.search(key) else ()
    for text in (*urls, *plain):
        host = text.strip().strip("[]").lower()
        if not _is_address(host):
            host = host.partition(":")[0]
        if _is_address(host) or (_NAME.fullmatch(host) and ("." in host or key.upper().endswith("HOST") or urls)):
            yield host


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _inside(member: Member) -> set[str]:
    """Names that the stack's own containers answer to."""
    project = member.project
    found = {*project.services, *project.disabled}
    for service in project.services.values():
        found |= {service.container_name, service.hostname}
        found |= {alias for network in service.networks for alias in network.aliases}
        found |= {link.rpartition(":")[2] for link in service.links}
        found |= {f"{project.name}-{service.name}-{number}" for number in range(1, service.replicas + 1)}
    return {name.lower() for name in found if name}


def _texts(services: Any) -> Iterator[tuple[Path, str]]:
    for name, service in services.items():
        for key, value in service.items():
            if key in _UNSEEN:
                continue
            path: Path = ("services", name, key)
            for leaf in leaves(value, path):
                text = value_at({"services": services}, leaf)
                if isinstance(text, str):
                    yield leaf, text
