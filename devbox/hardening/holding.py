"""Rules on running containers: each difference between what the files promise and what holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devbox.compose.model import Project, Service
from devbox.hardening.capabilities import DEFAULT, EVERY, named, plain
from devbox.hardening.evidence import Evidence
from devbox.hardening.exposure import EVERYWHERE
from devbox.hardening.finding import Finding, Where
from devbox.hardening.rights import drops_all, no_new_privileges
from devbox.hardening.rule import Hit, Rule, Severity, rule
from devbox.hardening.subject import ImageFacts, Subject
from devbox.record import dataclass

_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
_PAGE = 65536
"""The kernel rounds memory limits to whole pages, of at most this size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A container beside what the files promise of its service."""

    subject: Subject
    evidence: Evidence

    @property
    def service(self) -> Service:
        return self.subject.service


def holding(
    project: Project, evidence: Iterable[Evidence], images: dict[str, ImageFacts], where: Where
) -> Iterator[Finding]:
    """What the rules find in the running containers; those of services that the files do not know are left out."""
    every = {**project.disabled, **project.services}
    for one in evidence:
        if one.service not in every:
            continue
        subject = Subject(project=project, service=every[one.service], images=images)
        for one_rule in RULES:
            for hit in one_rule.check(Running(subject=subject, evidence=one)):
                path = ("services", one.service, *hit.path)
                text = f"{hit.text} ({one.container})"
                yield Finding(about=one_rule.about, text=text, services=(one.service,), path=path, place=where(path))


def _outdated(running: Running) -> Iterator[Hit]:
    if running.evidence.outdated:
        yield Hit(text="runs as other files said")


def _user(running: Running) -> Iterator[Hit]:
    image = running.subject.image
    promised = running.service.user or (image.user if image else "")
    uid = promised.partition(":")[0]
    for found in sorted(running.evidence.uids):
        if uid.isdecimal() and found != int(uid):
            yield Hit(text=f"runs as uid {found} instead of {uid}", path=("user",))
        elif found == 0 and uid not in ("", "0", "root"):
            yield Hit(text=f"runs as root instead of {uid}", path=("user",))


def _capabilities(running: Running) -> Iterator[Hit]:
    service, status = running.service, running.evidence.status
    if service.privileged or "CapBnd" not in status:
        return
    base = frozenset[str]() if drops_all(running.subject) else DEFAULT - frozenset(map(plain, service.cap_drop))
    added = frozenset(map(plain, service.cap_add))
    held = frozenset[str]().union(*(named(int(status[field], 16)) for field in _SETS if field in status))
    more = held - base - (frozenset(EVERY) if "ALL" in added else added)
    if more:
        yield Hit(text=f"holds capabilities that the files do not give: {', '.join(sorted(more))}", path=("cap_drop",))


def _new_privileges(running: Running) -> Iterator[Hit]:
    if no_new_privileges(running.subject) and running.evidence.status.get("NoNewPrivs") == "0":
        yield Hit(text="may gain privileges all the same", path=("security_opt",))


def _read_only(running: Running) -> Iterator[Hit]:
    options = running.evidence.root_options
    if running.service.read_only and options and "ro" not in options:
        yield Hit(text="has a writable root file system all the same", path=("read_only",))


def _limits(running: Running) -> Iterator[Hit]:
    service, found = running.service, running.evidence.limits
    if found is None:
        return
    told = service.deploy.resources
    promises = (
        ("memory", service.mem_limit or told.limit_memory, found.memory, _PAGE),
        ("cpus", service.cpus or told.limit_cpus, found.cpus, 0.001),
        ("pids", service.pids_limit or told.limit_pids, found.pids, 0),
    )
    for name, promised, held, slack in promises:
        if promised and promised > 0 and (held is None or held > promised + slack):
            shown = "without limit" if held is None else _amount(name, held)
            text = f"has {name} {shown} instead of {_amount(name, promised)}"
            yield Hit(text=text, path=("deploy", "resources", "limits", name))


def _amount(name: str, value: float) -> str:
    return f"{value / (1 << 20):g} MiB" if name == "memory" else f"{value:g}"


def _published(running: Running) -> Iterator[Hit]:
    promised = {port.target for port in running.service.ports if port.host_ip in EVERYWHERE}
    for port in sorted({port for port, address in running.evidence.published if address in EVERYWHERE} - promised):
        yield Hit(text=f"publishes {port} on every network, which the files do not say", path=("ports",))


def _modes(running: Running) -> Iterator[Hit]:
    for index, reference in enumerate(running.service.secrets):
        mode = running.evidence.modes.get(secret_path(reference.source, reference.target))
        if mode is None:
            continue
        if mode & 0o022:
            yield Hit(
                text=f"lets others write the secret {reference.source} (mode {mode:04o})", path=("secrets", index)
            )
        elif reference.mode is not None and mode & ~reference.mode:
            text = f"has the secret {reference.source} with mode {mode:04o} instead of {reference.mode:04o}"
            yield Hit(text=text, path=("secrets", index))


def secret_path(source: str, target: str) -> str:
    """Where a secret is found in its container."""
    return target if target.startswith("/") else f"/run/secrets/{target or source}"


RULES: tuple[Rule[Running], ...] = (
    rule(
        "DB200",
        Severity.LOW,
        "container of other files",
        _outdated,
        reason="what was checked in the files is not what runs",
        remedy="`devbox plan` says what differs, `devbox up` applies it",
    ),
    rule(
        "DB201",
        Severity.HIGH,
        "other user than promised",
        _user,
        reason="the entry point or the engine took another user than the files name",
        remedy="`devbox up` renews the container; see whether the entry point changes its user",
    ),
    rule(
        "DB202",
        Severity.HIGH,
        "more capabilities than promised",
        _capabilities,
        reason="the kernel lets the process do what the files forbid",
        remedy="`devbox up` renews the container; `docker inspect` shows CapAdd",
    ),
    rule(
        "DB203",
        Severity.MEDIUM,
        "new privileges allowed all the same",
        _new_privileges,
        reason="setuid programs work, though the files forbid it",
        remedy="`devbox up` renews the container; see whether the engine's runtime supports the option",
    ),
    rule(
        "DB204",
        Severity.MEDIUM,
        "root file system writable all the same",
        _read_only,
        reason="programs can be changed, though the files forbid it",
        remedy="`devbox up` renews the container",
    ),
    rule(
        "DB205",
        Severity.MEDIUM,
        "limit not in force",
        _limits,
        reason="the engine drops limits that its kernel does not support, with a warning that few read",
        remedy="`docker info` lists what the kernel lacks; `devbox up` renews the container",
    ),
    rule(
        "DB206",
        Severity.HIGH,
        "published on every network all the same",
        _published,
        reason="everyone who reaches the host reaches the port",
        remedy="`devbox up` renews the container",
    ),
    rule(
        "DB207",
        Severity.MEDIUM,
        "secret with a loose mode",
        _modes,
        reason="another process in the container can read or change it",
        remedy="`chmod` the file that the secret comes from: file secrets keep its mode",
    ),
)
