"""The engine's classic builder over the SDK, for machines whose docker CLI has no BuildKit."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import Any

from docker.errors import DockerException
from urllib3.exceptions import HTTPError

from devbox.adapters.buildx import tagged
from devbox.adapters.client import Client
from devbox.adapters.connect import agreed
from devbox.adapters.dial import Endpoint
from devbox.adapters.outline import Outline
from devbox.adapters.threads import batches
from devbox.errors import BuildFailed, EngineError
from devbox.ports import BuildRequest, Progress

_WAITING = 1000
"""Messages that may wait to be taken."""
_STEP = re.compile(r"Step \d+/\d+ : (.*)")


async def build(
    endpoint: Endpoint, environ: Mapping[str, str], request: BuildRequest, outline: Outline
) -> AsyncGenerator[list[Progress]]:
    """Build at `endpoint`; a failure is left in `outline`. BuildFailed at once where the build asks for BuildKit."""
    wanted = [
        name
        for name, value in {
            "secrets": request.build.secrets,
            "ssh": request.build.ssh,
            "additional_contexts": request.build.additional_contexts,
            "cache_to": request.build.cache_to,
        }.items()
        if value
    ]
    if wanted:
        raise BuildFailed(
            f"The build of {request.service} uses {', '.join(wanted)}, which needs BuildKit.",
            hint="Install the docker CLI's plugin buildx (Debian: docker-buildx), then build again.",
        )
    source = batches(lambda: _Source(agreed(endpoint, environ).another(), request, outline), _WAITING)
    async with contextlib.aclosing(source) as found:
        async for batch in found:
            yield batch


class _Source:
    """The messages of one build."""

    def __init__(self, client: Client, request: BuildRequest, outline: Outline) -> None:
        self._outline = outline
        self._item = ""
        self._closed = False
        self._client = client
        try:
            self._messages = _messages(client, request)
        except (EngineError, DockerException, OSError, TypeError) as error:
            client.close()
            raise BuildFailed(f"The image of {request.service} ({request.image}) did not build: {error}") from error

    def read(self) -> list[Progress] | None:
        try:
            message = next(self._messages, None)
        except (EngineError, HTTPError, OSError, ValueError) as error:
            if self._closed:
                return None
            self._outline.failed(self._item, str(error))
            return [Progress(item=self._item, done=True, error=str(error))]
        if message is None:
            return self._end()
        return self._progress(message)

    def close(self) -> None:
        self._closed = True
        self._client.end_answer()
        self._client.close()

    def _progress(self, message: Mapping[str, Any]) -> list[Progress]:
        if "error" in message:
            error = str(message["error"]).strip()
            self._outline.failed(self._item, error)
            return [Progress(item=self._item, done=True, error=error)]
        if "status" in message:
            detail = message.get("progressDetail") or {}
            sizes = int(detail.get("current") or 0), int(detail.get("total") or 0)
            return [Progress(item=self._item, status=str(message["status"]), current=sizes[0], total=sizes[1])]
        found: list[Progress] = []
        for line in str(message.get("stream", "")).splitlines():
            found += self._line(line.rstrip())
        return found

    def _line(self, line: str) -> list[Progress]:
        if not line:
            return []
        if _STEP.fullmatch(line):
            ended = self._over()
            self._item = line
            self._outline.began(line)
            return [*ended, Progress(item=line, status="running")]
        self._outline.output(self._item, line)
        return [Progress(item=self._item, log=line)]

    def _over(self) -> list[Progress]:
        if not self._item:
            return []
        self._outline.ended(self._item, cached=False)
        return [Progress(item=self._item, done=True)]

    def _end(self) -> list[Progress] | None:
        last, self._item = self._over() if not self._outline.error else [], ""
        return last or None


def _messages(client: Client, request: BuildRequest) -> Iterator[dict[str, Any]]:
    build = request.build
    first, *others = tagged(request)
    arguments: dict[str, Any] = {
        "tag": first,
        "dockerfile": build.dockerfile,
        "buildargs": {key: request.environment.get(key, "") if v is None else v for key, v in build.args.items()},
        "labels": {
            **build.labels,
            "com.docker.compose.project": request.project,
            "com.docker.compose.service": request.service,
        },
        "target": build.target or None,
        "network_mode": build.network or None,
        "platform": request.platform or next(iter(build.platforms), None),
        "nocache": bool(build.no_cache or request.no_cache or build.no_cache_filter),
        "pull": build.pull or request.pull,
        "extra_hosts": dict(build.extra_hosts) or None,
        "cache_from": list(build.cache_from) or None,
        "shmsize": build.shm_size,
        "rm": True,
        "forcerm": True,
        "decode": True,
    }
    with contextlib.ExitStack() as stack:
        if build.dockerfile_inline:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="devbox-")))
            (folder / "Dockerfile").write_text(build.dockerfile_inline, encoding="utf-8")
            arguments["dockerfile"] = str(folder / "Dockerfile")
        found = client.build(path=build.context, **arguments)
    return _with_tags(client, iter(found), first, others)


def _with_tags(
    client: Client, found: Iterator[dict[str, Any]], first: str, others: list[str]
) -> Iterator[dict[str, Any]]:
    """The messages; at a good end the image gets its further tags."""
    good = True
    for message in found:
        good = good and "error" not in message
        yield message
    if good:
        for tag in others:
            name, _, version = tag.rpartition(":") if ":" in tag.rpartition("/")[2] else (tag, "", "latest")
            client.tag(first, name, version)
