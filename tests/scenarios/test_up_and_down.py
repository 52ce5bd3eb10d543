"""Bringing a stack up, changing it, and taking it down, on the real engine."""

from __future__ import annotations

import asyncio

from devbox.plan.commands import Down, Up
from devbox.plan.observed import RunState
from devbox.session.state import Phase
from tests.eventually import eventually
from tests.real import sdk
from tests.scenarios.stack import Stack, networks, volumes

TWO = """
services:
  db:
    <<: *service
    volumes: [data:/data]
  api:
    <<: *service
    environment: {A: "1"}
    depends_on: {db: {condition: service_started, restart: true}}
volumes: {data: {}}
"""


async def test_up_then_down_leaves_only_the_volume(stack: Stack) -> None:
    stack.write(TWO)
    await stack.done(Up(wait=True))
    assert stack.states() == {"api-1": "running", "db-1": "running"}
    await stack.done(Down())
    assert (stack.states(), networks(stack.name)) == ({}, [])
    assert volumes(stack.name) == [f"{stack.name}_data"]


async def test_down_with_volumes_leaves_nothing(stack: Stack) -> None:
    stack.write(TWO)
    await stack.done(Up())
    await stack.done(Down(volumes=True))
    assert (stack.states(), networks(stack.name), volumes(stack.name)) == ({}, [], [])


async def test_a_second_up_does_nothing(stack: Stack) -> None:
    stack.write(TWO)
    await stack.done(Up(wait=True))
    before = stack.ids()
    outcome = await stack.done(Up(wait=True))
    assert (outcome.plan.nodes, stack.ids()) == ((), before)


async def test_a_changed_variable_recreates_only_its_service(stack: Stack) -> None:
    stack.write(TWO)
    await stack.done(Up())
    before = stack.ids()
    stack.write(TWO.replace('A: "1"', 'A: "2"'))
    outcome = await stack.done(Up())
    after = stack.ids()
    assert [name for name in before if before[name] != after[name]] == ["api-1"]
    assert [(one.property, one.before, one.after) for one in outcome.plan.changes] == [("environment.A", "1", "2")]
    assert "A=2" in stack.containers()["api-1"].attrs["Config"]["Env"]


async def test_who_asks_for_it_restarts_with_a_recreated_dependency(stack: Stack) -> None:
    stack.write(TWO)
    await stack.done(Up())
    before = stack.containers()
    stack.write(TWO.replace("volumes: [data:/data]", "volumes: [data:/data]\n    user: '0'"))
    await stack.done(Up())
    after = stack.containers()
    assert after["db-1"].id != before["db-1"].id
    assert after["api-1"].id == before["api-1"].id
    assert after["api-1"].attrs["State"]["StartedAt"] > after["db-1"].attrs["State"]["StartedAt"]


async def test_anonymous_volumes_outlive_a_recreation(stack: Stack) -> None:
    text = "services: {{a: {{<<: *service, volumes: [/keep], labels: {{n: '{}'}}}}}}"
    stack.write(text.format(1))
    await stack.done(Up())
    await stack.engine.exec(stack.ids()["a-1"], ["sh", "-c", "echo kept > /keep/file"])
    stack.write(text.format(2))
    await stack.done(Up())
    answer = await stack.engine.exec(stack.ids()["a-1"], ["cat", "/keep/file"])
    assert answer.output.strip() == "kept"


async def test_anonymous_volumes_go_where_new_ones_are_asked_for(stack: Stack) -> None:
    stack.write("services: {a: {<<: *service, volumes: [/keep]}}")
    await stack.done(Up())
    (old,) = stack.containers()["a-1"].attrs["Mounts"]
    await stack.done(Up(force_recreate=True, renew_anon_volumes=True))
    (new,) = stack.containers()["a-1"].attrs["Mounts"]
    with sdk() as client:
        there = {one.name for one in client.volumes.list()}
    assert (old["Name"] in there, new["Name"] in there) == (False, True)


async def test_scale_up_and_down(stack: Stack) -> None:
    stack.write("services: {web: {<<: *service}}")
    await stack.done(Up(scale={"web": 3}))
    first = stack.ids()
    assert sorted(first) == ["web-1", "web-2", "web-3"]
    await stack.done(Up(scale={"web": 1}))
    assert stack.ids() == {"web-1": first["web-1"]}


async def test_orphans_stay_until_asked(stack: Stack) -> None:
    stack.write("services: {a: {<<: *service}, b: {<<: *service}}")
    await stack.done(Up())
    stack.write("services: {a: {<<: *service}}")
    outcome = await stack.done(Up())
    assert outcome.plan.orphans == (f"{stack.name}-b-1",)
    assert sorted(stack.states()) == ["a-1", "b-1"]
    await stack.done(Up(remove_orphans=True))
    assert sorted(stack.states()) == ["a-1"]


async def test_an_interrupted_up_resumes(stack: Stack) -> None:
    stack.write("""
        services:
          gate:
            <<: *service
            healthcheck: {test: test -e /open, interval: 1h}
          api:
            <<: *service
            depends_on: {gate: {condition: service_healthy}}
        """)
    first = stack.doing()
    task = asyncio.create_task(first.do(Up()))
    await eventually(lambda: "wait until gate is healthy" in first.began(), timeout=30)
    first.cancel.set()
    outcome = await task
    assert outcome.phase is Phase.CANCELLED
    assert outcome.left == ("wait until gate is healthy", f"start {stack.name}-api-1")
    before = stack.ids()
    await stack.engine.exec(before["gate-1"], ["touch", "/open"])
    await stack.done(Up(wait=True))
    assert (stack.ids(), stack.states()) == (before, {"api-1": "running", "gate-1": "running"})


async def test_what_a_broken_recreation_left_is_put_right(stack: Stack) -> None:
    stack.write("services: {a: {<<: *service}}")
    await stack.done(Up())
    old = stack.containers()["a-1"]
    old.rename(f"0123456789ab_{stack.name}-a-1")
    old.stop(timeout=0)

    async def listed_as_stopped() -> bool:
        # The engine's list lags a moment behind its answer to the stop.
        (one,) = (await stack.engine.observe(stack.name)).containers
        return one.state is RunState.EXITED

    await eventually(listed_as_stopped)
    await stack.done(Up())
    assert stack.states() == {"a-1": "running"}
    assert stack.ids() == {"a-1": old.id}


async def test_sidecars_share_a_namespace_also_after_a_recreation(stack: Stack) -> None:
    stack.write("services: {app: {<<: *service}, side: {<<: *service, network_mode: 'service:app'}}")
    await stack.done(Up())
    await stack.done(Up(services=("app",), force_recreate=True))
    found = stack.containers()
    assert found["side-1"].attrs["HostConfig"]["NetworkMode"] == f"container:{found['app-1'].id}"
    assert stack.states() == {"app-1": "running", "side-1": "running"}


async def test_contents_are_there_before_the_start(stack: Stack) -> None:
    stack.write("""
        services:
          a:
            <<: *service
            command: [sh, -c, "cat /etc/c /run/secrets/s; sleep 1000"]
            configs: [{source: c, target: /etc/c}]
            secrets: [s]
        configs: {c: {content: "from content\\n"}}
        secrets: {s: {file: ./s.txt}}
        """)
    (stack.folder / "s.txt").write_text("from file\n")
    await stack.done(Up())
    await eventually(lambda: stack.containers()["a-1"].logs() == b"from content\nfrom file\n")
