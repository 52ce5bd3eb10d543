"""Addresses of Compose files that lie elsewhere: in a git repository, or in a registry as an OCI artifact."""

from __future__ import annotations

import posixpath
import re

from devbox.record import dataclass

_URL = r"(?i:(?P<scheme>https?|git|ssh)://(?P<rest>[^?#]+)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?)"
_SCP = r"(?P<repository>[\w.-]+@[\w.-]+:[^#]+)(?:#(?P<fragment>.*))?"
_OCI = r"(?P<name>[^@]+?)(?::(?P<tag>[\w][\w.-]*))?(?:@(?P<digest>\w+:\w+))?"
_HOST = r"([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?"
_NAME = r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
"""Compiled where an address turns up: most projects have none."""
_QUERY = {"ref": "", "branch": "refs/heads/", "tag": "refs/tags/"}
"""Keys that name a ref, with what stands before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFile:
    """A file, or a folder with one of the usual names in it, of a repository; `ref` HEAD is the default branch."""

    repository: str
    ref: str = "HEAD"
    path: str = ""

    def __str__(self) -> str:
        ref = "" if self.ref == "HEAD" else self.ref
        return without_password(f"{self.repository}#{ref}:{self.path}".removesuffix(":").removesuffix("#"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A Compose project published to a registry (`host` "": to Docker Hub); `reference` is a tag or a digest."""

    host: str
    repository: str
    reference: str

    def __str__(self) -> str:
        sign = "@" if ":" in self.reference else ":"
        return f"oci://{f'{self.host}/' if self.host else ''}{self.repository}{sign}{self.reference}"


Remote = GitFile | Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was fetched lies in the folder `root`; `file` is the Compose file that was meant. Both are absolute."""

    root: str
    file: str


class Malformed(ValueError):
    """An address that no remote file can have; the message says what is wrong."""


def is_remote(text: str) -> bool:
    """Whether a name of a file is an address of something elsewhere."""
    if text.startswith(("./", "../", "/")):
        return False
    return "://" in text or text.startswith("github.com/") or bool("@" in text and re.fullmatch(_SCP, text))


def without_password(address: str) -> str:
    """The address as it may be shown."""
    from devbox.compose.masking import mask_line  # its patterns cost a millisecond that most projects need not pay

    return mask_line(address)


def parse(text: str) -> Remote:
    """What an address means (Malformed)."""
    if not text.isprintable() or " " in text:
        raise Malformed("an address holds no spaces or control characters")
    if text.startswith("oci://"):
        return _artifact(text.removeprefix("oci://"))
    if text.startswith("github.com/"):
        text = f"https://{text}"
        rest, sign, fragment = text.partition("#")
        text = f"{rest.rstrip('/').removesuffix('.git')}.git{sign}{fragment}"
    if found := re.fullmatch(_SCP, text):
        return _git(found["repository"], found["fragment"] or "", "")
    found = re.fullmatch(_URL, text)
    if found is None:
        raise Malformed("such an address is not known: write https://HOST/REPOSITORY.git#REF:PATH or oci://HOST/NAME")
    scheme = found["scheme"].lower()
    if scheme.startswith("http") and not found["rest"].endswith(".git"):
        raise Malformed("the address of a repository ends in .git, with #REF:PATH behind it")
    return _git(f"{scheme}://{found['rest']}", found["fragment"] or "", found["query"] or "")


def _git(repository: str, fragment: str, query: str) -> GitFile:
    ref, _, path = fragment.partition(":")
    for pair in filter(None, query.split("&")):
        key, _, value = pair.partition("=")
        if key == "subdir":
            path = value
        elif key in _QUERY:
            ref = f"{_QUERY[key]}{value}"
        else:
            raise Malformed(f'"{key}" is not known in the address of a repository: write ref, branch, tag or subdir')
    clean = posixpath.normpath(path) if path else ""
    if clean.startswith(("/", "..")):
        raise Malformed(f"{path} leads out of the repository: write the path from its top")
    return GitFile(repository=repository, ref=ref or "HEAD", path="" if clean == "." else clean)


def _artifact(text: str) -> Artifact:
    host, slash, rest = text.partition("/")
    if not slash or not (set(".:") & set(host) or host == "localhost"):
        host, rest = "", text
    found = re.fullmatch(_OCI, rest)
    if host and not re.fullmatch(_HOST, host):
        raise Malformed(f"{host} is no name of a registry: write oci://HOST:PORT/NAME:TAG")
    if found is None or not re.fullmatch(_NAME, found["name"]):
        raise Malformed("this is no name of an artifact: write oci://HOST/NAME:TAG, the name in lower case")
    return Artifact(host=host, repository=found["name"], reference=found["digest"] or found["tag"] or "latest")
