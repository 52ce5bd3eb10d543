"""A container as the engine lists or inspects it -> Container."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from devbox.adapters.translate import CONFIG_HASH, NUMBER, ONEOFF, PROJECT, SERVICE, Json, when
from devbox.plan.observed import Binding, Container, Detail, HealthState, HeldPort, Probe, RunState

_ANONYMOUS = re.compile(r"[0-9a-f]{64}")


def health(text: str | None) -> HealthState:
    """The engine's word for a health state; "" and "none": there is no check."""
    try:
        return HealthState(text or "none")
    except ValueError:
        return HealthState.NONE


def summary(entry: Json, verdict: HealthState = HealthState.NONE) -> Container:
    """One entry of the container list. `verdict`: its health where the list does not tell (API < 1.52)."""
    told = entry.get("Health")
    return _container(
        id=entry["Id"],
        name=_own_name(entry.get("Names") or ()),
        image=entry.get("Image", ""),
        image_id=entry.get("ImageID", ""),
        state=RunState(entry["State"]),
        verdict=health(told.get("Status")) if told else verdict,
        created=float(entry.get("Created") or 0),
        bindings=_listed_ports(entry.get("Ports") or ()),
        networks=(entry.get("NetworkSettings") or {}).get("Networks") or {},
        mounts=entry.get("Mounts") or (),
        labels=entry.get("Labels") or {},
    )


def inspected(body: Json) -> Container:
    """The answer to an inspect, with its detail."""
    config, state = body.get("Config") or {}, body.get("State") or {}
    settings = body.get("NetworkSettings") or {}
    return _container(
        id=body["Id"],
        name=str(body.get("Name", "")).lstrip("/"),
        image=config.get("Image", ""),
        image_id=body.get("Image", ""),
        state=RunState(state["Status"]),
        verdict=health((state.get("Health") or {}).get("Status")),
        created=when(body.get("Created")) or 0.0,
        bindings=_inspected_ports(settings.get("Ports") or {}),
        networks=settings.get("Networks") or {},
        mounts=body.get("Mounts") or (),
        labels=config.get("Labels") or {},
        detail=_detail(body),
    )


def _container(
    *,
    id: str,
    name: str,
    image: str,
    image_id: str,
    state: RunState,
    verdict: HealthState,
    created: float,
    bindings: tuple[Binding, ...],
    networks: Mapping[str, Any],
    mounts: Iterable[Json],
    labels: Mapping[str, str],
    detail: Detail | None = None,
) -> Container:
    number = labels.get(NUMBER, "")
    return Container(
        id=id,
        name=name,
        project=labels.get(PROJECT, ""),
        service=labels.get(SERVICE, ""),
        number=int(number) if number.isdigit() else 1,
        oneoff=labels.get(ONEOFF, "").lower() == "true",
        image=image,
        image_id=image_id,
        state=state,
        health=verdict,
        created=created,
        config_hash=labels.get(CONFIG_HASH, ""),
        bindings=bindings,
        networks=tuple(sorted(networks)),
        volumes=tuple(
            sorted({mount["Name"] for mount in mounts if mount.get("Type") == "volume" and mount.get("Name")})
        ),
        labels=labels,
        detail=detail,
    )


def _detail(body: Json) -> Detail:
    config, state, host = body.get("Config") or {}, body.get("State") or {}, body.get("HostConfig") or {}
    check, verdict = config.get("Healthcheck") or {}, state.get("Health") or {}
    test = tuple(check.get("Test") or ())
    return Detail(
        started=when(state.get("StartedAt")),
        finished=when(state.get("FinishedAt")),
        exit_code=int(state.get("ExitCode") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        error=state.get("Error") or "",
        restart_count=int(body.get("RestartCount") or 0),
        tty=bool(config.get("Tty")),
        log_driver=(host.get("LogConfig") or {}).get("Type") or "json-file",
        pid=int(state.get("Pid") or 0),
        failing_streak=int(verdict.get("FailingStreak") or 0),
        probes=tuple(_probe(entry) for entry in verdict.get("Log") or ()),
        test=() if test[:1] == ("NONE",) else test,
        interval=int(check.get("Interval") or 0),
        timeout=int(check.get("Timeout") or 0),
        start_period=int(check.get("StartPeriod") or 0),
        start_interval=int(check.get("StartInterval") or 0),
        retries=int(check.get("Retries") or 0),
        anonymous_volumes={
            mount["Destination"]: mount["Name"]
            for mount in body.get("Mounts") or ()
            if mount.get("Type") == "volume" and _ANONYMOUS.fullmatch(mount.get("Name") or "")
        },
        body=body,
    )


def _probe(entry: Json) -> Probe:
    return Probe(
        started=when(entry.get("Start")) or 0.0,
        ended=when(entry.get("End")) or 0.0,
        exit_code=int(entry.get("ExitCode") or 0),
        output=entry.get("Output") or "",
    )


def _own_name(names: Iterable[str]) -> str:
    """A legacy link shows up as a second name "/other/alias"; the container's own has one slash."""
    own = [name[1:] for name in names if "/" not in name[1:]]
    return own[0] if own else ""


def _listed_ports(ports: Iterable[Json]) -> tuple[Binding, ...]:
    return _bindings(
        (int(port["PrivatePort"]), port.get("Type") or "tcp", port.get("IP") or "", int(port.get("PublicPort") or 0))
        for port in ports
    )


def _inspected_ports(ports: Mapping[str, Any]) -> tuple[Binding, ...]:
    found: list[tuple[int, str, str, int]] = []
    bindings: Iterable[Json]
    for key, bindings in ports.items():
        number, _, protocol = key.partition("/")
        for binding in bindings or ({},):
            found.append(
                (int(number), protocol or "tcp", binding.get("HostIp") or "", int(binding.get("HostPort") or 0))
            )
    return _bindings(found)


def _bindings(ports: Iterable[tuple[int, str, str, int]]) -> tuple[Binding, ...]:
    return tuple(
        Binding(container_port=target, protocol=protocol, host_ip=address, host_port=published)
        for target, protocol, address, published in sorted(set(ports))
    )


def held_ports(containers: Iterable[Container]) -> tuple[HeldPort, ...]:
    """The host ports that `containers` (running ones) hold."""
    return tuple(
        HeldPort(
            host_ip=binding.host_ip,
            port=binding.host_port,
            protocol=binding.protocol,
            container=container.name,
            project=container.project,
            service=container.service,
        )
        for container in containers
        for binding in container.bindings
        if binding.host_port
    )
