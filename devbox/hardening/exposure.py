"""Rules on what of a service can be reached, replaced or read by others: ports, images, secrets."""

from __future__ import annotations

from collections.abc import Iterator

from devbox.compose.masking import is_secret, masked
from devbox.compose.reference import tag
from devbox.hardening.rule import Hit, Severity, rule
from devbox.hardening.subject import Subject

EVERYWHERE = ("", "0.0.0.0", "::")
"""Addresses that mean every network of the host."""


def is_floating(reference: str) -> bool:
    """Whether the reference means whatever is newest."""
    return "@" not in reference and tag(reference) in ("", "latest")


def _fetched(subject: Subject) -> str:
    """The image if it comes from a registry; "" if the project builds it, or it must be here already."""
    service = subject.service
    every = (*subject.project.services.values(), *subject.project.disabled.values())
    built = any(other.build is not None and other.image == service.image for other in every)
    return "" if service.build is not None or built or service.pull_policy == "never" else service.image


def _published(subject: Subject) -> Iterator[Hit]:
    for index, port in enumerate(subject.service.ports):
        if port.host_ip in EVERYWHERE:
            where = port.published or "a port"
            yield Hit(text=f"publishes {where} for {port.target} on every network", path=("ports", index))


def _floating(subject: Subject) -> Iterator[Hit]:
    image = _fetched(subject)
    if image and is_floating(image):
        yield Hit(text=f"runs whatever {image} is at the moment", path=("image",))


def _tagged(subject: Subject) -> Iterator[Hit]:
    image = _fetched(subject)
    if image and "@" not in image and not is_floating(image):
        yield Hit(text=f"runs {image}, a tag that can be moved", path=("image",))


def _environment(subject: Subject) -> Iterator[Hit]:
    for name, value in subject.service.environment.items():
        if value and masked(name, value) != value:
            what = "" if is_secret(name) else "a password in a URL: "
            yield Hit(text=f"has a secret in its environment: {what}{name}", path=("environment", name))


def _arguments(subject: Subject) -> Iterator[Hit]:
    for name, value in (subject.service.build.args if subject.service.build else {}).items():
        if value and masked(name, value) != value:
            yield Hit(text=f"is built with a secret among its arguments: {name}", path=("build", "args", name))


def _files(subject: Subject) -> Iterator[Hit]:
    for reference in subject.service.secrets:
        if reference.source in subject.readable:
            text = f"has a secret that every user here can read: {reference.source}"
            yield Hit(text=text, path=("secrets", reference.source, "file"), at_top=True)


RULES = (
    rule(
        "DB040",
        Severity.HIGH,
        "published on every network",
        _published,
        reason="the engine opens the port past the host's firewall, to everyone who reaches the host",
        remedy='`ports: ["127.0.0.1:8000:8000"]`, or no port: services reach each other by name',
    ),
    rule(
        "DB050",
        Severity.MEDIUM,
        "image without a version",
        _floating,
        reason="two machines, or two days, run different things under one name",
        remedy="name a version: `postgres:15.14`, better with its digest",
    ),
    rule(
        "DB051",
        Severity.LOW,
        "image without a digest",
        _tagged,
        reason="whoever can push to the registry can change what runs under the tag",
        remedy="`image: postgres:15.14@sha256:...` (`docker buildx imagetools inspect` prints the digest)",
    ),
    rule(
        "DB060",
        Severity.HIGH,
        "secret in the environment",
        _environment,
        reason="`docker inspect`, crash reports and every child process show it",
        remedy="a file under `secrets`, and the variable's _FILE form (POSTGRES_PASSWORD_FILE)",
    ),
    rule(
        "DB061",
        Severity.HIGH,
        "secret among the build's arguments",
        _arguments,
        reason="the image's history keeps it",
        remedy="`build.secrets`, and `RUN --mount=type=secret` in the Dockerfile",
    ),
    rule(
        "DB062",
        Severity.MEDIUM,
        "secret file that everyone can read",
        _files,
        reason="every user and program of this machine has it",
        remedy="`chmod o-rwx` on the file or its folder",
    ),
)
