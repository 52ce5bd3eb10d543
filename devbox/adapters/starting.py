"""Starting a container, and who holds the port where that is why it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from devbox.adapters.listeners import holder
from devbox.errors import Conflict, EngineError, EngineLost, NotFound

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.wire import Query


def start(api: Api, container: str) -> None:
    _explained(api, container, lambda: api.sdk().start(container))


def restart(api: Api, container: str, grace: Query) -> None:
    _explained(api, container, lambda: api.tell(f"/containers/{container}/restart", None, grace))


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
