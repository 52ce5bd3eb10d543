"""Compose projects published to registries, as folders laid out the way Compose does it."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devbox.adapters.registry import INDEX, Registry
from devbox.compose.remote import Artifact, Fetched
from devbox.errors import RemoteFailed

_PROJECT = "application/vnd.docker.compose.project"
_BEFORE_ARTIFACT_TYPES = "application/vnd.docker.compose.config.empty.v1+json"
_COMPOSE_FILE = "application/vnd.docker.compose.file+yaml"
_ENV_FILE = "application/vnd.docker.compose.envfile"
_MAIN = "compose.yaml"
_NOTE = "com.docker.compose."


def fetch(artifact: Artifact, cache: Path, environ: Mapping[str, str]) -> Fetched:
    """The folder of what the reference names now (RemoteFailed)."""
    with contextlib.closing(Registry(artifact, environ)) as registry:
        digest, content = registry.manifest(artifact.reference)
        root = cache / digest.partition(":")[2]
        if not root.exists():
            try:
                files = _files(artifact, registry, _manifest(artifact, registry, content))
            except (AttributeError, KeyError, TypeError) as error:
                raise _other(artifact, "a manifest that is not well formed") from error
            _write(files, root)
    return Fetched(root=str(root), file=str(root / _MAIN))


def _manifest(artifact: Artifact, registry: Registry, content: bytes) -> dict[str, Any]:
    found = _read(artifact, content)
    if found.get("mediaType") == INDEX or "manifests" in found:
        digests = [one["digest"] for one in found.get("manifests", ()) if one.get("artifactType") == _PROJECT]
        if not digests:
            raise _other(artifact, "an index without one")
        found = _read(artifact, registry.manifest(digests[-1])[1])
    kind = found.get("artifactType") or ""
    if kind != _PROJECT and (kind or found.get("config", {}).get("mediaType") != _BEFORE_ARTIFACT_TYPES):
        raise _other(artifact, kind or "an image")
    return found


def _files(artifact: Artifact, registry: Registry, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Name -> content; the files that are laid over each other are documents of one."""
    found: dict[str, bytes] = {}
    for position, layer in enumerate(manifest.get("layers", ())):
        notes = layer.get("annotations") or {}
        kind = layer.get("mediaType")
        if kind == _ENV_FILE:
            name = _name(artifact, notes.get(f"{_NOTE}envfile"))
            found[name] = registry.blob(layer["digest"])
        elif kind == _COMPOSE_FILE:
            given = notes.get(f"{_NOTE}file")
            name = _name(artifact, given) if f"{_NOTE}extends" in notes else _MAIN
            between = b"\n---\n" if position and given is not None else b""
            found[name] = found.get(name, b"") + between + registry.blob(layer["digest"])
    if _MAIN not in found:
        raise _other(artifact, "an artifact without a Compose file")
    return found


def _write(files: Mapping[str, bytes], root: Path) -> None:
    """The folder, whole or not at all."""
    folder = Path(tempfile.mkdtemp(prefix=".fetching-", dir=root.parent))
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        folder.rename(root)
    except OSError as error:
        if not root.exists():  # else another process was faster
            raise RemoteFailed(f"{root} cannot be made: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(artifact: Artifact, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _other(artifact, "no manifest")
    return found


def _name(artifact: Artifact, name: Any) -> str:
    """A file's name, which must not lead out of the folder."""
    if not isinstance(name, str) or not name or set(name) & set("/\\") or name in (".", ".."):
        raise _other(artifact, f"an artifact with a file named {name!r}")
    return name


def _other(artifact: Artifact, found: str) -> RemoteFailed:
    return RemoteFailed(
        f"{artifact} is no Compose project, but {found}", hint="name what `docker compose publish` made"
    )
