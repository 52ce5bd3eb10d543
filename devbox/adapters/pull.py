"""Pulling an image: the engine's messages -> Progress, with the docker CLI's own credentials."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from devbox.adapters.contexts import config_folder, configuration
from devbox.adapters.exchange import Garbled
from devbox.adapters.wire import Wire
from devbox.errors import EngineError, EngineLost, NotFound, PullFailed
from devbox.ports import Progress

UNREACHABLE = "The engine could not get it from the registry; check its network, or build the image here."
UNKNOWN = (
    "Check the name and tag; for a private image, `docker login` first; to build it here, give the service a `build`."
)


class PullSource:
    """The messages of one pull; a failure is raised as PullFailed."""

    def __init__(self, wire: Wire, reference: str, platform: str, environ: Mapping[str, str]) -> None:
        self._wire = wire
        self._reference = reference
        self._rest = b""
        name, tag = split(reference)
        query = {"fromImage": name, "tag": tag, **({"platform": platform} if platform else {})}
        headers = credentials(reference, environ)
        try:
            self._exchange = wire.open("POST", "/images/create", query, headers=headers)
        except EngineLost:
            raise
        except EngineError as error:
            raise self._failed(error.message, UNKNOWN if isinstance(error, NotFound) else UNREACHABLE) from error

    def read(self) -> list[Progress] | None:
        try:
            data = self._exchange.recv()
        except (OSError, Garbled) as error:
            raise self._wire.lost(error) from error
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [self._progress(json.loads(line)) for line in lines if line.strip()]

    def close(self) -> None:
        self._exchange.close()

    def _progress(self, message: Mapping[str, Any]) -> Progress:
        if failure := message.get("errorDetail") or message.get("error"):
            text = failure.get("message", "") if isinstance(failure, Mapping) else failure
            raise self._failed(str(text), UNREACHABLE)
        status, item = str(message.get("status", "")), str(message.get("id", ""))
        if not item or status.startswith("Pulling from"):
            return Progress(status=status, log=status)
        detail = message.get("progressDetail") or {}
        return Progress(
            item=item,
            status=status.lower(),
            current=int(detail.get("current") or 0),
            total=int(detail.get("total") or 0),
            done=status in ("Pull complete", "Already exists"),
            cached=status == "Already exists",
        )

    def _failed(self, message: str, hint: str) -> PullFailed:
        return PullFailed(f"{self._reference} could not be pulled: {message.rstrip('.')}.", hint=hint)


def split(reference: str) -> tuple[str, str]:
    """(name, tag or digest); without either it is `latest`, never every tag there is."""
    if "@" in reference:
        name, _, digest = reference.partition("@")
        return name, digest
    name, colon, tag = reference.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (reference, "latest")


def credentials(reference: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The header with the login that the docker CLI's configuration keeps for the image's registry, if any."""
    if not {"auths", "credsStore", "credHelpers"} & configuration(environ).keys():
        return {}
    from docker import auth
    from docker.errors import DockerException

    try:
        registry, _ = auth.resolve_repository_name(split(reference)[0])
        kept = auth.load_config(str(config_folder(environ) / "config.json"), credstore_env=dict(environ))
        with warnings.catch_warnings():  # a missing helper is also raised; the warning would spoil the screen
            warnings.simplefilter("ignore")
            login = auth.resolve_authconfig(kept, registry)
    except DockerException as error:
        raise PullFailed(
            f"{reference} could not be pulled: the docker CLI's stored login cannot be read: {error}.",
            hint=f"Check credsStore and credHelpers in {config_folder(environ) / 'config.json'}.",
        ) from error
    return {"X-Registry-Auth": auth.encode_header(login).decode()} if login else {}
