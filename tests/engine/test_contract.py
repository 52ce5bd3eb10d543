"""What a session relies on of any engine: the same on the fake and on the real one."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from devbox.errors import Conflict, EngineError, NotFound
from devbox.plan.observed import RunState
from devbox.ports import Engine
from tests.engine.specs import labels, spec, volume
from tests.fakes import Behaviour, FakeEngine
from tests.real import free_port


def behave(engine: Engine, service: str, behaviour: Behaviour) -> None:
    """The fake has to be told what the real engine's containers do by their command."""
    if isinstance(engine, FakeEngine):
        engine.behave(service, behaviour)


async def test_info_says_who_answers(engine: Engine, engine_kind: str) -> None:
    info = await engine.info()
    assert (info.os, info.context) == ("linux", "default")
    assert info.endpoint.startswith("tcp://" if engine_kind == "far" else "unix://")
    assert info.api_version.count(".") == 1


async def test_a_created_container_is_observed_with_its_labels_read(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name, "api", number=2))
    [found] = (await engine.observe(project_name)).containers
    assert (found.id, found.name, found.project) == (id, f"{project_name}-api-2", project_name)
    assert (found.service, found.number, found.oneoff, found.config_hash) == ("api", 2, False, "abc")
    assert found.state is RunState.CREATED


async def test_observe_sees_nothing_of_other_projects(engine: Engine, project_name: str) -> None:
    await engine.create_container(spec(project_name))
    assert (await engine.observe(project_name + "x")).containers == ()


async def test_a_running_container_has_no_detail_unless_asked_for(engine: Engine, project_name: str) -> None:
    await engine.start(await engine.create_container(spec(project_name)))
    [listed] = (await engine.observe(project_name)).containers
    [inspected] = (await engine.observe(project_name, detail=True)).containers
    assert listed.state is RunState.RUNNING and listed.detail is None
    assert inspected.detail is not None and inspected.detail.started is not None


async def test_one_off_containers_are_told_apart(engine: Engine, project_name: str) -> None:
    await engine.create_container(spec(project_name, oneoff=True))
    [found] = (await engine.observe(project_name)).containers
    assert found.oneoff


async def test_what_is_missing_is_not_found(engine: Engine, project_name: str) -> None:
    for call in (
        engine.inspect(project_name),
        engine.start(project_name),
        engine.stop(project_name),
        engine.wait(project_name),
        engine.remove_network(project_name),
        engine.remove_volume(project_name),
        engine.remove_image(f"dbt/{project_name}"),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_container_of_a_missing_image_is_not_made(engine: Engine, project_name: str) -> None:
    with pytest.raises(NotFound) as refused:
        await engine.create_container(spec(project_name, image="dbt/missing:1"))
    assert refused.value.status == 404
    assert (await engine.observe(project_name)).containers == ()


async def test_a_taken_name_is_a_conflict(engine: Engine, project_name: str) -> None:
    await engine.create_container(spec(project_name))
    with pytest.raises(Conflict):
        await engine.create_container(spec(project_name))


async def test_start_stop_and_restart_change_the_state(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    started = (await engine.inspect(id)).detail
    await engine.restart(id, 0)
    again = await engine.inspect(id)
    assert again.state is RunState.RUNNING
    assert started and again.detail and (again.detail.started or 0) > (started.started or 0)
    await engine.stop(id, 0)
    stopped = await engine.inspect(id)
    assert stopped.state is RunState.EXITED
    assert stopped.detail and stopped.detail.exit_code != 0


async def test_starting_twice_and_stopping_twice_is_no_error(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    await engine.start(id)
    await engine.stop(id, 0)
    await engine.stop(id, 0)
    assert (await engine.inspect(id)).state is RunState.EXITED


async def test_pause_and_unpause(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    await engine.pause(id)
    assert (await engine.observe(project_name)).containers[0].state is RunState.PAUSED
    await engine.unpause(id)
    assert (await engine.observe(project_name)).containers[0].state is RunState.RUNNING


async def test_killing_what_does_not_run_is_a_conflict(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    with pytest.raises(Conflict):
        await engine.kill(id)


async def test_wait_gives_the_exit_code(engine: Engine, project_name: str) -> None:
    behave(engine, "job", Behaviour(exits=7, runs_for=0.1))
    id = await engine.create_container(spec(project_name, "job", ("sh", "-c", "sleep 0.1; exit 7")))
    await engine.start(id)
    assert await engine.wait(id) == 7
    assert await engine.wait(id) == 7


async def test_a_cancelled_wait_ends_at_once(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await engine.wait(id)
    assert (await engine.inspect(id)).state is RunState.RUNNING


async def test_remove_needs_force_for_what_runs(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    with pytest.raises(Conflict):
        await engine.remove(id)
    await engine.remove(id, force=True)
    assert (await engine.observe(project_name)).containers == ()


async def test_removing_what_is_gone_or_going_is_no_error(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    await asyncio.gather(*(engine.remove(id, force=True) for _ in range(3)))
    await engine.remove(id)
    assert (await engine.observe(project_name)).containers == ()


async def test_rename(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.rename(id, f"{project_name}-other")
    assert (await engine.inspect(id)).name == f"{project_name}-other"


async def test_a_held_port_is_refused_and_told(engine: Engine, project_name: str) -> None:
    port = free_port()
    taken = {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}}
    ports = {"80/tcp": {}}
    await engine.start(await engine.create_container(spec(project_name, "one", host=taken, ExposedPorts=ports)))
    second = await engine.create_container(spec(project_name, "two", host=taken, ExposedPorts=ports))
    with pytest.raises(EngineError) as refused:
        await engine.start(second)
    assert refused.value.status == 500
    [held] = [one for one in (await engine.observe("dbt-another")).held_ports if one.port == port]
    assert (held.project, held.service, held.protocol) == (project_name, "one", "tcp")
    assert [one for one in (await engine.observe(project_name)).held_ports if one.port == port] == []


async def test_published_ports_are_bindings(engine: Engine, project_name: str) -> None:
    port = free_port()
    host = {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}}
    await engine.start(await engine.create_container(spec(project_name, host=host, ExposedPorts={"80/tcp": {}})))
    [found] = (await engine.observe(project_name)).containers
    [binding] = found.bindings
    assert (binding.container_port, binding.host_port, binding.host_ip) == (80, port, "127.0.0.1")


async def test_containers_of_other_projects_are_told_and_what_they_hold(engine: Engine, project_name: str) -> None:
    other = f"{project_name}-other"
    await engine.create_volume(volume(project_name), labels(project_name))
    mount = {"Type": "volume", "Source": volume(project_name).name, "Target": "/data"}
    made = spec(other, host={"Mounts": [mount]})
    files = {"com.docker.compose.project.config_files": "/nowhere/compose.yaml"}
    made = replace(made, body={**made.body, "Labels": {**made.body["Labels"], **files}})
    id = await engine.create_container(made)
    found = await engine.observe(project_name)
    assert [one.id for one in found.neighbours if one.project == other] == [id]
    assert other in found.moved
    assert [one.guests for one in found.volumes] == [(made.name,)]
    await engine.remove(id, force=True)
