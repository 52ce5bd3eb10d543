"""A stack in all sorts of states, as State."""

from __future__ import annotations

from dataclasses import replace

from devbox.compose.model import Condition, Dependency, Project, Service, WatchRule
from devbox.plan.observed import Container, Detail, HealthState, Probe, RunState
from devbox.plan.plan import Change, Node, Plan
from devbox.plan.steps import ContainerSpec, CreateContainer, StopContainer
from devbox.ports import EngineEvent, EngineInfo
from devbox.session.state import Connected, ServiceRow, State, Usage
from devbox.session.syncing import Batch, Failure, ServiceSync, Syncing, WatchPhase

NOW = 1_700_000_100.0
SECOND = 1_000_000_000
CHECK = Detail(
    started=NOW - 20,
    test=("CMD-SHELL", "curl -f localhost:8000"),
    interval=5 * SECOND,
    timeout=3 * SECOND,
    retries=5,
)
INFO = EngineInfo(
    endpoint="", context="", version="26.1", api_version="1.45", os="linux", arch="amd64", name="h", cpus=2
)


def container(service: str, number: int = 1, **changes: object) -> Container:
    """A running container of the service."""
    one = Container(
        id=f"{service}{number}", name=f"shop-{service}-{number}", project="shop", service=service, number=number,
        state=RunState.RUNNING, detail=Detail(started=NOW - 60),
    )  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


def failing(output: str = "connection refused") -> Container:
    """Its healthcheck has failed twice and comes again in three seconds."""
    probes = tuple(
        Probe(started=NOW - 7 + 5 * at, ended=NOW - 6.9 + 5 * at, exit_code=7, output=output) for at in range(2)
    )
    return container("api", health=HealthState.STARTING, detail=replace(CHECK, failing_streak=2, probes=probes))


def sync(hostile: str = "") -> Syncing:
    """One service that fails and was saved into."""
    text = hostile or "main.py"
    failure = Failure(error=text, hint=text, pending=2, again=NOW + 2)
    batch = Batch(at=NOW, what="synced", container="shop-api-1", files=1, size=2048, seconds=0.041, names=(text,))
    service = ServiceSync(idle=(text,), batches=(batch,), failures={"shop-api-1": failure})
    return Syncing(phase=WatchPhase.FAILED, error=text, hint=text, services={"api": service})


def state(hostile: str = "", containers: tuple[Container, ...] = (), **changes: object) -> State:
    """Three services; `hostile` stands wherever outside text can."""
    postgres = Dependency(service="postgres", condition=Condition.HEALTHY)
    services = {
        name: Service(
            name=name,
            image=hostile or name,
            tree={"image": hostile or name, "environment": {"API_TOKEN": "t0psecret", "NOTE": hostile}},
            watch=(WatchRule(action="sync", path=f"/app/{hostile}", target=hostile or "/srv"),),
            depends_on={} if name == "postgres" else {"postgres": postgres},
        )
        for name in ("api", "postgres", "worker")
    }
    found = containers or (failing(hostile or "connection refused"), container("postgres", health=HealthState.HEALTHY))
    rows = tuple(
        ServiceRow(name=name, service=service, containers=tuple(one for one in found if one.service == name))
        for name, service in services.items()
    )
    nodes = (
        Node(
            id="stop api-1",
            step=StopContainer(service="api", container="api1", name="shop-api-1", why=hostile or "changed"),
        ),
        Node(
            id="create api-1",
            step=CreateContainer(
                spec=ContainerSpec(name="shop-api-1", service="api", number=1, image="", body={}),
                why=hostile or "changed",
            ),
        ),
    )
    change = Change(service="api", property="environment.DEBUG", before=hostile or "0", after="1")
    event = EngineEvent(
        kind="container", action=f"health_status: {hostile or 'unhealthy'}", id="api1", time=int(NOW) * SECOND,
        project="shop", service="api", attributes={"name": hostile or "shop-api-1"},
    )  # fmt: skip
    usage = Usage(cpu=150.0, memory=64 << 20, memory_limit=128 << 20, cpu_history=(1.0, 2.0, 150.0), pids=3)
    tree = {"name": "shop", "services": {name: service.tree for name, service in services.items()}}
    made = State(
        connection=Connected(info=INFO),
        project=Project(name="shop", working_dir="/app", services=services, tree=tree),
        rows=rows,
        plan=Plan(
            project="shop", nodes=nodes, changes=(change,), destroys=(hostile or "volume shop_data and its data",),
            warnings=(hostile or "careful",), orphans=("shop-old-1",), unchanged=("worker",),
        ),
        usage={"api1": usage},
        events=(event,),
        sync=sync(hostile),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]
