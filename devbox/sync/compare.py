"""Both sides of a rule, compared by content: what a container has not, or has otherwise than the host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from devbox.record import dataclass
from devbox.sync.entry import Kind
from devbox.sync.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What lies at a path, as far as it must be the same on both sides.

    `digest` of a file's content in hexadecimal, "" where it could not be read; `link` what a link says."""

    kind: Kind
    mode: int = 0
    digest: str = ""
    link: str = ""


class Fault(Enum):
    """How the container differs from the host."""

    MISSING = "missing"
    EXTRA = "extra"
    KIND = "other kind"
    CONTENT = "other content"
    MODE = "other mode"
    UNREADABLE = "unreadable here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`path` relative to the rule's root."""

    path: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One rule in one container: `files` compared and what differs; `idle`: why nothing is to be compared; `error`:
    why it could not be."""

    service: str
    container: str
    rule: Rule
    files: int = 0
    differences: tuple[Difference, ...] = ()
    idle: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether both sides are the same, as far as devbox keeps them so."""
        return not self.differences and not self.error


def compare(here: Mapping[str, Held], there: Mapping[str, Held], given: Iterable[str] = ()) -> tuple[Difference, ...]:
    """What differs, by path. Of what only the container has, that which devbox has `given` to it is extra."""
    found = [
        Difference(path=path, fault=fault) for path, held in here.items() if (fault := _fault(held, there.get(path)))
    ]
    found += [Difference(path=path, fault=Fault.EXTRA) for path in set(given) if path in there and path not in here]
    return tuple(sorted(found, key=lambda one: one.path))


def _fault(here: Held, there: Held | None) -> Fault | None:
    if there is None:
        return Fault.MISSING
    if there.kind is not here.kind:
        return Fault.KIND
    if here.kind is Kind.FILE and not here.digest:
        return Fault.UNREADABLE
    if (here.digest, here.link) != (there.digest, there.link):
        return Fault.CONTENT
    return Fault.MODE if here.kind is Kind.FILE and here.mode != there.mode else None
