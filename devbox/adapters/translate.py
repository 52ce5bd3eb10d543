"""The engine's answers -> core types and errors; its JSON schema is known here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from devbox.errors import Conflict, EngineError, NotFound
from devbox.plan.observed import ObservedImage, ObservedNetwork, ObservedVolume, RunningProject
from devbox.ports import EngineEvent, EngineInfo, Sample

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
ONEOFF = "com.docker.compose.oneoff"
CONFIG_HASH = "com.docker.compose.config-hash"
CONFIG_FILES = "com.docker.compose.project.config_files"
WORKING_DIR = "com.docker.compose.project.working_dir"

Json = Mapping[str, Any]


def error(status: int, message: str) -> EngineError:
    """The engine's refusal as one of ours; its own words are kept."""
    text = message.strip() or f"the engine answered {status}"
    if status == 404:
        return NotFound(text, status=status)
    if status == 409:
        return Conflict(text, status=status)
    return EngineError(text, status=status)


def refusal(status: int, body: bytes) -> EngineError:
    """An answer of 400 and more."""
    try:
        message = str(json.loads(body)["message"])
    except (ValueError, TypeError, KeyError):
        message = body[:1000].decode("utf-8", "replace")
    return error(status, message)


def when(text: str | None) -> float | None:
    """An RFC 3339 time -> seconds since the epoch; None for the engine's "never" (year 1)."""
    if not text or text.startswith("0001-"):
        return None
    return datetime.fromisoformat(text).timestamp()


def info(told: Json, spoken: Json, endpoint: str, context: str, api_version: str) -> EngineInfo:
    """The answers of /info and /version."""
    return EngineInfo(
        endpoint=endpoint,
        context=context,
        version=spoken.get("Version", ""),
        api_version=api_version,
        os=spoken.get("Os", ""),
        arch=spoken.get("Arch", ""),
        name=told.get("Name", ""),
        cpus=int(told.get("NCPU") or 0),
        memory=int(told.get("MemTotal") or 0),
        id=told.get("ID", ""),
        rootless="name=rootless" in (told.get("SecurityOptions") or ()),
    )


def network(entry: Json, guests: Iterable[str] = ()) -> ObservedNetwork:
    return ObservedNetwork(
        id=entry["Id"],
        name=entry["Name"],
        driver=entry.get("Driver") or "",
        labels=entry.get("Labels") or {},
        guests=tuple(guests),
        body=entry,
    )


def volume(entry: Json, guests: Iterable[str] = ()) -> ObservedVolume:
    return ObservedVolume(
        name=entry["Name"],
        driver=entry.get("Driver") or "",
        labels=entry.get("Labels") or {},
        guests=tuple(guests),
        body=entry,
    )


def image(body: Json) -> ObservedImage:
    """The answer to an image's inspect."""
    config = body.get("Config") or {}
    return ObservedImage(
        id=body["Id"],
        tags=tuple(body.get("RepoTags") or ()),
        digests=tuple(body.get("RepoDigests") or ()),
        healthcheck=tuple((config.get("Healthcheck") or {}).get("Test") or ()),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        environment=tuple(config.get("Env") or ()),
        created=when(body.get("Created")) or 0.0,
        tagged=when((body.get("Metadata") or {}).get("LastTagTime")) or 0.0,
        size=int(body.get("Size") or 0),
        user=config.get("User") or "",
    )


def projects(containers: Iterable[Json]) -> tuple[RunningProject, ...]:
    """The container list -> the projects in it, by name; one-off containers do not count."""
    found: dict[str, list[Json]] = {}
    for entry in containers:
        labels = entry.get("Labels") or {}
        if labels.get(PROJECT) and labels.get(ONEOFF, "").lower() != "true":
            found.setdefault(labels[PROJECT], []).append(entry)
    return tuple(_project(name, entries) for name, entries in sorted(found.items()))


def _project(name: str, entries: list[Json]) -> RunningProject:
    newest = max(entries, key=lambda entry: entry.get("Created") or 0)
    return RunningProject(
        name=name,
        running=sum(entry.get("State") == "running" for entry in entries),
        total=len(entries),
        # The list has no exit code but in this.
        finished=sum(entry.get("Status", "").startswith("Exited (0)") for entry in entries),
        config_files=tuple(file for file in newest["Labels"].get(CONFIG_FILES, "").split(",") if file),
        working_dir=newest["Labels"].get(WORKING_DIR, ""),
    )


def event(message: Json) -> EngineEvent:
    """One message of the event stream."""
    actor = message.get("Actor") or {}
    attributes = actor.get("Attributes") or {}
    return EngineEvent(
        kind=message.get("Type", ""),
        action=message.get("Action", ""),
        id=actor.get("ID", ""),
        time=int(message.get("timeNano") or int(message.get("time") or 0) * 1_000_000_000),
        project=attributes.get(PROJECT, ""),
        service=attributes.get(SERVICE, ""),
        attributes=attributes,
    )


def sample(body: Json) -> Sample | None:
    """A one-shot reading; None where the container does not run (the engine then answers zeros)."""
    cpu = (body.get("cpu_stats") or {}).get("cpu_usage") or {}
    memory = body.get("memory_stats") or {}
    read_at = when(body.get("read"))
    if read_at is None or not memory.get("usage"):
        return None
    networks: Iterable[Json] = (body.get("networks") or {}).values()
    networks = list(networks)
    blocks = (body.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ()
    cache = (memory.get("stats") or {}).get("inactive_file", (memory.get("stats") or {}).get("total_inactive_file", 0))
    usage = int(memory["usage"])
    return Sample(
        time=int(read_at * 1_000_000_000),
        cpu=int(cpu.get("total_usage") or 0),
        memory=usage - cache if cache < usage else usage,
        memory_limit=int(memory.get("limit") or 0),
        net_rx=sum(int(one.get("rx_bytes") or 0) for one in networks),
        net_tx=sum(int(one.get("tx_bytes") or 0) for one in networks),
        block_read=sum(int(one["value"]) for one in blocks if one["op"].lower() == "read"),
        block_write=sum(int(one["value"]) for one in blocks if one["op"].lower() == "write"),
        pids=int((body.get("pids_stats") or {}).get("current") or 0),
    )
