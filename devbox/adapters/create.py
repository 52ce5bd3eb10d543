"""Making networks, volumes and containers. Blocking, and each call does its whole work once it has begun."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.adapters.connect import version as numbers
from devbox.compose.model import Network, Volume
from devbox.errors import EngineError
from devbox.plan.networking import INTERFACE
from devbox.plan.rights import PROFILE, is_read_from_a_file
from devbox.plan.steps import ContainerSpec, InjectedFile

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.client import Client


def create_network(api: Api, network: Network, labels: Mapping[str, str]) -> str:
    """In the engine's own words: the SDK's method cannot switch an address family off."""
    body: dict[str, Any] = {
        "Name": network.name,
        "CheckDuplicate": True,
        "Driver": network.driver or "bridge",
        "Options": dict(network.driver_opts),
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Labels": {**network.labels, **labels},
    }
    if network.enable_ipv4 is not None:
        body["EnableIPv4"] = network.enable_ipv4
    if network.enable_ipv6 is not None:
        body["EnableIPv6"] = network.enable_ipv6
    if network.ipam_driver or network.ipam_options or network.ipam:
        body["IPAM"] = {
            "Driver": network.ipam_driver or "default",
            "Options": dict(network.ipam_options) or None,
            "Config": [
                _without_empty(
                    {
                        "Subnet": pool.subnet,
                        "Gateway": pool.gateway,
                        "IPRange": pool.ip_range,
                        "AuxiliaryAddresses": dict(pool.aux_addresses),
                    }
                )
                for pool in network.ipam
            ],
        }
    return str(api.tell("/networks/create", body)["Id"])


def create_volume(client: Client, volume: Volume, labels: Mapping[str, str]) -> None:
    client.create_volume(
        volume.name,
        driver=volume.driver or "local",
        driver_opts=dict(volume.driver_opts) or None,
        labels={**volume.labels, **labels},
    )


def create_container(api: Api, spec: ContainerSpec) -> str:
    """Create, connect, copy in; removed again if a part fails."""
    client = api.sdk()
    body, later = _endpoints(spec, api.version)
    made = client.create_container_from_config(_with_profiles(body), spec.name, spec.platform or None)  # type: ignore[no-untyped-call]
    id = str(made["Id"])
    try:
        for network, endpoint in later.items():
            # In the engine's own words: the SDK's method knows no priority of gateways.
            api.tell(f"/networks/{network}/connect", {"Container": id, "EndpointConfig": dict(endpoint)})
        if spec.files:
            client.put_archive(id, "/", packed(spec.files))
    except EngineError:
        with contextlib.suppress(EngineError):
            client.remove_container(id, force=True, v=True)
        raise
    return id


Endpoints = Mapping[str, Mapping[str, Any]]


def _endpoints(spec: ContainerSpec, version: str) -> tuple[dict[str, Any], Endpoints]:
    """The body, and the networks to connect afterwards.

    None from the API 1.44 on, which takes them all at once, if the body tells the endpoint of the first.
    """
    first = spec.body.get("NetworkingConfig", {}).get("EndpointsConfig", {})
    every = {**first, **spec.extra_networks}
    spoken = numbers(version)
    if any(INTERFACE in (endpoint.get("DriverOpts") or ()) for endpoint in every.values()) and spoken < (1, 49):
        raise EngineError("interface_name needs Docker Engine 28.1 or newer (API 1.49)")
    if spoken < (1, 44) or not first:
        return dict(spec.body), spec.extra_networks
    return {**spec.body, "NetworkingConfig": {"EndpointsConfig": every}}, {}


def _with_profiles(body: dict[str, Any]) -> dict[str, Any]:
    """With the text of seccomp profiles instead of their paths."""
    host = dict(body.get("HostConfig", {}))
    if "SecurityOpt" in host:
        host["SecurityOpt"] = [_profile(one) if is_read_from_a_file(one) else one for one in host["SecurityOpt"]]
    return {**body, "HostConfig": host}


def _profile(option: str) -> str:
    path = Path(option.removeprefix(PROFILE))
    try:
        return PROFILE + json.dumps(json.loads(path.read_bytes()), separators=(",", ":"))
    except (OSError, ValueError) as error:
        raise EngineError(f"the seccomp profile {path} cannot be read: {error}") from error


def packed(files: Sequence[InjectedFile]) -> bytes:
    """A tar to unpack at /; parent folders are left to the engine, which keeps those that are there as they are."""
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in files:
            entry = tarfile.TarInfo(file.path.lstrip("/"))
            entry.size, entry.mode, entry.uid, entry.gid = len(file.content), file.mode, file.uid, file.gid
            entry.mtime = int(time.time())
            tar.addfile(entry, io.BytesIO(file.content))
    return buffer.getvalue()


def _without_empty(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value}
