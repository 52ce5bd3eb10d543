"""Keeping containers from being made with secrets that are missing, empty, or known elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from posixpath import basename, dirname

from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.environments.discover import Environments
from devbox.environments.others import others
from devbox.environments.secret_check import secret_findings
from devbox.environments.secret_faults import Fault, SecretFinding
from devbox.plan.plan import Plan
from devbox.plan.steps import BuildImage, CreateContainer, PullImage, RestartContainer, StartContainer
from devbox.ports import Engine, Outside

_HERE = ("unix://", "npipe://", "tcp://localhost", "tcp://127.")


class Guard:
    """Guards the plans of the current environment; the files are looked at anew for each."""

    def __init__(self, outside: Outside, request: LoadRequest, environments: Environments) -> None:
        self._outside = outside
        self._request = request
        self._environments = environments
        self._others: Mapping[str, Project] | None = None

    async def __call__(self, plan: Plan, project: Project, engine: Engine, also: Iterable[str] = ()) -> Plan:
        made, started = _services(plan)
        made |= frozenset(also)
        if not made | started:
            return plan
        found = [one for one in self._findings(project) if one.services & (made | started)]
        stopping = [one for one in found if self._stops(one, made)]
        if stopping and not (await engine.info()).endpoint.startswith(_HERE):
            # What a far engine mounts is on its machine, of which the files here tell nothing.
            stopping = [one for one in stopping if one.fault is Fault.SHARED]
        told = [str(one.problem()) for one in found if one not in stopping and one.services & made]
        problems = tuple(one.problem() for one in _together(stopping))
        return replace(plan, problems=(*plan.problems, *problems), warnings=(*plan.warnings, *told))

    def _findings(self, project: Project) -> list[SecretFinding]:
        files, secrets = self._outside.files, self._outside.secrets()
        if self._others is None:
            apart = self._environments.is_apart
            self._others = others(self._environments, self._request, files) if apart else {}
        return list(secret_findings(self._environments, project, self._others, files, secrets))

    def _stops(self, one: SecretFinding, made: frozenset[str]) -> bool:
        """Whether it is refused. A container that is there is started with whatever it was made with.

        A folder and an empty file are what Compose takes for a secret; devbox.yaml asks for more than Compose does."""
        match one.fault:
            case Fault.MISSING:
                return True
            case Fault.FOLDER:
                return bool(self._environments.file)
            case Fault.EMPTY:
                return bool(self._environments.file and one.services & made)
            case Fault.SHARED:
                return bool(one.services & made)
            case Fault.PUBLIC:
                return self._environments.current.protected and bool(one.services & made)
            case _:
                return False


def _services(plan: Plan) -> tuple[frozenset[str], frozenset[str]]:
    """The services for which it makes containers (or images, so as to), and those of which it starts some."""
    made: set[str] = set()
    started: set[str] = set()
    for node in plan.nodes:
        match node.step:
            case CreateContainer(spec=spec):
                made.add(spec.service)
            case BuildImage(service=service, also=also):
                made.update((service, *also))
            case PullImage(services=services):
                made.update(services)
            case StartContainer(service=service) | RestartContainer(service=service):
                started.add(service)
            case _:
                pass
    return frozenset(made), frozenset(started)


def _together(found: Iterable[SecretFinding]) -> list[SecretFinding]:
    """Files that are missing from one folder are told at once, under the first of them."""
    groups: dict[object, list[SecretFinding]] = {}
    for one in found:
        missing = one.fault is Fault.MISSING and bool(one.file)
        groups.setdefault((one.hint, dirname(one.file)) if missing else one, []).append(one)
    return [_as_one(group) for group in groups.values()]


def _as_one(group: list[SecretFinding]) -> SecretFinding:
    first, *rest = group
    if not rest:
        return first
    names = [first.file, *(basename(one.file) for one in rest)]
    return replace(first, message=f"{', '.join(names[:-1])} and {names[-1]} are not there")
