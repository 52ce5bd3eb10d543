"""What the checks need of this machine, beside the files and the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from devbox.hardening.alerts import Looked, Source
from devbox.hardening.evidence import Evidence
from devbox.hardening.report import Weaknesses


class Inspector(Protocol):
    """Scanners that are installed here, the kernel's account of processes, and who may read a file."""

    async def look(self, sources: Sequence[Source]) -> Looked:
        """Put the files to every scanner of files that is installed."""

    async def weaknesses(self, image: str) -> Weaknesses:
        """What is known against the packages of an image that the engine has."""

    async def bill(self, image: str, file: str) -> str:
        """Write the image's SBOM (CycloneDX, JSON) to `file`; "" or why that could not be done."""

    async def evidence(self, pid: int, evidence: Evidence, files: Sequence[str]) -> Evidence | None:
        """`evidence` with what this machine's kernel says of the container's first process; None where it cannot tell.

        `files` are paths in the container whose modes are wanted."""

    def readable_by_all(self, file: str) -> bool:
        """Whether every user of this machine can read the file."""
