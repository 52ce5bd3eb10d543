"""What a session relies on of any engine: the same on the fake and on the real one."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from devbox.compose.model import Network
from devbox.errors import Conflict, EngineError, NotFound
from devbox.plan.observed import RunState
from devbox.ports import Engine
from tests.engine.specs import labels, network, spec, volume
from tests.fakes import Behaviour, FakeEngine
from tests.real import IMAGE, free_port


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


async def test_observe_finds_the_images_that_are_there(engine: Engine, project_name: str) -> None:
    images = (await engine.observe(project_name, images=[IMAGE, "dbt/missing:1"])).images
    assert set(images) == {IMAGE}
    assert images[IMAGE].id.startswith("sha256:")


async def test_an_image_that_is_not_there_is_none(engine: Engine) -> None:
    assert await engine.image("dbt/missing:1") is None
    assert await engine.image(IMAGE) is not None


async def test_an_image_takes_a_name_that_another_had_and_is_used_by_it(engine: Engine, project_name: str) -> None:
    name = f"devbox-previous:{project_name}.Api_1"
    await engine.tag_image(IMAGE, name)
    kept, image = await engine.image(name), await engine.image(IMAGE)
    assert kept and image and kept.id == image.id
    await engine.tag_image(image.id, name)
    made = await engine.create_container(spec(project_name, image=image.id))
    assert (await engine.inspect(made)).image_id == image.id
    await engine.remove_image(name)
    assert await engine.image(name) is None
    assert await engine.image(IMAGE) is not None


async def test_an_image_that_is_not_there_takes_no_name(engine: Engine, project_name: str) -> None:
    with pytest.raises(NotFound):
        await engine.tag_image("dbt/missing:1", f"devbox-previous:{project_name}.api")


async def test_a_network_and_a_volume_are_made_observed_and_removed(engine: Engine, project_name: str) -> None:
    await engine.create_network(network(project_name), labels(project_name))
    await engine.create_volume(volume(project_name), labels(project_name))
    found = await engine.observe(project_name)
    assert [one.name for one in found.networks] == [f"{project_name}_default"]
    assert [one.name for one in found.volumes] == [f"{project_name}_data"]
    await engine.remove_network(f"{project_name}_default")
    await engine.remove_volume(f"{project_name}_data")
    gone = await engine.observe(project_name)
    assert (gone.networks, gone.volumes) == ((), ())


async def test_networks_and_volumes_of_others_are_observed_by_exact_name(engine: Engine, project_name: str) -> None:
    for name in ("shared", "shared2"):
        await engine.create_network(network(project_name, name), labels(project_name))
        await engine.create_volume(volume(project_name, name), labels(project_name))
    wanted = f"{project_name}_shared"
    found = await engine.observe("dbt-other", networks=[wanted], volumes=[wanted])
    assert [one.name for one in found.networks] == [wanted]
    assert [one.name for one in found.volumes] == [wanted]


async def test_a_second_network_of_a_name_is_refused(engine: Engine, project_name: str) -> None:
    await engine.create_network(network(project_name), labels(project_name))
    with pytest.raises(Conflict):
        await engine.create_network(network(project_name), labels(project_name))


async def test_a_volume_made_twice_is_the_same_volume(engine: Engine, project_name: str) -> None:
    await engine.create_volume(volume(project_name), labels(project_name))
    await engine.create_volume(volume(project_name), labels(project_name))
    assert len((await engine.observe(project_name)).volumes) == 1


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


async def test_anonymous_volumes_are_told_by_their_target_and_go_with_their_container(
    engine: Engine, project_name: str
) -> None:
    id = await engine.create_container(spec(project_name, Volumes={"/data": {}}))
    detail = (await engine.inspect(id)).detail
    assert detail and list(detail.anonymous_volumes) == ["/data"]
    [name] = detail.anonymous_volumes.values()
    await engine.remove(id, volumes=True)
    assert (await engine.observe(project_name, volumes=[name])).volumes == ()


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


async def test_extra_networks_are_connected(engine: Engine, project_name: str) -> None:
    for key in ("front", "back"):
        await engine.create_network(Network(key=key, name=f"{project_name}_{key}"), labels(project_name))
    made = spec(
        project_name,
        host={"NetworkMode": f"{project_name}_front"},
        networks={f"{project_name}_back": {"Aliases": ["app"]}},
    )
    id = await engine.create_container(made)
    await engine.start(id)
    assert (await engine.inspect(id)).networks == (f"{project_name}_back", f"{project_name}_front")


async def test_networks_and_volumes_tell_how_they_were_made_and_who_else_is_there(
    engine: Engine, project_name: str
) -> None:
    inner = replace(network(project_name), internal=True, driver_opts={"com.docker.network.bridge.enable_icc": "false"})
    kept = replace(volume(project_name), driver_opts={"type": "tmpfs", "device": "tmpfs", "o": "size=1m"})
    await engine.create_network(inner, labels(project_name))
    await engine.create_volume(kept, labels(project_name))
    mount = {"Type": "volume", "Source": kept.name, "Target": "/data"}
    guest = spec(f"{project_name}-guest", host={"NetworkMode": inner.name, "Mounts": [mount]})
    id = await engine.create_container(guest)
    await engine.start(id)
    found = await engine.observe(project_name)
    [seen], [held] = found.networks, found.volumes
    assert (seen.body["Internal"], seen.body["Options"], seen.driver) == (True, inner.driver_opts, "bridge")
    assert (held.body["Options"], held.driver) == (kept.driver_opts, "local")
    assert (seen.guests, held.guests) == ((guest.name,), (guest.name,))
    await engine.remove(id, force=True)


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


async def test_a_network_in_use_is_not_removed(engine: Engine, project_name: str) -> None:
    await engine.create_network(network(project_name), labels(project_name))
    id = await engine.create_container(spec(project_name, host={"NetworkMode": f"{project_name}_default"}))
    await engine.start(id)
    with pytest.raises(EngineError):
        await engine.remove_network(f"{project_name}_default")
