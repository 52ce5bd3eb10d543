"""dev and stage side by side: from inside of the containers neither can resolve, reach or change the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from docker.models.containers import Container

from tests.stack.stack import ROOT, Stack

LISTENS = {"api": 8000, "worker": 9000, "postgres": 5432, "redis": 6379}
LOOK = """
import asyncio, json, sys

names, addresses, patience = json.loads(sys.argv[1])

async def resolve(name):
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None)
    except OSError:
        return []
    return sorted({entry[4][0] for entry in found})

async def reach(host, port):
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), patience)
    except (OSError, TimeoutError, asyncio.TimeoutError):
        return False
    writer.close()
    return True

async def main():
    resolved = await asyncio.gather(*map(resolve, names))
    reached = await asyncio.gather(*(reach(*address) for address in addresses))
    print(json.dumps([resolved, reached]))

asyncio.run(main())
"""
"""What a process of the stack sees: the addresses of each name, and whether anybody answers at each address."""


@dataclass(frozen=True, slots=True)
class Seen:
    """By name its addresses, by (host, port) whether a connection came about."""

    names: dict[str, list[str]]
    answers: dict[tuple[str, int], bool]


def look(container: Container, names: list[str], addresses: list[tuple[str, int]], patience: float = 1) -> Seen:
    """Ask inside of `container`, which has Python; what drops packets is given `patience` seconds."""
    done = container.exec_run(["python", "-c", LOOK, json.dumps([names, addresses, patience])])
    assert done.exit_code == 0, done.output.decode()
    resolved, reached = json.loads(done.output)
    return Seen(dict(zip(names, resolved, strict=True)), dict(zip(addresses, reached, strict=True)))


def reached(container: Container, addresses: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Which of them answer time after time: while it makes another network, for a test elsewhere, the engine takes the
    rules that keep networks apart away for some milliseconds."""
    for _ in range(3):
        seen = look(container, [], addresses)
        addresses = [one for one in addresses if seen.answers[one]]
    return addresses


def networks(container: Container) -> dict[str, Any]:
    return dict(container.attrs["NetworkSettings"]["Networks"])


def addresses(stack: Stack, on: set[str] | None = None) -> list[tuple[str, int]]:
    """Where the stack's services listen, on the networks of these names or on all."""
    return [
        (network["IPAddress"], port)
        for service, port in LISTENS.items()
        for container in stack.containers(service)
        for name, network in networks(container).items()
        if on is None or name in on
    ]


def named(stack: Stack) -> list[str]:
    """Names under which its containers answer on their own networks and nowhere else."""
    found = []
    for service in LISTENS:
        for container in stack.containers(service):
            found += [container.name, container.short_id, f"{container.name}.{next(iter(networks(container)))}"]
    return found


def test_devbox_check_has_no_finding() -> None:
    """In a fresh clone, with nothing of the shell's."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "devbox", "check"]
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[0].split() == ["PROVEN", "OVER"]


@pytest.fixture(params=[("dev", "stage"), ("stage", "dev")], ids=["from dev", "from stage"])
def sides(request: pytest.FixtureRequest, dev: Stack, stage: Stack) -> tuple[Stack, Stack]:
    """From whose inside it is looked, and at whom."""
    both = {"dev": dev, "stage": stage}
    here, there = request.param
    return both[here], both[there]


@pytest.mark.parametrize("service", ["api", "worker"])
def test_service_names_lead_to_ones_own_and_the_others_names_nowhere(sides: tuple[Stack, Stack], service: str) -> None:
    here, there = sides
    own = {network["IPAddress"] for container in here.containers() for network in networks(container).values()}
    container = here.containers(service)[0]
    seen = look(container, ["postgres", "redis", container.name, container.short_id, *named(there)], [])
    assert {address for name in ("postgres", "redis") for address in seen.names[name]} <= own
    assert all(seen.names[name] for name in ("postgres", container.name, container.short_id))
    assert [name for name in named(there) if seen.names[name]] == []


@pytest.mark.parametrize("service", ["api", "worker"])
def test_addresses_of_the_other_do_not_answer_on_any_network(sides: tuple[Stack, Stack], service: str) -> None:
    here, there = sides
    container = here.containers(service)[0]
    mine = addresses(here, set(networks(container)))
    seen = look(container, [], mine, patience=20)
    postgres = {network["IPAddress"] for network in networks(here.container("postgres")).values()}
    assert any(seen.answers[one] for one in mine if one[0] in postgres), "it cannot even reach its own"
    assert reached(container, addresses(there)) == []


def test_ports_on_the_host_are_out_of_reach_of_the_others_containers(sides: tuple[Stack, Stack]) -> None:
    """Every container reaches the host by its networks' gateways; what is published on 127.0.0.1 is not found there."""
    here, there = sides
    published = {
        int(binding["HostPort"])
        for container in there.containers()
        for bindings in container.attrs["NetworkSettings"]["Ports"].values()
        for binding in bindings or ()
    }
    gateways = {
        network["Gateway"]
        for stack in (here, there)
        for container in stack.containers()
        for network in networks(container).values()
        if network["Gateway"]
    }
    assert published
    assert gateways
    doors = [(gateway, port) for gateway in sorted(gateways) for port in sorted(published)]
    seen = look(here.container("api"), [], doors)
    assert [door for door in doors if seen.answers[door]] == []


def test_every_published_port_is_bound_to_this_machine_alone(dev: Stack, stage: Stack) -> None:
    bound = {
        binding["HostIp"]
        for container in [*dev.containers(), *stage.containers()]
        for bindings in container.attrs["NetworkSettings"]["Ports"].values()
        for binding in bindings or ()
    }
    assert bound == {"127.0.0.1"}


def test_no_network_volume_or_built_image_is_shared(dev: Stack, stage: Stack) -> None:
    def held(stack: Stack) -> set[str]:
        found = set()
        for container in stack.containers():
            found |= set(networks(container))
            found |= {mount["Name"] for mount in container.attrs["Mounts"] if mount["Type"] == "volume"}
            image = container.attrs["Config"]["Image"]
            found |= {image} if image.startswith("dbt-jobs") else set()
        return found

    assert held(dev)
    assert held(stage)
    assert held(dev) & held(stage) == set()


def test_nothing_of_the_host_that_one_can_write_to_is_mounted_in_the_other(dev: Stack, stage: Stack) -> None:
    def writable(stack: Stack) -> set[str]:
        mounts = [mount for container in stack.containers() for mount in container.attrs["Mounts"]]
        return {mount["Source"] for mount in mounts if mount["RW"]}

    def all_of(stack: Stack) -> set[str]:
        return {mount["Source"] for container in stack.containers() for mount in container.attrs["Mounts"]}

    assert writable(dev) & all_of(stage) == set()
    assert writable(stage) & all_of(dev) == set()
