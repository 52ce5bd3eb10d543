"""The same stack under devbox and docker compose by turns: neither undoes the other's work."""

from __future__ import annotations

from devbox.compose.hash import service_hash
from devbox.plan.commands import Down, Up
from tests.scenarios.stack import Stack, networks, volumes

# Without depends_on: older versions of compose take it into the hash.
MANY = """
services:
  a:
    <<: *service
    networks: [front, back]
    volumes: ["data:/data", "./seed:/seed:ro"]
    labels: {tier: web}
    healthcheck: {test: "true", interval: 1h}
  b:
    <<: *service
    scale: 2
    networks: {back: {aliases: [store]}}
    environment: {MODE: dev}
    configs: [{source: app, target: /etc/app}]
    secrets: [token]
  tool:
    <<: *service
    profiles: [tools]
    networks: [own]
    volumes: ["cache:/cache"]
networks: {front: {labels: {x: "1"}}, back: {internal: true}, own: {}}
volumes: {data: {labels: {x: "1"}}, cache: {}}
configs: {app: {content: "one"}}
secrets: {token: {file: ./token.txt}}
"""


def prepared(stack: Stack) -> Stack:
    (stack.folder / "token.txt").write_text("first")
    (stack.folder / "seed").mkdir()
    # Compose 2.26 cannot copy a config in; a file is the same to all.
    (stack.folder / "app.txt").write_text("one")
    return stack.write(MANY.replace('content: "one"', "file: ./app.txt"))


async def test_devbox_leaves_what_compose_made(stack: Stack) -> None:
    prepared(stack)
    await stack.compose("up", "-d")
    before = stack.ids()
    outcome = await stack.done(Up())
    assert (outcome.plan.nodes, stack.ids()) == ((), before)
    assert sorted(before) == ["a-1", "b-1", "b-2"]


async def test_compose_leaves_what_devbox_made(stack: Stack) -> None:
    prepared(stack)
    await stack.done(Up())
    before = stack.ids()
    await stack.compose("up", "-d")
    assert (stack.ids(), sorted(before)) == (before, ["a-1", "b-1", "b-2"])


async def test_a_changed_secret_file_recreates_its_users_and_no_swap_does(stack: Stack) -> None:
    prepared(stack)
    await stack.done(Up())
    before = stack.ids()
    (stack.folder / "token.txt").write_text("second")
    await stack.done(Up())
    after = stack.ids()
    assert [name for name in sorted(before) if before[name] != after[name]] == ["b-1", "b-2"]
    answer = await stack.engine.exec(after["b-2"], ["cat", "/run/secrets/token"])
    assert answer.output == "second"
    await stack.compose("up", "-d")
    assert stack.ids() == after


async def test_a_changed_network_is_made_anew_and_its_services_join_it(stack: Stack) -> None:
    prepared(stack)
    await stack.done(Up())
    before = stack.containers()
    changed = stack.file.read_text().replace('front: {labels: {x: "1"}}', 'front: {labels: {x: "2"}}')
    stack.file.write_text(changed)
    outcome = await stack.done(Up())
    after = stack.containers()
    assert [(one.service, one.property) for one in outcome.plan.changes] == [
        (f"network {stack.name}_front", "labels.x")
    ]
    assert [name for name in sorted(before) if before[name].id != after[name].id] == ["a-1"]
    assert sorted(after["a-1"].attrs["NetworkSettings"]["Networks"]) == [f"{stack.name}_back", f"{stack.name}_front"]
    outcome = await stack.done(Up())
    assert outcome.plan.nodes == ()


async def test_down_takes_what_a_profile_started(stack: Stack) -> None:
    prepared(stack)
    await stack.done(Up(services=("tool",)))
    assert (sorted(stack.ids()), volumes(stack.name)) == (["tool-1"], [f"{stack.name}_cache"])
    await stack.done(Down(volumes=True))
    assert (stack.ids(), networks(stack.name), volumes(stack.name)) == ({}, [], [])


async def test_a_changed_volume_keeps_its_data_until_it_may_go(stack: Stack) -> None:
    prepared(stack)
    await stack.done(Up())
    await stack.engine.exec(stack.ids()["a-1"], ["touch", "/data/kept"])
    stack.file.write_text(stack.file.read_text().replace('data: {labels: {x: "1"}}', 'data: {labels: {x: "2"}}'))
    outcome = await stack.done(Up())
    assert outcome.plan.nodes == ()
    outcome = await stack.done(Up(renew_volumes=True))
    assert [line.split(":")[0] for line in outcome.plan.destroys] == [f"volume {stack.name}_data and its data"]
    answer = await stack.engine.exec(stack.ids()["a-1"], ["ls", "/data"])
    assert answer.output == ""
    assert not (await stack.done(Up(renew_volumes=True))).plan.nodes


async def test_who_lends_namespaces_and_volumes_outlives_the_swaps_too(stack: Stack) -> None:
    stack.write("""
        services:
          host: {<<: *service, volumes: [/shared]}
          side: {<<: *service, network_mode: "service:host"}
          tap: {<<: *service, volumes_from: [host]}
        """)
    await stack.done(Up())
    before = stack.ids()
    assert (await stack.done(Up())).plan.nodes == ()
    await stack.done(Up(services=("host",), force_recreate=True))
    after = stack.ids()
    assert [name for name in before if before[name] == after[name]] == []
    assert (await stack.done(Up())).plan.nodes == ()


async def test_a_container_named_to_mount_from_is_hashed_by_its_name_alone_as_compose_does(stack: Stack) -> None:
    name = f"{stack.name}-host-1"
    stack.write(f"""
        services:
          host: {{<<: *service, volumes: [/shared]}}
          tap: {{<<: *service, volumes_from: ["container:{name}:ro"], depends_on: [host]}}
        """)
    await stack.done(Up())
    tree = stack.project().services["tap"].tree
    label = stack.containers()["tap-1"].labels["com.docker.compose.config-hash"]
    assert label == service_hash({**tree, "volumes_from": [name]})
    assert (await stack.done(Up())).plan.nodes == ()
