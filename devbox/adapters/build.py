"""Builder: BuildKit through the docker CLI where that has it, the engine's classic builder elsewhere."""

from __future__ import annotations

import asyncio
import errno
import os
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from enum import Enum

from devbox.adapters.builder_process import BuilderProcess
from devbox.adapters.buildx import invocation
from devbox.adapters.outline import Outline, open_outline
from devbox.adapters.plainlog import PlainLog
from devbox.adapters.rawjson import RawJson
from devbox.errors import BuildFailed
from devbox.ports import BuildRequest, Engine, Progress

_RAWJSON_SINCE = (0, 13)
_BUILTIN_BUILDKIT_BEFORE = 23
"""The docker CLI carried BuildKit itself up to 20.10; from 23 on it needs the plugin buildx."""
_SHORT = 120


class Way(Enum):
    """How images are built here."""

    RAWJSON = "docker buildx build, rawjson"
    BUILDX = "docker buildx build"
    DOCKER = "docker build with BuildKit"
    CLASSIC = "the engine's classic builder"


class ImageBuilder:
    """Builder for the images of `engine`; `environ` is the shell's environment. The way is found out once."""

    def __init__(self, engine: Engine, environ: Mapping[str, str], *, way: Way | None = None) -> None:
        self._engine = engine
        self._environ = environ
        self._way = way
        self._finding = asyncio.Lock()

    async def build(self, request: BuildRequest) -> AsyncGenerator[list[Progress], None]:
        """Build and tag; BuildFailed with the last lines. Closing the iterator cancels the build."""
        outline = await asyncio.to_thread(open_outline, self._environ, request.project, request.service)
        try:
            way = await self.way()
            found = self._classic(request, outline) if way is Way.CLASSIC else self._buildkit(request, outline, way)
            async with aclosing(found) as batches:
                async for batch in batches:
                    yield batch
        finally:
            outline.close()

    async def way(self) -> Way:
        """How images are built here."""
        async with self._finding:
            if self._way is None:
                self._way = await self._find()
        return self._way

    async def _find(self) -> Way:
        buildx = await self._answer("docker", "buildx", "version")
        version = re.search(r" v?(\d+)\.(\d+)", buildx)
        if version:
            return Way.RAWJSON if (int(version[1]), int(version[2])) >= _RAWJSON_SINCE else Way.BUILDX
        client = re.match(r"(\d+)\.", await self._answer("docker", "version", "--format", "{{.Client.Version}}"))
        if client and int(client[1]) < _BUILTIN_BUILDKIT_BEFORE:
            return Way.DOCKER
        return Way.CLASSIC

    async def _answer(self, *words: str) -> str:
        """What a program prints on success; "" otherwise."""
        process = BuilderProcess(words=words, environment=self._environ)
        try:
            lines = [line async for batch in process.lines() for line in batch]
        except (FileNotFoundError, PermissionError):
            return ""
        return "\n".join(lines) if process.exit_code == 0 else ""

    async def _buildkit(self, request: BuildRequest, outline: Outline, way: Way) -> AsyncGenerator[list[Progress]]:
        raw = way is Way.RAWJSON
        call = invocation(request, buildx=way is not Way.DOCKER, progress="rawjson" if raw else "plain")
        info = await self._engine.info()
        environment = {
            "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",  # else the image's id differs with every build
            **self._environ,
            **request.environment,
            "DOCKER_BUILDKIT": "1",
            **call.environment,
        }
        words = ["docker", *_addressed(info.context, info.endpoint, environment), *call.words]
        process = BuilderProcess(words=words, environment=environment, stdin=call.stdin)
        parser = RawJson(outline=outline) if raw else PlainLog(outline=outline)
        async with aclosing(process.lines()) as batches:
            async for lines in batches:
                found = [message for line in lines for message in parser.line(line)]
                if found:
                    yield found
        if process.exit_code:
            raise failure(request, outline)

    async def _classic(self, request: BuildRequest, outline: Outline) -> AsyncGenerator[list[Progress]]:
        from devbox.adapters.classic import build
        from devbox.adapters.contexts import candidates

        info = await self._engine.info()
        choices = candidates(info.context, self._environ)
        endpoint = next((one for one in choices if one.url == info.endpoint), choices[0])
        async with aclosing(build(endpoint, self._environ, request, outline)) as batches:
            async for batch in batches:
                yield batch
        if outline.error:
            raise failure(request, outline)


def _addressed(context: str, endpoint: str, environment: dict[str, str]) -> list[str]:
    """Words (and changes of `environment`) that lead the docker CLI to the engine we are connected to."""
    environment.pop("DOCKER_CONTEXT", None)
    if context not in ("", "default"):
        environment.pop("DOCKER_HOST", None)
        return ["--context", context]
    environment["DOCKER_HOST"] = endpoint
    return []


def _short(text: str) -> str:
    """The builder repeats a whole RUN; the log has it."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT // 2]} … {line[-_SHORT // 2 :]}"


def failure(request: BuildRequest, outline: Outline) -> BuildFailed:
    """The error of a build that ended badly, with what to do where that is known."""
    tail = outline.tail()
    what = f"The image of {request.service} ({request.image}) did not build"
    reason = f": {_short(outline.failed_item)}: {_short(outline.error)}" if outline.error else "."
    hint = ""
    # The builder reports what the kernel said as text only.
    if any(os.strerror(errno.ENOSPC).lower() in text.lower() for text in (*tail, outline.error)):
        what, hint = (
            f"The disk is full: the image of {request.service} ({request.image}) did not build",
            ("`docker builder prune` and `docker image prune` free space on the engine's disk; then build again."),
        )
    elif outline.failed_item.startswith("[internal] load metadata for"):
        image = outline.failed_item.removeprefix("[internal] load metadata for ")
        hint = (
            f"The base image {image} could not be had. Check its name in the Dockerfile, that its registry is "
            "within reach, and `docker login` if it is private."
        )
    return BuildFailed(what + reason, tail=tail, log_file=outline.path, hint=hint)
