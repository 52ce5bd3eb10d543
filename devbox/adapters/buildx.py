"""The command line of `docker buildx build` (and of `docker build` with BuildKit) for one service."""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Mapping
from dataclasses import field

from devbox.compose.model import Build, FileReference
from devbox.errors import BuildFailed
from devbox.ports import BuildRequest
from devbox.record import dataclass

_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What to run: the words after `docker`, what goes to stdin, and variables for the secrets that are values."""

    words: tuple[str, ...]
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)


def invocation(request: BuildRequest, *, buildx: bool, progress: str) -> Invocation:
    """The whole call; `buildx` False is the plain `docker build`, which knows fewer options."""
    build = request.build
    secrets, variables = _secrets(request)
    words = ["buildx", "build", "--load"] if buildx else ["build"]
    words += [f"--progress={progress}", *_tags(request), *_labels(request), *_source(build), *_options(request, build)]
    words += _uncached(request, buildx=buildx)
    words += secrets
    words += [f"--ssh={_ssh(key, path)}" for key, path in build.ssh]
    words += _attested(build)
    return Invocation(
        words=(*words, "--", build.context),
        stdin=build.dockerfile_inline.encode(),
        environment=variables,
    )


def _is_remote(context: str) -> bool:
    """Whether a build context is fetched by the builder rather than sent by us."""
    return context.startswith(_REMOTE)


def tagged(request: BuildRequest) -> list[str]:
    """The names the image gets, the service's own first."""
    return list(dict.fromkeys((request.image, *request.build.tags)))


def _tags(request: BuildRequest) -> list[str]:
    return [word for tag in tagged(request) for word in ("--tag", tag)]


def _labels(request: BuildRequest) -> list[str]:
    labels = {
        **request.build.labels,
        "com.docker.compose.project": request.project,
        "com.docker.compose.service": request.service,
    }
    return [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]


def _source(build: Build) -> list[str]:
    if build.dockerfile_inline:
        return ["--file", "-"]
    if _is_remote(build.context):
        return ["--file", build.dockerfile] if build.dockerfile != "Dockerfile" else []
    return ["--file", posixpath.join(build.context, build.dockerfile)]


def _options(request: BuildRequest, build: Build) -> list[str]:
    words: list[str] = []
    for name, value in build.args.items():
        words += ["--build-arg", name if value is None else f"{name}={value}"]
    for name, place in build.additional_contexts.items():
        words += ["--build-context", f"{name}={place}"]
    for host, address in build.extra_hosts:
        words += ["--add-host", f"{host}:{address}"]
    for name, (soft, hard) in build.ulimits.items():
        words += ["--ulimit", f"{name}={soft}:{hard}"]
    words += [f"--cache-from={source}" for source in build.cache_from]
    words += [f"--cache-to={target}" for target in build.cache_to]
    entitlements = [*build.entitlements, *(["security.insecure"] if build.privileged else [])]
    words += [f"--allow={entitlement}" for entitlement in dict.fromkeys(entitlements)]
    platforms = build.platforms or ((request.platform,) if request.platform else ())
    single = {
        "--platform": ",".join(platforms),
        "--target": build.target,
        "--network": build.network,
        "--shm-size": str(build.shm_size or ""),
    }
    words += [f"{option}={value}" for option, value in single.items() if value]
    if build.pull or request.pull:
        words.append("--pull")
    return words


def _uncached(request: BuildRequest, *, buildx: bool) -> list[str]:
    """What is built without the cache: some stages, or all where the builder cannot be told of single ones."""
    stages = request.build.no_cache_filter
    if request.build.no_cache or request.no_cache or (stages and not buildx):
        return ["--no-cache"]
    return [f"--no-cache-filter={stage}" for stage in stages]


def _attested(build: Build) -> list[str]:
    given = {"--provenance": build.provenance, "--sbom": build.sbom}
    return [f"{option}={value}" for option, value in given.items() if value]


def _secrets(request: BuildRequest) -> tuple[list[str], dict[str, str]]:
    words: list[str] = []
    variables: dict[str, str] = {}
    for number, reference in enumerate(request.build.secrets):
        fields, variable = _secret(request, reference, number)
        variables |= variable
        words += ["--secret", _csv(fields)]
    return words, variables


def _secret(request: BuildRequest, reference: FileReference, number: int) -> tuple[list[str], dict[str, str]]:
    """A secret travels as a file's path or in a variable of the builder's process, never on its command line."""
    secret = request.secrets.get(reference.source)
    name = reference.target or reference.source
    if secret is None or secret.external:
        raise BuildFailed(
            f"The build of {request.service} needs the secret {reference.source!r}, which no file or variable gives.",
            hint=f"Declare it under `secrets:` with `file:` or `environment:`, then build {request.service} again.",
        )
    if secret.file:
        return [f"id={name}", f"src={secret.file}"], {}
    value = secret.content if secret.content is not None else request.environment.get(secret.environment, "")
    variable = f"DEVBOX_BUILD_SECRET_{number}"
    return [f"id={name}", f"env={variable}"], {variable: value}


def _csv(fields: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()


def _ssh(key: str, path: str) -> str:
    return f"{key}={path}" if path else key
