"""Rules on what of the host is mounted."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, normpath

from devbox.compose.model import Mount, MountKind
from devbox.hardening.rule import Hit, Severity, rule
from devbox.hardening.subject import Subject

_SYSTEM = ("/boot", "/dev", "/etc", "/proc", "/root", "/run", "/sys", "/usr", "/var")
"""Folders whose content decides over the host; /var/lib and /var/run are below."""
_SOCKETS = ("docker.sock", "containerd.sock", "podman.sock", "crio.sock")


def _binds(subject: Subject) -> Iterator[tuple[int, Mount, str]]:
    for index, mount in enumerate(subject.service.volumes):
        if mount.kind is MountKind.BIND:
            yield index, mount, normpath(mount.source)


def _is_socket(source: str) -> bool:
    return basename(source) in _SOCKETS


def _is_system(source: str) -> bool:
    return source == "/" or any(source == folder or source.startswith(f"{folder}/") for folder in _SYSTEM)


def _socket(subject: Subject) -> Iterator[Hit]:
    for index, _, source in _binds(subject):
        if _is_socket(source):
            yield Hit(text=f"is given the engine's socket {source}", path=("volumes", index))
    if subject.service.use_api_socket:
        yield Hit(text="is given the engine's socket", path=("use_api_socket",))


def _system(subject: Subject) -> Iterator[Hit]:
    for index, mount, source in _binds(subject):
        if _is_system(source) and not _is_socket(source):
            yield Hit(text=f"mounts {source} of the host at {mount.target}", path=("volumes", index))


def _writable(subject: Subject) -> Iterator[Hit]:
    for index, mount, source in _binds(subject):
        if not mount.read_only and not _is_system(source) and not _is_socket(source):
            yield Hit(text=f"can write {source} of the host at {mount.target}", path=("volumes", index))


def _readable(subject: Subject) -> Iterator[Hit]:
    for index, mount, source in _binds(subject):
        if mount.read_only and not _is_system(source) and not _is_socket(source):
            yield Hit(text=f"reads {source} of the host at {mount.target}", path=("volumes", index))


RULES = (
    rule(
        "DB011",
        Severity.HIGH,
        "the engine's socket",
        _socket,
        reason="who can talk to the engine is root on the host",
        remedy="leave it out, or put a proxy before it that lets through what is needed",
    ),
    rule(
        "DB012",
        Severity.HIGH,
        "system folder of the host",
        _system,
        reason="what is read or written there decides over the host",
        remedy="copy what is needed into the image, or use `configs`",
    ),
    rule(
        "DB013",
        Severity.MEDIUM,
        "writable folder of the host",
        _writable,
        reason="the container can change files that people and other programs trust",
        remedy="a named volume for data; `:ro` where it only reads",
    ),
    rule(
        "DB014",
        Severity.LOW,
        "folder of the host",
        _readable,
        reason="what runs is what lies on this machine, not what was built and tried",
        remedy="COPY it into the image, or use `configs` for single files",
    ),
)
