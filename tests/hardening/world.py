"""Projects put to the rules: in memory, or through the command line in a folder."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from devbox.adapters.inspector import LocalInspector
from devbox.compose.load import load_explained
from devbox.compose.model import Project
from devbox.compose.provenance import Explainer
from devbox.compose.request import LoadRequest
from devbox.hardening.dockerfile import Dockerfile
from devbox.hardening.finding import Finding, Where
from devbox.hardening.lint import Known, lint
from devbox.hardening.subject import ImageFacts
from devbox.ports import Host, Outside
from tests.cli.world import World
from tests.environments.tree import Tree

NOWHERE = "/nowhere"
"""A path without programs."""

HARDENED = """
image: app@sha256:1111111111111111111111111111111111111111111111111111111111111111
user: "10001:10001"
read_only: true
cap_drop: [ALL]
security_opt: ["no-new-privileges:true"]
restart: unless-stopped
healthcheck: {test: [CMD, "true"]}
logging: {driver: local}
deploy: {resources: {limits: {memory: 64m, cpus: "1", pids: 16}}}
"""
"""A service in which no rule finds anything."""


class Files(Tree):
    """Files in memory, without links."""

    def resolve(self, path: str) -> str:
        return path


@dataclass(kw_only=True)
class HardeningWorld(World):
    """A World whose machine has the programs of `path` (NOWHERE: none)."""

    path: str = NOWHERE

    def outside(self) -> Outside:
        return replace(super().outside(), host=lambda context: cast(Host, Machine(self)))


@dataclass
class Machine:
    """A Host that only inspects."""

    world: HardeningWorld

    def inspector(self) -> LocalInspector:
        return LocalInspector(environ=self.world.environ, path=self.world.path)


def service(text: str, name: str = "api", *, base: str = HARDENED) -> str:
    """The hardened service with the top-level keys of `text` in place of its own."""
    own = {line.partition(":")[0]: line for line in base.strip().splitlines()}
    changed = textwrap.dedent(text).strip()
    for line in changed.splitlines():
        own.pop(line.partition(":")[0], None)
    body = "\n".join(line for line in (*own.values(), changed) if line)
    return f"  {name}:\n{textwrap.indent(body, '    ')}\n"


def findings(
    services: str,
    rest: str = "",
    *,
    images: Mapping[str, ImageFacts] | None = None,
    dockerfiles: Mapping[str, Dockerfile] | None = None,
    readable: frozenset[str] = frozenset(),
) -> list[Finding]:
    """What the rules find in a file with these services."""
    loaded, place = project(services, rest)
    known = Known(images=images or {}, dockerfiles=dockerfiles or {}, readable=readable)
    return lint(loaded, list(loaded.services), known, place)


def project(services: str, rest: str = "") -> tuple[Project, Where]:
    loaded = load_explained(
        LoadRequest(cwd="/shop", environ={}), Files({"/shop/compose.yaml": f"name: shop\nservices:\n{services}{rest}"})
    )
    return loaded.project, Explainer(loaded).place


def ids(found: list[Finding]) -> set[str]:
    return {finding.about.id for finding in found}
