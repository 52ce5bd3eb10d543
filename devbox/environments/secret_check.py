"""All that is wrong with the secrets of an environment, on their own and beside those of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from devbox.compose.model import Project
from devbox.compose.source import Files
from devbox.environments.credentials import credentials
from devbox.environments.discover import Environments
from devbox.environments.examples import examples
from devbox.environments.making import making
from devbox.environments.secret_faults import SecretFinding, file_faults, shared_faults
from devbox.environments.secret_file import SecretFiles

_EXCEPTIONS = ("shared-secret", "production-credential")
"""Rules of `devbox check` whose exceptions in devbox.yaml hold here too."""


def secret_findings(
    found: Environments, project: Project, others: Mapping[str, Project], files: Files, secrets: SecretFiles
) -> Iterator[SecretFinding]:
    """For the current environment, whose project this is, beside the projects of the `others`."""
    where = making(found, project, files)
    yield from file_faults(project, secrets, where)
    if not found.is_apart:
        return
    theirs = {f"{name}'s": credentials(other, secrets) for name, other in others.items()}
    known = {"the example's": examples(project, files, secrets)}
    meant = {one.subject for one in found.allowed if one.rule in _EXCEPTIONS}
    own = [one for one in credentials(project, secrets) if one.subject not in meant and one.name not in meant]
    yield from shared_faults(own, {**theirs, **known}, where)
