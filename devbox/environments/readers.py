"""Which secrets the services of a project use, and as whom they read them."""

from __future__ import annotations

from devbox.compose.model import FileObject, Project, Service
from devbox.record import dataclass

_OVERRIDING = frozenset({"ALL", "DAC_OVERRIDE", "DAC_READ_SEARCH"})
"""Capabilities with which root reads what it does not own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A service that reads a secret; `uid` None: only the image knows who it runs as."""

    service: str
    uid: int | None = None
    gid: int | None = None
    is_mighty: bool = False
    """It reads every file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that containers get; one that only a build gets is none."""

    object: FileObject
    readers: tuple[Reader, ...]


def used_secrets(project: Project) -> tuple[Secret, ...]:
    """The secrets of the project that its services use at run time, also those that their profiles leave out."""
    readers: dict[str, list[Reader]] = {}
    for service in (*project.services.values(), *project.disabled.values()):
        for reference in service.secrets:
            readers.setdefault(reference.source, []).append(reader(service))
    return tuple(
        Secret(object=found, readers=tuple(readers[key])) for key, found in project.secrets.items() if key in readers
    )


def reader(service: Service) -> Reader:
    """The service, as the user that its `user:` names by number."""
    name, _, group = service.user.partition(":")
    uid = 0 if name == "root" else int(name) if name.isdecimal() else None
    gid = int(group) if group.isdecimal() else uid if uid == 0 else None
    return Reader(service=service.name, uid=uid, gid=gid, is_mighty=uid == 0 and _overrides(service))


def _overrides(service: Service) -> bool:
    added, dropped = (
        {one.upper().removeprefix("CAP_") for one in caps} for caps in (service.cap_add, service.cap_drop)
    )
    if service.privileged or added & _OVERRIDING:
        return True
    return not dropped & {"ALL", "DAC_OVERRIDE"}
