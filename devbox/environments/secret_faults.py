"""What is wrong with the secrets of an environment: missing, empty, open to others, closed to their readers, shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from devbox.compose.model import Project
from devbox.environments.credentials import Credential
from devbox.environments.making import Making
from devbox.environments.readers import Reader, Secret, used_secrets
from devbox.environments.secret_file import FileKind, SecretFile, SecretFiles
from devbox.errors import Place, Problem
from devbox.record import dataclass


class Fault(Enum):
    """In words, as `devbox secrets` shows them."""

    MISSING = "missing"
    FOLDER = "a folder"
    EMPTY = "empty"
    PUBLIC = "readable by everybody"
    CLOSED = "not readable"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFinding:
    """`subject` is the secret's key or the variable's path; `services` are those that get it; `file` "": it is none."""

    fault: Fault
    subject: str
    file: str = ""
    services: frozenset[str]
    message: str
    path: str
    place: Place | None = None
    hint: str = ""

    def problem(self) -> Problem:
        """As it is told where it keeps something from being done."""
        return Problem(message=self.message, place=self.place, path=self.path, hint=self.hint)


def file_faults(project: Project, files: SecretFiles, making: Making) -> Iterator[SecretFinding]:
    """What is wrong with each secret on its own."""
    for secret in used_secrets(project):
        one = secret.object
        if one.external:
            continue
        if one.environment:
            yield from _of_variable(secret)
        elif one.file:
            try:
                there = files.look(one.file)
            except OSError:
                continue  # hidden from us, and for the engine to judge
            for fault, message, hint in _of_file(secret, there, making):
                yield _finding(secret, fault, message, hint)


def shared_faults(
    mine: Iterable[Credential], others: Mapping[str, Iterable[Credential]], making: Making
) -> Iterator[SecretFinding]:
    """The credentials that others (in words, such as "dev's" -> their own) have too, told once for each of those."""
    by_digest: dict[str, list[Credential]] = {}
    for one in mine:
        by_digest.setdefault(one.digest, []).append(one)
    for whose, theirs in others.items():
        there: dict[str, list[str]] = {}
        for other in theirs:
            there.setdefault(other.digest, []).append(other.name)
        for digest, same in by_digest.items():
            if digest not in there:
                continue
            first = same[0]
            names = " and ".join(dict.fromkeys(one.name for one in same))
            their_names = " and ".join(dict.fromkeys(there[digest]))
            yield SecretFinding(
                fault=Fault.SHARED,
                subject=first.path.removeprefix("secrets."),
                services=frozenset().union(*(one.services for one in same)),
                message=f"{names} {'is' if names == first.name else 'are'} the same as {whose} {their_names}",
                path=first.path,
                place=first.place,
                hint=_other_value(first, making),
            )


def _other_value(one: Credential, making: Making) -> str:
    if one.is_file:
        return f"`{making.command} --force {one.path.removeprefix('secrets.')}` makes another one"
    return f"give {one.name} another value in this environment's env file"


def _of_variable(secret: Secret) -> Iterator[SecretFinding]:
    one = secret.object
    if not one.content:
        fault = Fault.MISSING if one.content is None else Fault.EMPTY
        state = "not set" if one.content is None else "empty"
        yield _finding(secret, fault, f"the variable {one.environment} is {state}", f"set {one.environment}")


def _of_file(secret: Secret, there: SecretFile | None, making: Making) -> Iterator[tuple[Fault, str, str]]:
    path = secret.object.file
    if there is None:
        yield Fault.MISSING, f"{path} is not there", making.hint(path)
        return
    if there.kind is FileKind.FOLDER:
        yield Fault.FOLDER, f"{path} is a folder", f"remove it; {making.hint(path)}"
        return
    if there.kind is FileKind.OTHER:
        return
    if there.is_empty:
        yield Fault.EMPTY, f"{path} is empty", f"fill it, or remove it: {making.hint(path)}"
    if there.access is not None and there.access.is_public:
        rights = f", then `{making.command}` gives its readers their right" if making.covers(path) else ""
        yield Fault.PUBLIC, f"{path} can be read by everybody on this machine", f"chmod o-r {path}{rights}"
    if out := kept_out(secret, there):
        who = ", ".join(f"{one.service} ({one.uid})" for one in out)
        grant = " ".join(f"-m u:{uid}:r" for uid in dict.fromkeys(one.uid for one in out))
        hint = f"`{making.command}` lets it in" if making.covers(path) else f"setfacl {grant} {path}"
        yield Fault.CLOSED, f"{path} cannot be read by {who}", hint


def kept_out(secret: Secret, file: SecretFile) -> tuple[Reader, ...]:
    """The readers that the file does not let in, as far as that is known here."""
    access = file.access
    if access is None:
        return ()
    return tuple(
        one for one in secret.readers if one.uid is not None and not one.is_mighty and not access.lets(one.uid, one.gid)
    )


def _finding(secret: Secret, fault: Fault, message: str, hint: str) -> SecretFinding:
    return SecretFinding(
        fault=fault,
        subject=secret.object.key,
        file=secret.object.file,
        services=frozenset(reader.service for reader in secret.readers),
        message=message,
        path=f"secrets.{secret.object.key}",
        place=secret.object.place,
        hint=hint,
    )
