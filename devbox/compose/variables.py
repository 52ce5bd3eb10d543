"""`env_file` and `label_file` of services folded into `environment` and `labels`."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.compose.envfile import VariableFiles
from devbox.compose.merge import Tree
from devbox.compose.places import Places
from devbox.compose.report import Path


def resolve_files(
    services: Tree, environment: Mapping[str, str], files: VariableFiles, places: Places, *, missing_ok: bool
) -> None:
    """In place; what the service itself says wins over its files, later files over earlier ones."""
    for name, service in services.items():
        path: Path = ("services", name)
        if "env_file" in service:
            _environment(service, path, environment, files, places, missing_ok)
        if "label_file" in service:
            _labels(service, path, files, places, missing_ok)


def _environment(
    service: Tree, path: Path, environment: Mapping[str, str], files: VariableFiles, places: Places, missing_ok: bool
) -> None:
    own: Mapping[str, str | None] = service.get("environment") or {}
    merged = {key: value for key, value in own.items() if value is not None}
    for index, entry in enumerate(service["env_file"]):
        file = entry.get("path", "")
        if (missing_ok or not entry.get("required", True)) and not files.exists(file):
            continue
        where = (*path, "env_file", index)
        files.add(file, merged, environment, own, form=entry.get("format", ""), place=places(where), path=where)
    service["environment"] = {**merged, **own}


def _labels(service: Tree, path: Path, files: VariableFiles, places: Places, missing_ok: bool) -> None:
    found: dict[str, str] = {}
    for index, file in enumerate(service["label_file"]):
        if missing_ok and not files.exists(file):
            continue
        where = (*path, "label_file", index)
        files.add(file, found, place=places(where), path=where)
    service["labels"] = {**found, **(service.get("labels") or {})}
