"""Passwords, tokens and secrets of an environment, wherever its files keep them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from devbox.compose.masking import is_secret
from devbox.compose.model import FileObject, Project
from devbox.compose.report import Path
from devbox.environments.finding import Finding
from devbox.environments.isolation import listed
from devbox.environments.kind import Kind
from devbox.environments.member import Member
from devbox.record import dataclass

_IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/@:]*:(?P<password>[^\s/@]+)@", re.IGNORECASE)


class Readable(Protocol):
    """What this needs of the file system; errors are OSError."""

    def read(self, path: str) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """`value` is never shown; where a secret's file cannot be read here, `file` alone tells one from another."""

    name: str
    path: Path
    value: str = ""
    file: str = ""


def credentials(project: Project, files: Readable) -> list[Credential]:
    """Each once, by its value; what only a build is given is the user's own, and no environment's."""
    found: dict[tuple[str, str], Credential] = {}
    for one in (*_secrets(project, files), *_variables(project)):
        if one.value or one.file:
            found.setdefault((one.value, "" if one.value else one.file), one)
    return list(found.values())


def _secrets(project: Project, files: Readable) -> Iterator[Credential]:
    used = {use.source for service in project.services.values() for use in service.secrets}
    for key, secret in project.secrets.items():
        if key in used and not secret.external:
            value = _content(secret, files)
            path: Path = ("secrets", key, "file" if secret.file else "environment" if secret.environment else "content")
            yield Credential(name=key, path=path, value=value or "", file=secret.file if value is None else "")


def _content(secret: FileObject, files: Readable) -> str | None:
    """None: it cannot be read here."""
    if not secret.file:
        return (secret.content or "").strip()
    try:
        return files.read(secret.file).decode(errors="replace").strip()
    except OSError:
        return None


def _variables(project: Project) -> Iterator[Credential]:
    for name, service in project.services.items():
        for key, value in service.environment.items():
            path: Path = ("services", name, "environment", key)
            if value and is_secret(key) and "://" not in value:
                yield Credential(name=key, path=path, value=value)
            for url in _IN_URL.finditer(value or ""):
                yield Credential(name=key, path=path, value=url["password"])
        for key, value in (service.build.args if service.build else {}).items():
            if value and is_secret(key):
                yield Credential(name=key, path=("services", name, "build", "args", key), value=value)


def shared_secrets(members: Sequence[Member], known: Mapping[str, Sequence[Credential]]) -> Iterator[Finding]:
    """Credentials that several environments have; worse where one of these is production."""
    holders: dict[tuple[str, str], dict[str, Credential]] = {}
    for member in members:
        for one in known[member.name]:
            holders.setdefault((one.value, one.file), {}).setdefault(member.name, one)
    for having in holders.values():
        those = [member for member in members if member.name in having]
        if len(those) < 2:
            continue
        mixed = len({member.kind is Kind.PRODUCTION for member in those}) == 2
        first = having[those[0].name]
        yield Finding(
            rule="production-credential" if mixed else "shared-secret",
            subject=first.name,
            message=f"{listed([one.name for one in those])} have the same {first.name}",
            spots=tuple(member.spot(having[member.name].path) for member in those),
        )
