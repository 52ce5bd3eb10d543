"""Fetching Compose files that lie elsewhere into the user's cache: the one of Compose, at the same paths.

What the files mount lies beside them there, so that only the same path gives the same container.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from devbox.compose.remote import Fetched, GitFile, Remote
from devbox.errors import RemoteFailed

_TRUE = frozenset(("1", "t", "true"))
_FALSE = frozenset(("0", "f", "false"))


def fetch(remote: Remote, environ: Mapping[str, str]) -> Fetched:
    """Fetch, unless the cache has that very commit or digest (RemoteFailed)."""
    try:
        return _fetch(remote, environ)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise RemoteFailed(f"{remote} cannot be kept here: {where}{error.strerror}") from error


def _fetch(remote: Remote, environ: Mapping[str, str]) -> Fetched:
    if isinstance(remote, GitFile):
        from devbox.adapters.git import fetch as fetch_commit

        _permitted("COMPOSE_EXPERIMENTAL_GIT_REMOTE", remote, environ)
        return fetch_commit(remote, cache_folder(environ), environ)
    from devbox.adapters.artifact import fetch as fetch_artifact

    _permitted("COMPOSE_EXPERIMENTAL_OCI_REMOTE", remote, environ)
    return fetch_artifact(remote, cache_folder(environ), environ)


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Compose's own cache, made if it is not there."""
    above = environ.get("XDG_CACHE_HOME") or f"{environ.get('HOME') or Path.home()}/.cache"
    folder = Path(above) / "docker-compose"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RemoteFailed(
            f"{folder} cannot be made: {error.strerror}", hint="name another cache folder in XDG_CACHE_HOME"
        ) from error
    return folder


def _permitted(switch: str, remote: Remote, environ: Mapping[str, str]) -> None:
    said = environ.get(switch, "")
    if said.lower() in _FALSE:
        raise RemoteFailed(f"{remote} may not be fetched: {switch} is {said}", hint=f"unset {switch}")
    if said and said.lower() not in _TRUE:
        raise RemoteFailed(f'{switch} is "{said}", which is neither true nor false', hint="set it to true or false")
