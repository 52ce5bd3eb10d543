"""Where the files of each rule stand: how many there are, and where in which container they lie."""

from __future__ import annotations

from collections.abc import Sequence

from devbox.compose.model import Project
from devbox.ports import Engine, Sources
from devbox.record import dataclass
from devbox.sync.place import Ground, place
from devbox.sync.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A rule that copies `files` into `container` ("": the service has none); `lies`: where in it, and its state."""

    rule: Rule
    files: int
    container: str = ""
    lies: str = ""


async def standing(engine: Engine, sources: Sources, project: Project, rules: Sequence[Rule]) -> list[Standing]:
    """Each rule in each container of its service."""
    containers = (await engine.observe(project.name, detail=True)).containers
    found = []
    for rule in rules:
        files = len(await sources.scan(rule))
        own = [one for one in containers if one.service == rule.service and not one.oneoff]
        for one in own:
            ground = place(rule.target, one.detail.body if one.detail else {}).ground
            idle = ", nothing to copy" if ground is Ground.BIND else ""
            lies = f"{ground.value}{idle} ({one.state.value})"
            found.append(Standing(rule=rule, files=files, container=one.name, lies=lies))
        if not own:
            found.append(Standing(rule=rule, files=files, lies="no container yet"))
    return found
