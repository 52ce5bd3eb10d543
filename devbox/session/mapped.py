"""The paths of a container, put together from what the files, its Dockerfile and the engine say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from devbox.compose.model import Project
from devbox.debug.copies import copies
from devbox.debug.paths import Paths, derive
from devbox.hardening.finding import Where
from devbox.ports import FileReader
from devbox.sync.rules import rules


def mapped(
    project: Project,
    service: str,
    body: Mapping[str, Any],
    files: FileReader,
    ignore_file: Callable[[str], tuple[str, ...]],
    where: Where | None = None,
) -> Paths:
    """Of a container of `service` by its inspect answer ({}: of the one that the files want); `ignore_file` as in
    Sources. Files that are not there are nobody's."""
    asked = project.services.get(service) or project.disabled[service]
    config = body.get("Config") or {}
    environment = dict(line.partition("=")[::2] for line in config.get("Env") or ())
    workdir = "" if asked.working_dir else str(config.get("WorkingDir") or "")
    return derive(
        asked,
        body,
        rules=rules([asked], ignore_file) if asked.watch else (),
        copies=copies(asked.build, files, environment=environment, workdir=workdir) if asked.build else (),
        volumes=project.volumes,
        exists=files.is_file,
        where=where,
    )
