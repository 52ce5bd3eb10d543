"""Where the docker CLI would look for its engine: DOCKER_HOST, contexts, and the sockets of the usual installations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devbox.adapters.dial import Endpoint, Tls
from devbox.errors import NoEngine

DEFAULT_SOCKET = "/var/run/docker.sock"


def candidates(context: str, environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """The endpoints to try, in order; more than one only where nothing names an engine.

    As the CLI chooses: `context` (its --context), DOCKER_HOST, DOCKER_CONTEXT, the configuration's current context.
    """
    if context:
        return _named(context, environ)
    if host := environ.get("DOCKER_HOST"):
        return (Endpoint(url=_url(host), named_by="DOCKER_HOST", tls=_tls_of_environment(environ)),)
    name = environ.get("DOCKER_CONTEXT") or str(configuration(environ).get("currentContext") or "")
    return _named(name or "default", environ)


def _named(name: str, environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    if name == "default":
        if host := environ.get("DOCKER_HOST"):
            return (Endpoint(url=_url(host), named_by="DOCKER_HOST", tls=_tls_of_environment(environ)),)
        return tuple(Endpoint(url=f"unix://{path}") for path in _sockets(environ))
    return (_context(name, environ),)


def _sockets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The default socket, then those of a rootless engine and of Docker Desktop where they exist."""
    home = _home(environ)
    others = [home / ".docker/run/docker.sock", home / ".docker/desktop/docker.sock"]
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        others.insert(0, Path(runtime) / "docker.sock")
    return (DEFAULT_SOCKET, *(str(path) for path in others if path.exists()))


def _context(name: str, environ: Mapping[str, str]) -> Endpoint:
    import hashlib

    folder = config_folder(environ) / "contexts"
    key = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "meta" / key / "meta.json"
    try:
        endpoint = json.loads(meta.read_bytes())["Endpoints"]["docker"]
        url = _url(endpoint.get("Host") or f"unix://{DEFAULT_SOCKET}")
    except FileNotFoundError:
        raise NoEngine(f'There is no Docker context "{name}"; `docker context ls` lists those there are.') from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoEngine(f'The Docker context "{name}" cannot be read from {meta}: {error}.') from error
    files = folder / "tls" / key / "docker"
    tls = None
    if files.is_dir():
        tls = Tls(
            ca=_existing(files / "ca.pem"),
            cert=_existing(files / "cert.pem"),
            key=_existing(files / "key.pem"),
            verify=not endpoint.get("SkipTLSVerify"),
        )
    return Endpoint(url=url, context=name, named_by=f'context "{name}"', tls=tls)


def _tls_of_environment(environ: Mapping[str, str]) -> Tls | None:
    """DOCKER_TLS_VERIFY checks the engine's certificate, DOCKER_TLS only encrypts; files are in DOCKER_CERT_PATH."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verify and not environ.get("DOCKER_TLS"):
        return None
    folder = Path(environ.get("DOCKER_CERT_PATH") or config_folder(environ))
    return Tls(
        ca=_existing(folder / "ca.pem"),
        cert=_existing(folder / "cert.pem"),
        key=_existing(folder / "key.pem"),
        verify=verify,
    )


def _existing(path: Path) -> str:
    return str(path) if path.is_file() else ""


def _url(host: str) -> str:
    """A host as people write it -> with its scheme."""
    if "://" in host:
        return host
    return f"unix://{host}" if host.startswith("/") else f"tcp://{host}"


def configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """The docker CLI's config.json; empty where it is missing or no JSON object."""
    try:
        found = json.loads((config_folder(environ) / "config.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def config_folder(environ: Mapping[str, str]) -> Path:
    """DOCKER_CONFIG, or ~/.docker."""
    named = environ.get("DOCKER_CONFIG")
    return Path(named) if named else _home(environ) / ".docker"


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path("~").expanduser())
