"""How a container is reached: network mode, endpoints, ports, in the engine's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devbox.compose.model import NetworkAttachment, Port, Project, Service

INTERFACE = "com.docker.network.endpoint.ifname"
"""the driver option that names the interface"""

Peers = Mapping[str, tuple[str, ...]]
"""service -> names of its containers, as they will be once the plan is done"""


def attachments(project: Project, service: Service) -> tuple[NetworkAttachment, ...]:
    """The networks a container of the service joins, the one that gives its default route first."""
    if service.network_mode:
        return ()
    return tuple(sorted(service.networks, key=lambda one: -one.priority))


def network_mode(project: Project, service: Service, peers: Peers) -> str:
    """HostConfig.NetworkMode."""
    if service.network_mode:
        return shared(service.network_mode, peers)
    joined = attachments(project, service)
    return network_name(project, joined[0].network) if joined else "none"


def shared(mode: str, peers: Peers) -> str:
    """A namespace setting, `service:x` turned into the container it means."""
    kind, _, rest = mode.partition(":")
    if kind == "service" and peers.get(rest):
        return f"container:{peers[rest][0]}"
    return mode


def named_containers(service: Service) -> list[str]:
    """The containers it is bound to by their own names: whose namespaces it shares and whose volumes it mounts."""
    modes = (service.network_mode, service.ipc, service.pid)
    lines = (line.split(":") for line in (*modes, *service.volumes_from) if line.startswith("container:"))
    return [words[1] for words in lines]


def network_name(project: Project, key: str) -> str:
    """The engine's name of a network of the files."""
    network = project.networks.get(key)
    return network.name if network else key


def endpoints(
    project: Project, service: Service, number: int, name: str, peers: Peers, *, service_alias: bool = True
) -> dict[str, dict[str, Any]]:
    """Network name -> endpoint settings of replica `number`, the primary one first."""
    found = {}
    for position, joined in enumerate(attachments(project, service)):
        aliases = [name, *((service.name, *joined.aliases) if service_alias else ())]
        settings: dict[str, Any] = {
            "Aliases": aliases,
            "Links": links(project.name, service, number, peers),
            "DriverOpts": dict(joined.driver_opts),
            "MacAddress": joined.mac_address or (service.mac_address if position == 0 else ""),
            "GwPriority": joined.gw_priority,
            "IPAddress": joined.ipv4_address,
            "IPv6Gateway": joined.ipv6_address,
        }
        ipam = {
            "IPv4Address": joined.ipv4_address,
            "IPv6Address": joined.ipv6_address,
            "LinkLocalIPs": list(joined.link_local_ips),
        }
        if joined.interface_name:
            settings["DriverOpts"][INTERFACE] = joined.interface_name
        settings = {key: value for key, value in settings.items() if value}
        if joined.has_options:
            settings["IPAMConfig"] = {key: value for key, value in ipam.items() if value}
        found[network_name(project, joined.network)] = settings
    return found


def links(project: str, service: Service, number: int, peers: Peers) -> list[str]:
    """Endpoint links: each container of a linked service by its alias, and by the names of the one with that number."""
    found = []
    for link in service.links:
        target, _, alias = link.partition(":")
        for name in peers.get(target, ()):
            short = f"{target}-{number}"
            found += [f"{name}:{alias or target}", f"{name}:{short}", f"{name}:{project}-{short}"]
    for link in service.external_links:
        target, _, alias = link.partition(":")
        found.append(f"{target}:{alias or target}")
    return found


def exposed(service: Service) -> dict[str, dict[str, str]]:
    """Config.ExposedPorts: `expose` goes to the engine as it is written."""
    found = {*service.expose, *(f"{port.target}/{port.protocol or 'tcp'}" for port in service.ports)}
    return {port: {} for port in sorted(found)}


def bindings(ports: Iterable[Port]) -> dict[str, list[dict[str, str]]]:
    """HostConfig.PortBindings."""
    found: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        key = f"{port.target}/{port.protocol or 'tcp'}"
        found.setdefault(key, []).append({"HostIp": port.host_ip, "HostPort": port.published})
    return found
