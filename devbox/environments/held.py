"""The credentials that environments hold, by value, to be found again in others; none is ever shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from devbox.compose.model import FileObject, Project
from devbox.compose.report import Path
from devbox.environments.credentials import values
from devbox.environments.finding import Finding
from devbox.environments.isolation import listed
from devbox.environments.kind import Kind
from devbox.environments.member import Member
from devbox.environments.readers import used_secrets
from devbox.record import dataclass


class Readable(Protocol):
    """What this needs of the file system; errors are OSError."""

    def read(self, path: str) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """`value` is never shown; where a secret's file cannot be read here, `file` alone tells one from another."""

    name: str
    path: Path
    value: str = ""
    file: str = ""


def held(project: Project, files: Readable) -> list[Held]:
    """Each once, by its value; what only a build is given is the user's own, and no environment's."""
    found: dict[tuple[str, str], Held] = {}
    for one in (*_secrets(project, files), *_variables(project)):
        if one.value or one.file:
            found.setdefault((one.value, "" if one.value else one.file), one)
    return list(found.values())


def _secrets(project: Project, files: Readable) -> Iterator[Held]:
    for secret in used_secrets(project):
        one = secret.object
        if not one.external:
            value = _content(one, files)
            kind = "file" if one.file else "environment" if one.environment else "content"
            path: Path = ("secrets", one.key, kind)
            yield Held(name=one.key, path=path, value=value or "", file=one.file if value is None else "")


def _content(secret: FileObject, files: Readable) -> str | None:
    """None: it cannot be read here."""
    if not secret.file:
        return (secret.content or "").strip()
    try:
        return files.read(secret.file).decode(errors="replace").strip()
    except OSError:
        return None


def _variables(project: Project) -> Iterator[Held]:
    for service in project.services.values():
        own: Path = ("services", service.name)
        named = [((*own, "environment"), service.environment)]
        if service.build:
            named.append(((*own, "build", "args"), service.build.args))
        for path, variables in named:
            for name, value in variables.items():
                for part in values(name, value or ""):
                    yield Held(name=name, path=(*path, name), value=part)


def shared_secrets(members: Sequence[Member], known: Mapping[str, Sequence[Held]]) -> Iterator[Finding]:
    """Credentials that several environments have; worse where one of these is production."""
    holders: dict[tuple[str, str], dict[str, Held]] = {}
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
