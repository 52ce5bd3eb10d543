"""Rules on what a container may do on its host."""

from __future__ import annotations

from collections.abc import Iterator

from devbox.hardening.capabilities import AS_ROOT, plain
from devbox.hardening.rule import Hit, Severity, rule
from devbox.hardening.subject import Subject, is_root

_NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")
_UNCONFINED = ("seccomp:unconfined", "seccomp=unconfined", "apparmor:unconfined", "apparmor=unconfined",
               "label:disable", "label=disable", "systempaths=unconfined", "systempaths:unconfined")  # fmt: skip
_NO_NEW = ("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true")


def drops_all(subject: Subject) -> bool:
    """Whether every capability is dropped that is not added again."""
    return "ALL" in map(plain, subject.service.cap_drop)


def no_new_privileges(subject: Subject) -> bool:
    """Whether the files forbid to gain privileges."""
    return any(option in _NO_NEW for option in subject.service.security_opt)


def _root(subject: Subject) -> Iterator[Hit]:
    user, image = subject.service.user, subject.image
    if user:
        if is_root(user):
            yield Hit(text=f"runs as {user}", path=("user",))
    elif image is None:
        yield Hit(text="says no user, and its image is not here to ask", path=("user",))
    elif is_root(image.user):
        yield Hit(text="says no user, and its image runs as root", path=("user",))


def _writable(subject: Subject) -> Iterator[Hit]:
    if not subject.service.read_only:
        yield Hit(text="can write its root file system", path=("read_only",))


def _capabilities(subject: Subject) -> Iterator[Hit]:
    if not subject.service.privileged and not drops_all(subject):
        yield Hit(text="keeps the engine's default capabilities", path=("cap_drop",))


def _new_privileges(subject: Subject) -> Iterator[Hit]:
    if not no_new_privileges(subject):
        yield Hit(text="may gain privileges by setuid programs", path=("security_opt",))


def _privileged(subject: Subject) -> Iterator[Hit]:
    if subject.service.privileged:
        yield Hit(text="is privileged", path=("privileged",))


def _added(subject: Subject) -> Iterator[Hit]:
    for index, name in enumerate(subject.service.cap_add):
        if plain(name) not in AS_ROOT:
            yield Hit(text=f"adds the capability {plain(name)}", path=("cap_add", index))


def _added_root(subject: Subject) -> Iterator[Hit]:
    for index, name in enumerate(subject.service.cap_add):
        if plain(name) in AS_ROOT:
            yield Hit(text=f"adds the capability {plain(name)}", path=("cap_add", index))


def _devices(subject: Subject) -> Iterator[Hit]:
    for index, device in enumerate(subject.service.devices):
        yield Hit(text=f"is given the device {device.source}", path=("devices", index))
    for index, allowed in enumerate(subject.service.device_cgroup_rules):
        yield Hit(text=f"may use devices: {allowed}", path=("device_cgroup_rules", index))


def _namespaces(subject: Subject) -> Iterator[Hit]:
    for field in _NAMESPACES:
        if getattr(subject.service, field) == "host":
            yield Hit(text=f"shares the host's namespace: {field}: host", path=(field,))


def _unconfined(subject: Subject) -> Iterator[Hit]:
    for index, option in enumerate(subject.service.security_opt):
        if option in _UNCONFINED:
            yield Hit(text=f"switches a protection off: {option}", path=("security_opt", index))


RULES = (
    rule(
        "DB001",
        Severity.HIGH,
        "runs as root",
        _root,
        reason="root in a container is root on the host but for the engine's walls",
        remedy='say `user: "10001:10001"` (a number that the image knows), or USER in the Dockerfile',
    ),
    rule(
        "DB002",
        Severity.MEDIUM,
        "writable root file system",
        _writable,
        reason="who breaks in can leave programs behind and change what runs",
        remedy="`read_only: true`, with `tmpfs` for what has to be written and volumes for data",
    ),
    rule(
        "DB003",
        Severity.MEDIUM,
        "capabilities not dropped",
        _capabilities,
        reason="the default set lets a process change owners, bind low ports and forge packets",
        remedy="`cap_drop: [ALL]`, and `cap_add` for the few that are used",
    ),
    rule(
        "DB004",
        Severity.MEDIUM,
        "new privileges allowed",
        _new_privileges,
        reason="a setuid program in the image gives back what `user` took away",
        remedy='`security_opt: ["no-new-privileges:true"]`',
    ),
    rule(
        "DB005",
        Severity.HIGH,
        "privileged",
        _privileged,
        reason="a privileged container has every device and capability of the host",
        remedy="leave `privileged` out; add the one capability or device that is needed",
    ),
    rule(
        "DB006",
        Severity.MEDIUM,
        "added capability",
        _added,
        reason="each capability is a part of root's power",
        remedy="leave it out, or explain it in devbox.yaml",
    ),
    rule(
        "DB007",
        Severity.HIGH,
        "added capability that amounts to root",
        _added_root,
        reason="with it a process can leave the container",
        remedy="leave it out; a helper on the host can do the privileged part",
    ),
    rule(
        "DB008",
        Severity.MEDIUM,
        "devices",
        _devices,
        reason="a device is reached past every other wall",
        remedy="leave it out, or give it read-only (`:r`) to a service that does nothing else",
    ),
    rule(
        "DB009",
        Severity.HIGH,
        "host namespaces",
        _namespaces,
        reason="the host's processes, network or users are within reach",
        remedy="use networks and published ports, and leave the namespaces to the engine",
    ),
    rule(
        "DB010",
        Severity.HIGH,
        "protection switched off",
        _unconfined,
        reason="seccomp, AppArmor and SELinux hold what the kernel itself lets through",
        remedy="leave the option out, or name a profile of your own",
    ),
)
