"""A service as the body of the engine's `POST /containers/create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devbox.compose.model import Healthcheck, Project, Service
from devbox.plan import labels, networking, rights
from devbox.plan.mounts import mounted
from devbox.plan.names import container_name, image_name
from devbox.plan.networking import Peers
from devbox.plan.resources import resources
from devbox.plan.steps import ContainerSpec

NANO = 1_000_000_000
SAID_EMPTY = frozenset({"Cmd", "Entrypoint", "Init", "PortBindings", "ExtraHosts", "MaskedPaths", "ReadonlyPaths"})
"""What is sent even if empty or false: that is not the image's or the engine's default, or Compose sends it too."""


def container_spec(
    project: Project,
    service: Service,
    number: int,
    *,
    peers: Peers,
    name: str = "",
    image_id: str = "",
    anonymous: Mapping[str, str] | None = None,
    replaces: str = "",
    slug: str = "",
    service_alias: bool = True,
) -> ContainerSpec:
    """The container of replica `number`.

    `name` differs from the replica's own only for a one-off; `anonymous` (target -> volume) are volumes taken over;
    `replaces` is the id of the container it stands in for; `slug` makes it a one-off.
    """
    name = name or container_name(project.name, service, number)
    image = image_name(project.name, service)
    mounts = mounted(project, service, anonymous or {})
    joined = networking.endpoints(project, service, number, name, peers, service_alias=service_alias)
    first = next(iter(joined), "")
    config = {
        "Image": image,
        "Hostname": service.hostname,
        "Domainname": service.domainname,
        "User": service.user,
        "Env": [key if value is None else f"{key}={value}" for key, value in service.environment.items()],
        "Cmd": None if service.command is None else list(service.command),
        "Entrypoint": None if service.entrypoint is None else list(service.entrypoint),
        "WorkingDir": service.working_dir,
        "Labels": labels.container_labels(project, service, number, image_id=image_id, replaces=replaces, slug=slug),
        "ExposedPorts": networking.exposed(service),
        "Healthcheck": _healthcheck(service.healthcheck),
        "StopSignal": service.stop_signal,
        "StopTimeout": None if service.stop_grace_period is None else service.stop_grace_period // NANO,
        "MacAddress": service.mac_address,
        "Tty": service.tty,
        "OpenStdin": service.stdin_open,
        "AttachStdout": True,
        "AttachStderr": True,
    }
    host = {
        "Binds": list(mounts.binds),
        "Mounts": [dict(one) for one in mounts.mounts],
        "Tmpfs": {path: options for path, _, options in (line.partition(":") for line in service.tmpfs)},
        "VolumesFrom": _volumes_from(service, peers),
        "NetworkMode": networking.network_mode(project, service, peers),
        "PortBindings": networking.bindings(service.ports),
        "ExtraHosts": [f"{host}:{address}" for host, address in service.extra_hosts],
        "Dns": list(service.dns),
        "DnsOptions": list(service.dns_opt),
        "DnsSearch": list(service.dns_search),
        "PidMode": networking.shared(service.pid, peers),
        "IpcMode": networking.shared(service.ipc, peers),
        "UTSMode": service.uts,
        "UsernsMode": service.userns_mode,
        "CgroupnsMode": service.cgroup,
        "RestartPolicy": {"Name": "no"} if slug else _restart(service),
        "LogConfig": _logging(service),
        "Init": service.init,
        "Privileged": service.privileged,
        "ReadonlyRootfs": service.read_only,
        "CapAdd": rights.added(service),
        "CapDrop": rights.dropped(service),
        "GroupAdd": list(service.group_add),
        "SecurityOpt": [*rights.options(service, project.working_dir), *_credentials(service.credential_spec)],
        "MaskedPaths": rights.hidden_paths(service),
        "ReadonlyPaths": rights.hidden_paths(service),
        "Sysctls": dict(service.sysctls),
        "StorageOpt": dict(service.storage_opt),
        "ShmSize": service.shm_size,
        "OomScoreAdj": service.oom_score_adj,
        "Isolation": service.isolation,
        "Runtime": service.runtime,
        "Annotations": dict(service.annotations),
        **resources(service),
    }
    body = {
        **_set(config),
        "HostConfig": _set(host),
        "NetworkingConfig": {"EndpointsConfig": {first: joined[first]} if first else {}},
    }
    return ContainerSpec(
        name=name,
        service=service.name,
        number=number,
        image=image,
        platform=service.platform,
        body=body,
        extra_networks={network: settings for network, settings in joined.items() if network != first},
        files=mounts.files,
        hosts={name: peers[name][0] for name in labels.lenders(service) if peers.get(name)},
    )


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {
        key: value
        for key, value in values.items()
        if (key in SAID_EMPTY and value is not None) or not (value is None or value is False or value in ("", [], {}))
    }


def _healthcheck(check: Healthcheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    found = {
        "Test": ["NONE"] if check.disable else list(check.test),
        "Interval": check.interval,
        "Timeout": check.timeout,
        "StartPeriod": check.start_period,
        "StartInterval": check.start_interval,
        "Retries": check.retries,
    }
    return {key: value for key, value in found.items() if value}


def _restart(service: Service) -> dict[str, Any]:
    condition, attempts = service.deploy.restart_condition, service.deploy.restart_max_attempts
    if condition or attempts:
        name = {"none": "no", "any": "always"}.get(condition, condition)
        return {"Name": name, "MaximumRetryCount": attempts} if attempts else {"Name": name}
    if not service.restart:
        return {}
    name, _, count = service.restart.partition(":")
    return {"Name": name, "MaximumRetryCount": int(count)} if count.isdigit() else {"Name": name}


def _logging(service: Service) -> dict[str, Any]:
    if service.logging is None:
        return {}
    return {"Type": service.logging.driver, "Config": dict(service.logging.options)}


def _credentials(spec: Mapping[str, str]) -> list[str]:
    return [
        f"credentialspec={value}" if kind == "config" else f"credentialspec={kind}://{value}"
        for kind, value in spec.items()
    ]


def _volumes_from(service: Service, peers: Peers) -> list[str]:
    found = []
    for line in service.volumes_from:
        if line.startswith("container:"):
            found.append(line.removeprefix("container:"))
            continue
        source, _, mode = line.partition(":")
        names = peers.get(source, (source,))
        found += [f"{name}:ro" if mode == "ro" else name for name in names[:1]]
    return found
