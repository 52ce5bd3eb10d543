"""Rules on Dockerfiles: each says the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from e2b_dockerfile_utils import DockerfileInstruction

from devbox.compose.masking import is_secret
from devbox.hardening.dockerfile import Dockerfile, Stage, script, sources
from devbox.hardening.exposure import is_floating
from devbox.hardening.rule import Hit, Severity, rule
from devbox.hardening.subject import is_root

_APT_INSTALL = re.compile(r"\bapt(?:-get)?\b[^\n;&|]*\binstall\b[^\n;&|]*")
_APT_UPDATE = re.compile(r"\bapt(?:-get)?\b[^\n;&|]*\bupdate\b")
_APT_LISTS = re.compile(r"\brm\b[^\n;&|]*/var/lib/apt/lists|\bdistclean\b")
_FETCHED_INTO_A_SHELL = re.compile(r"\b(?:curl|wget)\b[^\n;&]*\|\s*(?:sudo\s+)?(?:/\S*/)?(?:ba|da|z|k|a)?sh\b")
_SHELL_OF_A_FETCH = re.compile(r"\b(?:ba|da|z|k|a)?sh\s+(?:-\S+\s+)*(?:<\(|[\"']?\$\()\s*(?:curl|wget)\b")
_UNTOLD = ("scratch",)
_WHOLE = (".", "./", "*", "./*", "/")
_PRIVATE = (".git/config", ".env")
"""What lies in many a folder and belongs into no image."""


def _all(dockerfile: Dockerfile, *names: str) -> Iterator[tuple[Stage, DockerfileInstruction]]:
    for stage in dockerfile.stages:
        for one in stage.instructions:
            if one.name in names:
                yield stage, one


def user(dockerfile: Dockerfile) -> tuple[str, int] | None:
    """What the last USER that holds for the target says, and its line; None if only the base image can tell."""
    for stage in dockerfile.lineage():
        for one in reversed(stage.instructions):
            if one.name == "USER" and one.args:
                return one.args[0], one.start_line
    return None


def has_healthcheck(dockerfile: Dockerfile) -> bool:
    """Whether the target has a HEALTHCHECK that is not NONE."""
    for stage in dockerfile.lineage():
        for one in reversed(stage.instructions):
            if one.name == "HEALTHCHECK":
                return one.args[:1] != ["NONE"]
    return False


def _root(dockerfile: Dockerfile) -> Iterator[Hit]:
    found = user(dockerfile)
    if found is None:
        yield Hit(text="has no USER, so it runs as its base image says", line=dockerfile.target.line)
    elif is_root(found[0]):
        yield Hit(text=f"ends with USER {found[0]}", line=found[1])


def _added_urls(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, one in _all(dockerfile, "ADD"):
        checked = any(flag.startswith("--checksum=") for flag in one.flags)
        for source in one.args[:-1]:
            if source.startswith(("http://", "https://")) and not checked:
                yield Hit(text=f"adds {source} without a checksum", line=one.start_line)


def _recommended(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, run in _all(dockerfile, "RUN"):
        if any("--no-install-recommends" not in call for call in _APT_INSTALL.findall(script(run))):
            yield Hit(text="installs what packages recommend along with them", line=run.start_line)


def _apt_lists(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, run in _all(dockerfile, "RUN"):
        text = script(run)
        mounted = any(flag.startswith("--mount=") and "target=/var/lib/apt" in flag for flag in run.flags)
        if _APT_UPDATE.search(text) and not mounted and not _APT_LISTS.search(text):
            yield Hit(text="keeps apt's package lists in the layer", line=run.start_line)


def _piped(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, run in _all(dockerfile, "RUN"):
        text = script(run)
        if _FETCHED_INTO_A_SHELL.search(text) or _SHELL_OF_A_FETCH.search(text):
            yield Hit(text="runs a script straight from the network", line=run.start_line)


def _secrets(dockerfile: Dockerfile) -> Iterator[Hit]:
    arguments = [*dockerfile.arguments, *(one for _, one in _all(dockerfile, "ARG"))]
    for one in arguments:
        for word in one.args:
            if is_secret(word.partition("=")[0]):
                yield Hit(text=f"takes a secret as ARG {word.partition('=')[0]}", line=one.start_line)
    for _, one in _all(dockerfile, "ENV"):
        for name, value in zip(one.args[::3], one.args[1::3], strict=False):
            if value and is_secret(name):
                yield Hit(text=f"has a secret in ENV {name}", line=one.start_line)


def _shell_form(dockerfile: Dockerfile) -> Iterator[Hit]:
    for stage in dockerfile.lineage():
        for one in stage.instructions:
            if one.name in ("ENTRYPOINT", "CMD") and not one.json and one.args and one.args != [""]:
                yield Hit(text=f"has its {one.name} in shell form", line=one.start_line)


def _whole_context(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, one in _all(dockerfile, "COPY", "ADD"):
        if not any(source in _WHOLE for source in sources(one)):
            continue
        if dockerfile.ignored is None:
            yield Hit(text="copies the whole context, and there is no .dockerignore", line=one.start_line)
        elif kept := [path for path in _PRIVATE if not dockerfile.ignored.matches(path)]:
            names = " and ".join(path.partition("/")[0] for path in kept)
            yield Hit(text=f"copies the whole context, {names} too if there", line=one.start_line)


def _bases(dockerfile: Dockerfile) -> Iterator[Stage]:
    for stage in dockerfile.stages:
        if not stage.inner and stage.base not in _UNTOLD and "$" not in stage.base:
            yield stage


def _floating(dockerfile: Dockerfile) -> Iterator[Hit]:
    for stage in _bases(dockerfile):
        if is_floating(stage.base):
            yield Hit(text=f"is built on whatever {stage.base} is at the moment", line=stage.line)


def _tagged(dockerfile: Dockerfile) -> Iterator[Hit]:
    for stage in _bases(dockerfile):
        if "@" not in stage.base and not is_floating(stage.base):
            yield Hit(text=f"is built on {stage.base}, a tag that can be moved", line=stage.line)


RULES = (
    rule(
        "DB101",
        Severity.HIGH,
        "image runs as root",
        _root,
        reason="whoever starts the image without a user runs it as root",
        remedy="make a user with a fixed uid and end with `USER 10001:10001`",
    ),
    rule(
        "DB102",
        Severity.MEDIUM,
        "ADD from the network",
        _added_urls,
        reason="what the address serves tomorrow goes into the image unseen",
        remedy="`ADD --checksum=sha256:...`, or COPY a file that is kept with the source",
    ),
    rule(
        "DB103",
        Severity.LOW,
        "recommended packages",
        _recommended,
        reason="programs that nobody asked for have to be kept up to date, and help who breaks in",
        remedy="`apt-get install --no-install-recommends`",
    ),
    rule(
        "DB104",
        Severity.LOW,
        "apt's lists kept",
        _apt_lists,
        reason="tens of megabytes in every image, stale the next day",
        remedy="`rm -rf /var/lib/apt/lists/*` in the same RUN, or `--mount=type=cache,target=/var/lib/apt`",
    ),
    rule(
        "DB105",
        Severity.HIGH,
        "script from the network",
        _piped,
        reason="what the address serves at the moment runs as root in the build",
        remedy="download it, check its digest, then run it; or install a package",
    ),
    rule(
        "DB106",
        Severity.HIGH,
        "secret in the Dockerfile",
        _secrets,
        reason="everyone who has the image can read it in its history",
        remedy="`RUN --mount=type=secret` for a build, a file under `secrets` at run time",
    ),
    rule(
        "DB107",
        Severity.MEDIUM,
        "shell-form entry point",
        _shell_form,
        reason="the shell is process 1 and passes no signal on: the service is killed instead of stopped",
        remedy='exec form: `CMD ["python", "-m", "app"]`',
    ),
    rule(
        "DB108",
        Severity.MEDIUM,
        "whole context copied",
        _whole_context,
        reason="history, settings and secrets that lie about end in the image",
        remedy="copy by name, or keep things out with .dockerignore (`*`, then `!src`)",
    ),
    rule(
        "DB109",
        Severity.MEDIUM,
        "base without a version",
        _floating,
        reason="two builds of the same source give different images",
        remedy="name a version: `FROM python:3.11-slim-bookworm`",
    ),
    rule(
        "DB110",
        Severity.LOW,
        "base without a digest",
        _tagged,
        reason="whoever can push to the registry can change what is built upon",
        remedy="`FROM python:3.11-slim-bookworm@sha256:...`, renewed by a bot or by hand",
    ),
)
