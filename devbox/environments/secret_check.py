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


def secret_findings(
    found: Environments, project: Project, others: Mapping[str, Project], files: Files, secrets: SecretFiles
) -> Iterator[SecretFinding]:
    """For the current environment, whose project this is, beside the projects of the `others`."""
    where = making(found, project, files)
    yield from file_faults(project, secrets, where)
    if not comparable(found):
        return
    theirs = {f"{name}'s": credentials(other, secrets) for name, other in others.items()}
    known = {"the example's": examples(project, files, secrets)}
    yield from shared_faults(credentials(project, secrets), {**theirs, **known}, where)


def comparable(found: Environments) -> bool:
    """Whether the current environment's secrets are to be its own: it is named in devbox.yaml beside others, and is not
    the one for development."""
    return bool(found.file) and found.current.name != found.default
