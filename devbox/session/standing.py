"""Where the files of each rule stand: how many there are, how many a container has, and where they lie in it."""

from __future__ import annotations

from collections.abc import Sequence

from devbox.compose.model import Project
from devbox.ports import Engine, Owner, Sources
from devbox.record import dataclass
from devbox.session.delivery import Destination, Grounds
from devbox.session.ledgers import Ledgers
from devbox.sync.entry import Kind, Tree
from devbox.sync.place import Ground
from devbox.sync.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A rule that copies `files` into `container` ("": the service has none); `lies`: where in it, and its state.

    As the ledgers have it: of what devbox brings there `sent` paths are as they are here, `pending` are not, among
    them `failed` ones; the last came at `last` (seconds since the epoch; 0: none yet), `error` is of the last that
    failed. What a rule without initial_sync never sent is neither: the image may have it."""

    rule: Rule
    files: int
    container: str = ""
    lies: str = ""
    sent: int = 0
    pending: int = 0
    failed: int = 0
    last: float = 0.0
    error: str = ""


async def standing(
    engine: Engine, sources: Sources, project: Project, rules: Sequence[Rule], ledgers: Ledgers
) -> list[Standing]:
    """Each rule in each container of its service."""
    observed = await ledgers.begin(engine)
    found = []
    for rule in rules:
        seen = await sources.scan(rule)
        files = sum(entry.kind is not Kind.FOLDER for entry in seen.values())
        own = [one for one in observed.containers if one.service == rule.service and not one.oneoff]
        for one in own:
            body = one.detail.body if one.detail else {}
            grounds, owner = Grounds(body), Owner()
            to = Destination(id=one.id, name=one.name, service=one.service, body=body, grounds=grounds, owner=owner)
            await ledgers.meet(engine, to, [rule])
            ground = to.place(rule.target).ground
            if ground is Ground.BIND:
                lies = f"{ground.value}, nothing to copy ({one.state.value})"
                found.append(Standing(rule=rule, files=files, container=one.name, lies=lies))
            else:
                lies = f"{ground.value} ({one.state.value})"
                found.append(await _counted(rule, seen, files, to, ledgers, lies))
        if not own:
            found.append(Standing(rule=rule, files=files, lies="no container yet"))
    return found


async def _counted(rule: Rule, seen: Tree, files: int, to: Destination, ledgers: Ledgers, lies: str) -> Standing:
    given = await ledgers.state(to, rule)
    wanted = {rule.place(path): entry for path, entry in seen.items()}
    brought = {*given, *(wanted if rule.initial else ())} | {
        path for path in map(rule.place, await ledgers.remembered(rule)) if path in wanted
    }
    there = {path for path in brought if path in given and given[path].sure and given[path].entry == wanted.get(path)}
    pending = brought - there
    missed = {path: one for path, one in (await ledgers.missed(to, rule)).items() if path in pending}
    newest = max(missed.values(), key=lambda one: one.at, default=None)
    return Standing(
        rule=rule,
        files=files,
        container=to.name,
        lies=lies,
        sent=len(there),
        pending=len(pending),
        failed=len(missed),
        last=max((one.at for one in given.values()), default=0.0),
        error=newest.error if newest else "",
    )
