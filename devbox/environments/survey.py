"""The secrets of each environment, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.compose.source import Files
from devbox.environments.discover import Environments
from devbox.environments.environment import Environment
from devbox.environments.others import others
from devbox.environments.readers import Secret, used_secrets
from devbox.environments.request import request_for
from devbox.environments.secret_check import secret_findings
from devbox.environments.secret_faults import SecretFinding
from devbox.environments.secret_file import FileKind, SecretFiles
from devbox.errors import LoadError, Problem
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One environment: each secret with its state in words, what is wrong, and why its files do not load."""

    name: str
    secrets: tuple[tuple[Secret, str], ...] = ()
    findings: tuple[SecretFinding, ...] = ()
    broken: tuple[Problem, ...] = ()


def survey(
    found: Environments, request: LoadRequest, files: Files, secrets: SecretFiles, *, only: bool
) -> Iterator[Surveyed]:
    """All environments in their order, or `only` the current one."""
    for environment in (found.current,) if only else found.all:
        try:
            project = load(request_for(environment, request), files)
        except LoadError as error:
            yield Surveyed(name=environment.name, broken=error.problems)
            continue
        at = replace(found, current=environment)
        yield _surveyed(environment, project, at, others(at, request, files), files, secrets)


def _surveyed(
    environment: Environment,
    project: Project,
    found: Environments,
    theirs: Mapping[str, Project],
    files: Files,
    secrets: SecretFiles,
) -> Surveyed:
    findings = tuple(secret_findings(found, project, theirs, files, secrets))
    return Surveyed(
        name=environment.name,
        secrets=tuple((one, _state(one, findings, secrets)) for one in used_secrets(project)),
        findings=findings,
    )


def _state(secret: Secret, findings: Sequence[SecretFinding], files: SecretFiles) -> str:
    wrong = [one.fault.value for one in findings if one.subject == secret.object.key]
    if wrong:
        return ", ".join(dict.fromkeys(wrong))
    if secret.object.external:
        return "kept by the engine"
    if not secret.object.file:
        return "set"
    try:
        there = files.look(secret.object.file)
    except OSError:
        there = None
    if there is None or (there.kind is FileKind.FILE and not there.digest):
        return "hidden from this user"
    return "present" if there.kind is FileKind.FILE else "a device"
