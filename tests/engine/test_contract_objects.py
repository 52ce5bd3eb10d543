"""What a session relies on of any engine's images, networks and volumes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.compose.model import Network
from devbox.errors import Conflict, EngineError, NotFound
from devbox.ports import Engine
from tests.engine.specs import labels, network, spec, volume
from tests.real import IMAGE


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


async def test_anonymous_volumes_are_told_by_their_target_and_go_with_their_container(
    engine: Engine, project_name: str
) -> None:
    id = await engine.create_container(spec(project_name, Volumes={"/data": {}}))
    detail = (await engine.inspect(id)).detail
    assert detail and list(detail.anonymous_volumes) == ["/data"]
    [name] = detail.anonymous_volumes.values()
    await engine.remove(id, volumes=True)
    assert (await engine.observe(project_name, volumes=[name])).volumes == ()


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


async def test_a_network_in_use_is_not_removed(engine: Engine, project_name: str) -> None:
    await engine.create_network(network(project_name), labels(project_name))
    id = await engine.create_container(spec(project_name, host={"NetworkMode": f"{project_name}_default"}))
    await engine.start(id)
    with pytest.raises(EngineError):
        await engine.remove_network(f"{project_name}_default")
