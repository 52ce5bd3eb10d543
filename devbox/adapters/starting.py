"""Starting a container, and who holds the port where that is why it fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from devbox.adapters.listeners import holder
from devbox.errors import Conflict, EngineError, EngineLost, NotFound
from devbox.plan.observed import HeldPort

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.wire import Query
    from devbox.plan.observed import Binding, Observed


def start(api: Api, container: str) -> None:
    _explained(api, container, lambda: api.sdk().start(container))


def restart(api: Api, container: str, grace: Query) -> None:
    _explained(api, container, lambda: api.tell(f"/containers/{container}/restart", None, grace))


def held_by_processes(api: Api, ports: Sequence[Binding], observed: Observed) -> tuple[HeldPort, ...]:
    """Those of the host `ports` that a process of this machine has and no container."""
    ours = [binding for container in observed.containers for binding in container.bindings]
    containers = {(one.port, one.protocol) for one in observed.held_ports}
    containers |= {(one.host_port, one.protocol) for one in ours}
    found = []
    for wanted in ports:
        if (wanted.host_port, wanted.protocol) in containers:
            continue
        who = holder(wanted.host_port, wanted.protocol, wanted.host_ip)
        if who and not who.startswith(_FOR_CONTAINERS):
            held = HeldPort(host_ip=wanted.host_ip, port=wanted.host_port, protocol=wanted.protocol, process=who)
            found.append(held)
    return tuple(found) if found and _same_machine(api) else ()


_FOR_CONTAINERS = ("docker-proxy", "rootlesskit")
"""Who listens in place of a container: one that just went still has it for a moment."""


def _same_machine(api: Api) -> bool:
    """Whether the engine sees the ports that we see: its socket may be that of a machine around this container."""
    name: str = api.ask("/info").get("Name", "")
    return name == os.uname().nodename


def _explained(api: Api, container: str, act: Callable[[], None]) -> None:
    try:
        act()
    except (EngineLost, NotFound):
        raise
    except EngineError as error:
        if taken := _taken(api, container):
            hint = "stop what holds it, or publish another host port"
            raise Conflict(taken, hint=hint, status=error.status) from error
        raise


def _taken(api: Api, container: str) -> str:
    """Which port the container wants that a process of this machine holds; "" if the engine is another machine's."""
    if not api.near:
        return ""
    bindings = api.ask(f"/containers/{container}/json")["HostConfig"]["PortBindings"] or {}
    for private, hosts in bindings.items():
        protocol = private.partition("/")[2] or "tcp"
        for host in hosts or ():
            number = host.get("HostPort", "")
            if number.isdigit() and int(number) and (found := holder(int(number), protocol, host.get("HostIp", ""))):
                return f"port {number}/{protocol} is already taken by {found}"
    return ""
