"""The secrets that a project holds, as digests by which equal ones are found without keeping or showing them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from devbox.compose.model import Project
from devbox.environments.readers import used_secrets
from devbox.environments.secret_file import SecretFiles
from devbox.errors import Place
from devbox.record import dataclass

_NAME = re.compile(
    r"(^|_)(pass(word|wd|phrase)?|secret|token|credentials?|secret_key_base|pgpassword)$"
    r"|(?<!public)(?<!cache)(?<!primary)_key$",
    re.IGNORECASE,
)
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/@:]*:(?P<password>[^\s/@]+)@", re.IGNORECASE)
_NO_SECRETS = frozenset({"", "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Something that is to be known to one environment alone; `path` is where the model has it."""

    name: str
    services: frozenset[str]
    digest: str
    path: str
    place: Place | None
    is_file: bool = False
    """It is a file of its own, which can be made anew."""


def digest(content: str | bytes) -> str:
    """The same for the same secret, however its file ends; "" for none."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    data = data.strip()
    return hashlib.sha256(data).hexdigest() if data else ""


def credentials(project: Project, files: SecretFiles) -> Iterator[Credential]:
    """What the project's services get: secrets, variables with the name of one, passwords in URLs."""
    for secret in used_secrets(project):
        one = secret.object
        if one.file:
            try:
                there = files.look(one.file)
            except OSError:
                there = None
            found = there.digest if there else ""
        else:
            found = digest(one.content or "")
        if found:
            yield Credential(
                name=f"secret {one.key}",
                services=frozenset(reader.service for reader in secret.readers),
                digest=found,
                path=f"secrets.{one.key}",
                place=one.place,
                is_file=bool(one.file),
            )
    for service in (*project.services.values(), *project.disabled.values()):
        for name, value in service.environment.items():
            for part in values(name, value or ""):
                yield Credential(
                    name=name,
                    services=frozenset((service.name,)),
                    digest=digest(part),
                    path=f"services.{service.name}.environment.{name}",
                    place=service.place,
                )


def values(name: str, value: str) -> Iterator[str]:
    """The secrets in a variable: all of it where its name is one's, else the passwords of URLs."""
    if _NAME.search(name):
        if value.strip().lower() not in _NO_SECRETS and not value.startswith("/run/secrets/"):
            yield value
        return
    if "://" in value:
        yield from (url["password"] for url in _URL.finditer(value))
