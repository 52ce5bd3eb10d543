"""A small shop as it might run, for the screens of the tests; its clock stands at NOW."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from devbox.compose.model import Build, Deploy, Port, Project, Reload, Service, WatchRule
from devbox.environments.environment import Environment
from devbox.plan.observed import Binding, Container, Detail, HealthState, RunningProject, RunState
from devbox.ports import EngineInfo
from devbox.session.state import Connected, Operation, Phase, ServiceRow, State, StepState, Usage
from devbox.session.syncing import Batch, Failure, ServiceSync, Syncing, WatchPhase
from devbox.sync.compare import Difference, Fault, Verified
from devbox.sync.rules import rules

NOW = 1_700_000_000.0
ENGINE = EngineInfo(
    endpoint="unix:///var/run/docker.sock",
    context="default",
    version="26.1.5",
    api_version="1.45",
    os="linux",
    arch="amd64",
    name="box",
    cpus=2,
)


def container(service: str, *, number: int = 1, up: float = 754, **fields: Any) -> Container:
    """A container that has run for `up` seconds."""
    given: dict[str, Any] = {
        "id": f"{service}{number}".ljust(12, "0"),
        "name": f"shop-{service}-{number}",
        "project": "shop",
        "service": service,
        "number": number,
        "image": f"shop-{service}",
        "state": RunState.RUNNING,
        "detail": Detail(started=NOW - up),
    }
    return Container(**(given | fields))


def row(service: Service, *containers: Container, **fields: Any) -> ServiceRow:
    return ServiceRow(name=service.name, service=service, containers=containers, **fields)


def ended(code: int, ago: float = 65) -> dict[str, Any]:
    """Fields of a container that has exited."""
    return {"state": RunState.EXITED, "detail": Detail(started=NOW - ago - 10, finished=NOW - ago, exit_code=code)}


def healthy(**fields: Any) -> dict[str, Any]:
    return {"health": HealthState.HEALTHY, **fields}


def published(*pairs: tuple[int, int]) -> dict[str, Any]:
    return {
        "bindings": tuple(Binding(container_port=inner, host_ip="0.0.0.0", host_port=host) for host, inner in pairs)
    }


API = Service(
    name="api", image="shop-api", build=Build(context="/shop/api"), ports=(Port(target=8000, published="8000"),)
)
DB = Service(name="db", image="postgres:15-bookworm", ports=(Port(target=5432, published="15432"),))
CACHE = Service(name="cache", image="redis:7")
WORKER = Service(name="worker", image="shop-worker", deploy=Deploy(replicas=3))
MIGRATE = Service(name="migrate", image="shop-api")
WEB = Service(
    name="web", image="nginx:1.27", ports=(Port(target=80, published="8080"), Port(target=443, published="8443"))
)
MAIL = Service(name="mail", image="mailpit", profiles=("mail",))
SERVICES = {service.name: service for service in (WEB, API, WORKER, DB, CACHE, MIGRATE)}

PROJECT = Project(
    name="shop", working_dir="/shop", files=("/shop/compose.yaml",), services=SERVICES, disabled={"mail": MAIL}
)
ENVIRONMENTS = (
    Environment(name="dev", files=("/shop/compose.yaml", "/shop/compose.dev.yaml"), description="on this machine"),
    Environment(name="stage", files=("/shop/compose.yaml", "/shop/compose.stage.yaml"), project="shop-stage"),
    Environment(name="prod", files=("/shop/compose.prod.yaml",), project="shop-prod", protected=True),
)


RULES = (
    WatchRule(action="sync", path="/shop/api/src", target="/app/src", reload=Reload(signal="SIGHUP")),
    WatchRule(action="rebuild", path="/shop/api/pyproject.toml"),
)
SYNCED = replace(PROJECT, services={**SERVICES, "api": replace(API, watch=RULES)})


def sync() -> Syncing:
    """The API's files: two saves, a replica that does not take them, a difference."""
    saved = Batch(
        at=NOW - 8, what="synced", container="shop-api-1", files=2, size=3100, seconds=0.018, names=("main.py", "a.py")
    )
    reloaded = Batch(at=NOW - 8, what="reload (SIGHUP)", container="shop-api-1", files=2, seconds=0.041)
    failure = Failure(error="/app/src is on a read-only file system.", hint="", pending=2, again=NOW + 4)
    service = ServiceSync(batches=(saved, reloaded), failures={"shop-api-2": failure}, reloaded=NOW - 8)
    (rule, _) = rules([SYNCED.services["api"]], lambda folder: ())
    differs = Verified(
        service="api",
        container="shop-api-1",
        rule=rule,
        files=31,
        differences=(Difference(path="old.py", fault=Fault.EXTRA),),
    )
    return Syncing(phase=WatchPhase.WATCHING, services={"api": service}, verified=(differs,), verified_at=NOW - 3)


def rows() -> tuple[ServiceRow, ...]:
    return (
        row(WEB, container("web", image="nginx:1.27", **published((8080, 80), (8443, 443)))),
        row(API, container("api", **healthy(**published((8000, 8000))))),
        row(WORKER, container("worker"), container("worker", number=2), container("worker", number=3, **ended(1))),
        row(DB, container("db", image="postgres:15-bookworm", **healthy(**published((15432, 5432))))),
        row(CACHE, container("cache", image="redis:7", health=HealthState.STARTING, up=4)),
        row(MIGRATE, container("migrate", **ended(0))),
        row(MAIL, disabled=True),
        ServiceRow(name="old-api", service=None, containers=(container("old-api", up=400_000),)),
    )


def usage() -> dict[str, Usage]:
    shares = {"web": (0.4, 12), "api": (14.2, 91), "worker": (103.0, 210), "db": (2.1, 148), "cache": (0.2, 9)}
    return {
        f"{name}1".ljust(12, "0"): Usage(cpu=cpu, memory=memory << 20, memory_limit=1 << 34)
        for name, (cpu, memory) in shares.items()
    }


def state(**fields: Any) -> State:
    given = State(
        connection=Connected(info=ENGINE),
        environments=ENVIRONMENTS,
        environment="dev",
        project=PROJECT,
        rows=rows(),
        usage=usage(),
        running=(
            RunningProject(name="shop", running=7, total=8),
            RunningProject(name="shop-stage", running=3, total=9),
        ),
    )
    return replace(given, **fields)


def watched() -> State:
    """The API's files are kept alike."""
    each = tuple(replace(row, service=SYNCED.services.get(row.name, row.service)) for row in rows())
    return state(project=SYNCED, rows=each, sync=sync())


def operation(**fields: Any) -> Operation:
    """`up`, half done: it waits for the database."""
    steps = (
        StepState(id="create network shop_default", phase=Phase.DONE, started=NOW - 3, ended=NOW - 2.9),
        StepState(id="create db-1", phase=Phase.DONE, started=NOW - 2.9, ended=NOW - 2.6),
        StepState(id="start db-1", phase=Phase.DONE, started=NOW - 2.6, ended=NOW - 2.3),
        StepState(id="wait for db", phase=Phase.RUNNING, started=NOW - 2.3, note="healthy, try 3 of 10"),
        StepState(id="create api-1"),
        StepState(id="start api-1"),
    )
    given: dict[str, Any] = {"id": 1, "title": "up", "started": NOW - 3, "steps": {step.id: step for step in steps}}
    return Operation(**(given | fields))
