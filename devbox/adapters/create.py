"""Making networks, volumes and containers. Blocking, and each call does its whole work once it has begun."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Mapping, Sequence
from typing import Any

from devbox.adapters.wire import Query, Wire
from devbox.compose.model import Network, Volume
from devbox.errors import EngineError
from devbox.plan.steps import ContainerSpec, InjectedFile


def create_network(wire: Wire, network: Network, labels: Mapping[str, str]) -> str:
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
            "Options": dict(network.ipam_options),
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
    return str(wire.json("POST", "/networks/create", body=body)["Id"])


def create_volume(wire: Wire, volume: Volume, labels: Mapping[str, str]) -> None:
    body = {
        "Name": volume.name,
        "Driver": volume.driver or "local",
        "DriverOpts": dict(volume.driver_opts),
        "Labels": {**volume.labels, **labels},
    }
    wire.json("POST", "/volumes/create", body=body)


def create_container(wire: Wire, spec: ContainerSpec) -> str:
    """Create, connect, copy in; removed again if a part fails."""
    query = {"name": spec.name, **({"platform": spec.platform} if spec.platform else {})}
    id = str(wire.json("POST", "/containers/create", query, dict(spec.body), timeout=None)["Id"])
    try:
        for network, endpoint in spec.extra_networks.items():
            body = {"Container": id, "EndpointConfig": dict(endpoint)}
            wire.json("POST", f"/networks/{network}/connect", body=body)
        if spec.files:
            put_files(wire, id, "/", packed(spec.files))
    except EngineError:
        with contextlib.suppress(EngineError):
            wire.json("DELETE", f"/containers/{id}", {"force": True, "v": True})
        raise
    return id


def put_files(wire: Wire, container: str, directory: str, archive: bytes) -> None:
    query: Query = {"path": directory, "copyUIDGID": True}
    wire.json("PUT", f"/containers/{container}/archive", query, archive, timeout=None)


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
