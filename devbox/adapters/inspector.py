"""hardening.world.Inspector over this machine."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from devbox.adapters import hadolint, kernel, programs, syft, trivy
from devbox.adapters.contexts import candidates
from devbox.hardening.alerts import Looked, Source
from devbox.hardening.evidence import Evidence
from devbox.hardening.report import Weaknesses
from devbox.record import dataclass

_FILE_SCANNERS = {
    "hadolint": (hadolint.look, "Dockerfiles are read by devbox's own rules alone"),
    "trivy": (trivy.look, "files are not searched for known kinds of secrets"),
}
"""name -> (how it is run, what is missing without it)"""
_BILLS = {"syft": syft.bill, "trivy": trivy.bill}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalInspector:
    """`path` is where programs are looked for, as PATH is written; "" is `environ`'s, and what lies beside devbox."""

    environ: Mapping[str, str]
    context: str = ""
    path: str = ""

    async def look(self, sources: Sequence[Source]) -> Looked:
        dockerfiles = [source for source in sources if source.dockerfile]
        given = {"hadolint": dockerfiles, "trivy": sources}
        looks = await asyncio.gather(*(self._look(name, given[name]) for name in _FILE_SCANNERS))
        return Looked(
            alerts=tuple(alert for one in looks for alert in one.alerts),
            programs=frozenset[str]().union(*(one.programs for one in looks)),
            unasked=tuple(text for one in looks for text in one.unasked),
        )

    async def weaknesses(self, image: str) -> Weaknesses:
        program = self._program("trivy")
        if not program:
            return Weaknesses(unasked="trivy is not installed: image vulnerabilities not looked at")
        return await trivy.weaknesses(program, self._at_the_engine(), image)

    async def bill(self, image: str, file: str) -> str:
        for name, write in _BILLS.items():
            if program := self._program(name):
                return await write(program, self._at_the_engine(), image, file)
        return "neither syft nor trivy is installed: no SBOM written"

    async def evidence(self, pid: int, evidence: Evidence, files: Sequence[str]) -> Evidence | None:
        if not pid or not candidates(self.context, self.environ)[0].url.startswith("unix:"):
            return None
        return kernel.seen(pid, evidence, files)

    def readable_by_all(self, file: str) -> bool:
        path = Path(file)
        try:
            if not stat.S_ISREG(path.stat().st_mode) or not path.stat().st_mode & stat.S_IROTH:
                return False
            return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)
        except OSError:
            return False

    async def _look(self, name: str, sources: Sequence[Source]) -> Looked:
        look, without = _FILE_SCANNERS[name]
        if not sources:
            return Looked(programs=frozenset({name}))
        program = self._program(name)
        if not program:
            return Looked(unasked=(f"{name} is not installed: {without}",))
        return await look(program, self.environ, sources)

    def _program(self, name: str) -> str:
        return programs.found(name, self.path or programs.search_path(self.environ))

    def _at_the_engine(self) -> Mapping[str, str]:
        """The variables with which another program talks to the same engine."""
        first = candidates(self.context, self.environ)[0]
        return {**self.environ, "DOCKER_HOST": first.url} if first.named_by else self.environ
