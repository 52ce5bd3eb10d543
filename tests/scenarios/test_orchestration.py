"""Order of starts and stops, restarts by the engine, and names across networks, on the real engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from docker.models.containers import Container

from devbox.plan.commands import Stop, Up
from tests.eventually import eventually
from tests.real import IMAGE, sdk
from tests.scenarios.stack import Stack

POLITE = """[sh, -c, "trap 'exit 0' TERM; echo ready; sleep 1000 & wait"]"""
STUBBORN = """[sh, -c, "trap '' TERM; echo ready; while :; do sleep 0.2; done"]"""


def when(container: Container, what: str) -> datetime:
    """StartedAt or FinishedAt."""
    return datetime.fromisoformat(container.attrs["State"][what])


def kill_from_the_host(container: Container) -> None:
    """SIGKILL to its PID 1 behind the engine's back, which would take its own `kill` for the user's wish."""
    with sdk() as client:
        client.containers.run(IMAGE, ["kill", "-9", str(container.attrs["State"]["Pid"])], pid_mode="host", remove=True)


def state(stack: Stack, name: str) -> dict[str, Any]:
    return dict(stack.containers()[name].attrs["State"])


async def test_a_stack_starts_in_the_order_of_its_dependencies_each_behind_the_health_of_the_one_before(
    stack: Stack,
) -> None:
    stack.write("""
        x-slow: &slow
          <<: *service
          command: [sh, -c, "sleep 0.5; touch /ready; sleep 1000"]
          healthcheck: {test: test -e /ready, interval: 200ms, retries: 1000}
        services:
          web: {<<: *service, depends_on: {api: {condition: service_healthy}}}
          api:
            <<: *slow
            depends_on: {migrate: {condition: service_completed_successfully}, cache: {condition: service_started}}
          migrate: {<<: *service, command: sleep 0.5, depends_on: {db: {condition: service_healthy}}}
          cache: {<<: *service}
          db: {<<: *slow}
        """)
    await stack.done(Up(wait=True))
    found = stack.containers()

    def ready(name: str) -> datetime:
        """Since when its healthcheck can pass."""
        told = found[name].exec_run(["stat", "-c", "%y", "/ready"]).output.decode().split()
        return datetime.fromisoformat(f"{told[0]}T{told[1]}+00:00")

    order = [
        when(found["db-1"], "StartedAt"),
        ready("db-1"),
        when(found["migrate-1"], "StartedAt"),
        when(found["migrate-1"], "FinishedAt"),
        when(found["api-1"], "StartedAt"),
        ready("api-1"),
        when(found["web-1"], "StartedAt"),
    ]
    assert order == sorted(order)
    assert when(found["cache-1"], "StartedAt") < when(found["api-1"], "StartedAt")
    for name in ("db-1", "api-1"):
        await eventually(lambda name=name: state(stack, name)["Health"]["Log"][-1]["ExitCode"] == 0, timeout=30)


async def test_a_dependency_that_fails_names_itself_and_its_probes_output(stack: Stack) -> None:
    stack.write("""
        services:
          db: {<<: *service, healthcheck: {test: "echo no disk; exit 2", interval: 200ms, retries: 2}}
          api: {<<: *service, depends_on: {db: {condition: service_healthy}}}
        """)
    said = stack.devbox("up")
    assert said.returncode == 1
    assert f"{stack.name}-db-1 is unhealthy after 2 tries (exit 2: no disk)" in said.stderr
    assert stack.states() == {"api-1": "created", "db-1": "running"}


async def test_what_is_killed_comes_back_by_its_policy_and_devbox_tells(stack: Stack) -> None:
    stack.write("""
        services:
          always: {<<: *service, restart: always}
          unless: {<<: *service, restart: unless-stopped}
          failing: {<<: *service, restart: on-failure}
          never: {<<: *service, restart: "no"}
        """)
    await stack.done(Up())
    before = stack.containers()
    for container in before.values():
        kill_from_the_host(container)

    def back() -> bool:
        after = stack.containers()
        again = [name for name, one in after.items() if when(one, "StartedAt") > when(before[name], "StartedAt")]
        running = [name for name, one in after.items() if one.status == "running"]
        return sorted(again) == sorted(running) == ["always-1", "failing-1", "unless-1"]

    await eventually(back, timeout=30)
    assert state(stack, "never-1")["ExitCode"] == 137
    told = {line.split()[0]: line for line in stack.devbox("ps").stdout.splitlines()}
    assert "exited (137)" in told["never"]
    assert all("running" in told[name] and "(restart 1)" in told[name] for name in ("always", "unless", "failing"))


async def test_what_the_user_stops_stays_down_whatever_its_policy(stack: Stack) -> None:
    stack.write("services: {always: {<<: *service, restart: always}, other: {<<: *service}}")
    await stack.done(Up())
    await stack.done(Stop(services=("always",)))
    assert stack.states() == {"always-1": "exited", "other-1": "running"}


async def test_names_are_found_across_the_networks_that_services_share_and_across_no_others(stack: Stack) -> None:
    stack.write("""
        services:
          proxy: {<<: *service, networks: [front]}
          api: {<<: *service, networks: {front: , back: {aliases: [backend]}}}
          db: {<<: *service, networks: [back]}
        networks: {front: {}, back: {}}
        """)
    await stack.done(Up())
    ids = stack.ids()

    async def sees(service: str) -> set[str]:
        """The names that it resolves to addresses which answer."""
        names = ("proxy", "api", "backend", "db")
        script = "for name in $0 $@; do ping -c 1 -W 5 $name > /dev/null 2>&1 && echo $name; done; true"
        answer = await stack.engine.exec(ids[f"{service}-1"], ["sh", "-c", script, *names])
        return set(answer.output.split())

    assert await sees("api") == {"proxy", "api", "backend", "db"}
    assert await sees("proxy") == {"proxy", "api"}
    assert await sees("db") == {"api", "backend", "db"}


async def test_a_stack_stops_in_reverse_order_within_each_grace_period_and_nobody_waits_for_strangers(
    stack: Stack,
) -> None:
    stack.write(f"""
        services:
          web: {{<<: *service, stop_signal: SIGTERM, command: {STUBBORN}, stop_grace_period: 1s, depends_on: [api]}}
          api: {{<<: *service, stop_signal: SIGTERM, command: {POLITE}, stop_grace_period: 60s, depends_on: [db]}}
          db: {{<<: *service, stop_signal: SIGTERM, command: {POLITE}, stop_grace_period: 60s}}
          other: {{<<: *service, stop_signal: SIGTERM, command: {STUBBORN}, stop_grace_period: 5s}}
        """)
    await stack.done(Up())
    await eventually(lambda: all(one.logs() for one in stack.containers().values()), timeout=30)
    await stack.done(Stop())
    found = stack.containers()
    codes = {name: one.attrs["State"]["ExitCode"] for name, one in found.items()}
    assert codes == {"web-1": 137, "api-1": 0, "db-1": 0, "other-1": 137}
    order = [when(found[f"{name}-1"], "FinishedAt") for name in ("web", "api", "db", "other")]
    assert order == sorted(order)
