"""Examples that a repository ships beside what is to be filled in: everybody knows what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname, join

from devbox.compose.dotenv import Faulty, parse
from devbox.compose.model import Project
from devbox.environments.credentials import Credential, digest, values
from devbox.environments.folders import Files, text_of
from devbox.environments.readers import used_secrets
from devbox.environments.secret_file import SecretFiles

_FOLDERS = ("example", "examples")


def examples(project: Project, files: Files, secrets: SecretFiles) -> Iterator[Credential]:
    """What stands in NAME.example beside a secret or env file, in a folder `example` beside the secrets' own, and in
    .env.example."""
    for secret in used_secrets(project):
        path = secret.object.file
        if not path:
            continue
        folder, name = dirname(dirname(path)), basename(path)
        for candidate in (f"{path}.example", *(join(folder, one, name) for one in _FOLDERS)):
            if candidate != path and (found := _digest(candidate, secrets)):
                yield _known(candidate, name, found)
    for file in (*project.env_files, join(project.working_dir, ".env")):
        example = f"{file}.example"
        for name, value in _variables(example, files).items():
            for part in values(name, value):
                yield _known(example, name, digest(part))


def _digest(path: str, secrets: SecretFiles) -> str:
    try:
        found = secrets.look(path)
    except OSError:
        return ""
    return found.digest if found else ""


def _variables(path: str, files: Files) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        parse(text_of(path, files), lambda _: None, found, lambda _: None)
    except Faulty:  # what is no env file is no example of one
        return {}
    return found


def _known(file: str, name: str, known: str) -> Credential:
    return Credential(name=f"{name} ({file})", services=frozenset(), digest=known, path="", place=None)
