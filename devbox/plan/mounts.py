"""What a service mounts: binds, volumes, tmpfs, and its configs and secrets."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from devbox.compose.model import FileObject, FileReference, Mount, MountKind, Project, Service
from devbox.plan.steps import InjectedFile
from devbox.record import dataclass

SECRETS, CONFIGS = "/run/secrets/", "/"
"""where a relative target lies"""
ENGINE_SOCKET = "/var/run/docker.sock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """`binds` and `mounts` as HostConfig takes them; `files` are copied in before the start."""

    binds: tuple[str, ...]
    mounts: tuple[Mapping[str, Any], ...]
    files: tuple[InjectedFile, ...]


def mounted(project: Project, service: Service, anonymous: Mapping[str, str]) -> Mounted:
    """All mounts of a container of the service; `anonymous` (target -> volume) are those it takes over."""
    binds = [_line(project, one) for one in service.volumes if _is_plain(project, one)]
    targets = {one.target for one in service.volumes}
    mounts = [
        *_files(service.secrets, project.secrets, SECRETS, targets, BindOptions={}),
        *_files(service.configs, project.configs, CONFIGS, targets),
        *(_mount(project, service, one, anonymous) for one in service.volumes if not _is_plain(project, one)),
    ]
    if service.use_api_socket:
        binds.append(f"{ENGINE_SOCKET}:{ENGINE_SOCKET}:rw")
    for target, volume in anonymous.items():
        if target not in targets:
            mounts.append({"Type": "volume", "Source": volume, "Target": target})
    return Mounted(
        binds=tuple(binds),
        mounts=tuple(mounts),
        files=(
            *_contents(service.secrets, project.secrets, SECRETS),
            *_contents(service.configs, project.configs, CONFIGS),
        ),
    )


def inherited(service: Service, found: Mapping[str, str], image_volumes: Iterable[str]) -> dict[str, str]:
    """Which anonymous volumes a container's successor takes over: those the service or the image still declares.

    `found` is mount target -> volume name. A target that the files now fill otherwise is not taken over.
    """
    declared = {one.target for one in service.volumes if one.kind is MountKind.VOLUME and not one.source}
    filled = {one.target for one in service.volumes} | {line.partition(":")[0] for line in service.tmpfs}
    wanted = declared | (set(image_volumes) - filled)
    return {target: volume for target, volume in found.items() if target in wanted}


def _is_plain(project: Project, mount: Mount) -> bool:
    """Whether it is written as a line of HostConfig.Binds, as Compose prefers.

    Of binds only that form makes an engine before 25 create a missing path, and only it knows SELinux labels.
    """
    match mount.kind:
        case MountKind.BIND:
            creates = mount.bind_create_host_path and not mount.bind_propagation and not mount.bind_recursive
            return (creates or not mount.has_options) and ":" not in mount.source
        case MountKind.VOLUME:
            special = mount.volume_nocopy or mount.volume_subpath or mount.volume_labels
            return mount.source in project.volumes and not special
    return False


def _line(project: Project, mount: Mount) -> str:
    modes = ["ro" if mount.read_only else "rw", mount.bind_selinux]
    volume = project.volumes.get(mount.source) if mount.kind is MountKind.VOLUME else None
    source = volume.name if volume else mount.source
    return f"{source}:{mount.target}:{','.join(mode for mode in modes if mode)}"


def _mount(project: Project, service: Service, mount: Mount, anonymous: Mapping[str, str]) -> dict[str, Any]:
    source, options = mount.source, {}
    match mount.kind:
        case MountKind.BIND | MountKind.NPIPE:
            options = _bind_options(mount)
        case MountKind.VOLUME:
            volume = project.volumes.get(mount.source)
            source = volume.name if volume else mount.source or anonymous.get(mount.target, "")
            options = _present(
                NoCopy=mount.volume_nocopy,
                Labels=dict(mount.volume_labels),
                Subpath=mount.volume_subpath,
                DriverConfig={"Name": service.volume_driver} if service.volume_driver and not volume else None,
            )
        case MountKind.TMPFS:
            options = _present(SizeBytes=mount.tmpfs_size, Mode=mount.tmpfs_mode)
        case MountKind.IMAGE:
            options = _present(Subpath=mount.image_subpath)
    found = _present(
        Type=mount.kind.value,
        Source=source,
        Target=mount.target,
        ReadOnly=mount.read_only,
        Consistency=mount.consistency,
    )
    return {**found, f"{mount.kind.value.capitalize()}Options": options} if options or mount.has_options else found


def _bind_options(mount: Mount) -> dict[str, Any]:
    recursive = {
        "disabled": {"NonRecursive": True},
        "writable": {"ReadOnlyNonRecursive": True},
        "readonly": {"ReadOnlyForceRecursive": True},
    }.get(mount.bind_recursive, {})
    return _present(Propagation=mount.bind_propagation, CreateMountpoint=mount.bind_create_host_path, **dict(recursive))


def _target(reference: FileReference, folder: str) -> str:
    target = reference.target or reference.source
    return target if target.startswith("/") else folder + target


def _files(
    references: Iterable[FileReference],
    objects: Mapping[str, FileObject],
    folder: str,
    taken: Container[str],
    **more: Any,
) -> Iterable[dict[str, Any]]:
    for reference in references:
        found, target = objects.get(reference.source), _target(reference, folder)
        if found is not None and found.file and target not in taken:
            yield {"Type": "bind", "Source": found.file, "Target": target, "ReadOnly": True, **more}


def _contents(
    references: Iterable[FileReference], objects: Mapping[str, FileObject], folder: str
) -> Iterable[InjectedFile]:
    for reference in references:
        found = objects.get(reference.source)
        if found is None or found.file or found.content is None:
            continue
        yield InjectedFile(
            path=_target(reference, folder),
            content=found.content.encode(),
            uid=_number(reference.uid),
            gid=_number(reference.gid),
            mode=reference.mode if reference.mode is not None else 0o444,
        )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _present(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not (value is None or value is False or value in ("", {}))}
