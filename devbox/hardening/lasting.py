"""Rules on what a container may use up, and on what keeps it going."""

from __future__ import annotations

from collections.abc import Iterator

from devbox.compose.model import Condition
from devbox.hardening.rule import Hit, Severity, rule
from devbox.hardening.subject import Subject, ends

_GROWING = ("", "json-file")
"""Log drivers that write a file without end unless told a size; "": the engine's default."""


def _memory(subject: Subject) -> Iterator[Hit]:
    service = subject.service
    if not service.mem_limit and not service.deploy.resources.limit_memory:
        yield Hit(text="has no memory limit", path=("deploy", "resources", "limits", "memory"))


def _cpus(subject: Subject) -> Iterator[Hit]:
    service = subject.service
    if not (service.cpus or service.cpu_quota or service.cpu_percent or service.deploy.resources.limit_cpus):
        yield Hit(text="has no limit of CPU time", path=("deploy", "resources", "limits", "cpus"))


def _pids(subject: Subject) -> Iterator[Hit]:
    limit = subject.service.pids_limit or subject.service.deploy.resources.limit_pids or 0
    if limit <= 0:
        yield Hit(text="has no limit of processes", path=("deploy", "resources", "limits", "pids"))


def _healthcheck(subject: Subject) -> Iterator[Hit]:
    if not subject.oneoff and not subject.checked(subject.service.name):
        yield Hit(text="has no healthcheck", path=("healthcheck",))


def _restart(subject: Subject) -> Iterator[Hit]:
    if not subject.oneoff and not subject.service.restart and not subject.service.deploy.restart_condition:
        yield Hit(text="is not started again when it ends", path=("restart",))


def _dependencies(subject: Subject) -> Iterator[Hit]:
    for name, how in subject.service.depends_on.items():
        if how.condition is not Condition.STARTED:
            continue
        other = subject.project.services.get(name)
        if other is not None and ends(subject.project, other):
            text = f"does not wait for the end of {name}"
        elif subject.checked(name):
            text = f"does not wait for the health of {name}"
        else:
            text = f"waits for {name}, which has no healthcheck"
        yield Hit(text=text, path=("depends_on", name))


def _logs(subject: Subject) -> Iterator[Hit]:
    logging = subject.service.logging
    driver, options = (logging.driver, logging.options) if logging else ("", {})
    if driver in _GROWING and not options.get("max-size"):
        yield Hit(text="keeps its log without limit", path=("logging",))


RULES = (
    rule(
        "DB020",
        Severity.MEDIUM,
        "no memory limit",
        _memory,
        reason="a leak takes the memory of the whole host, and the kernel ends whatever it chooses",
        remedy="`deploy.resources.limits.memory`, well above what the service uses under load",
    ),
    rule(
        "DB021",
        Severity.LOW,
        "no CPU limit",
        _cpus,
        reason="one busy service makes all others slow",
        remedy="`deploy.resources.limits.cpus`",
    ),
    rule(
        "DB022",
        Severity.MEDIUM,
        "no limit of processes",
        _pids,
        reason="a fork bomb takes the host down",
        remedy="`deploy.resources.limits.pids`",
    ),
    rule(
        "DB030",
        Severity.MEDIUM,
        "no healthcheck",
        _healthcheck,
        reason="a process that hangs counts as running, and nobody can wait for it to be ready",
        remedy='`healthcheck` with a test of what the service is for; a service that ends says `restart: "no"`',
    ),
    rule(
        "DB031",
        Severity.LOW,
        "no restart policy",
        _restart,
        reason="what crashes at night stays down until somebody sees it",
        remedy='`restart: unless-stopped`; a service that is meant to end says `restart: "no"`',
    ),
    rule(
        "DB032",
        Severity.MEDIUM,
        "depends_on without health",
        _dependencies,
        reason="started is not ready: the first requests fail, or the service ends",
        remedy="`condition: service_healthy`, or service_completed_successfully for one that ends",
    ),
    rule(
        "DB033",
        Severity.LOW,
        "no log rotation",
        _logs,
        reason="the engine's json-file driver keeps every line until the disk is full",
        remedy='`logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}`',
    ),
)
