"""Pulling an image over the SDK: the engine's messages -> Progress, with the docker CLI's own credentials."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from devbox.adapters.contexts import config_folder
from devbox.adapters.failures import lost, root
from devbox.errors import EngineError, EngineLost, NotFound, PullFailed
from devbox.ports import Progress

if TYPE_CHECKING:
    from devbox.adapters.api import Api

UNREACHABLE = "The engine could not get it from the registry; check its network, or build the image here."
UNKNOWN = (
    "Check the name and tag; for a private image, `docker login` first; to build it here, give the service a `build`."
)


class PullSource:
    """The messages of one pull; a failure is raised as PullFailed."""

    def __init__(self, api: Api, reference: str, platform: str, environ: Mapping[str, str]) -> None:
        self._client = api.another()
        self._reference = reference
        self._environ = environ
        self._closed = False
        try:
            self._messages = self._begin(platform)
        except EngineLost:
            raise
        except EngineError as error:
            raise self._failed(error.message, UNKNOWN if isinstance(error, NotFound) else UNREACHABLE) from error

    def _begin(self, platform: str) -> Iterator[dict[str, Any]]:
        from docker.errors import DockerException

        name, tag = split(self._reference)
        config = config_folder(self._environ) / "config.json"
        try:
            self._client.reload_config(str(config))
            with warnings.catch_warnings():  # a missing helper is also raised; the warning would spoil the screen
                warnings.simplefilter("ignore")
                return iter(self._client.pull(name, tag, stream=True, decode=True, platform=platform or None))
        except DockerException as error:
            raise PullFailed(
                f"{self._reference} could not be pulled: the docker CLI's stored login cannot be read: {error}.",
                hint=f"Check credsStore and credHelpers in {config}.",
            ) from error

    def read(self) -> list[Progress] | None:
        from urllib3.exceptions import HTTPError

        try:
            message = next(self._messages, None)
        except (OSError, HTTPError, ValueError) as error:
            if self._closed:
                return None
            raise lost(self._client.endpoint.url, error) from root(error)
        return None if message is None else [self._progress(message)]

    def close(self) -> None:
        self._closed = True
        self._client.end_answer()
        self._client.close()

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
