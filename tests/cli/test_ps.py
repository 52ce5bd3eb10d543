"""`devbox ps` and the status table."""

from __future__ import annotations

import pytest

from devbox.cli.table import duration, ports_text
from devbox.plan.observed import Binding
from tests.cli.world import World


def rows(out: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split() for line in out.splitlines()[1:]}


def test_every_service_has_a_line_whether_it_runs_or_not(world: World) -> None:
    world.given("api")
    said = world.run("ps")
    assert said.code == 0
    assert rows(said.out)["api"][1] == "running"
    assert rows(said.out)["db"][1:3] == ["not", "created"]


def test_an_exited_service_shows_its_exit_code(world: World) -> None:
    world.given_stopped("db", code=3)
    assert "exited (3)" in world.run("ps").out


def test_replicas_are_numbered(world: World) -> None:
    world.given_scaled("api", 2)
    out = world.run("ps").out
    assert "api #2" in out


def test_a_container_of_a_service_the_files_lost_is_called_an_orphan(world: World) -> None:
    world.given("old")
    assert "old (orphan)" in world.run("ps").out


def test_other_projects_are_not_listed(world: World) -> None:
    world.given("api", project="other")
    assert rows(world.run("ps").out)["api"][1:3] == ["not", "created"]


def test_named_services_only(world: World) -> None:
    world.given("api", "db")
    assert list(rows(world.run("ps", "db").out)) == ["db"]


def test_quiet_prints_ids_of_what_runs(world: World) -> None:
    world.given("api")
    world.given_stopped("db")
    running = [one.id for one in world.engine.containers.values() if one.live]
    assert world.run("ps", "-q").out.split() == running
    assert len(world.run("ps", "-qa").out.split()) == 2


@pytest.mark.parametrize("off", [60.0, -60.0])
def test_uptime_is_told_by_the_engines_clock_where_this_machines_is_a_minute_off(world: World, off: float) -> None:
    world.given("api")
    (container,) = world.engine.containers.values()
    assert container.started is not None
    here = container.started + 5.5 + off
    world.now, world.engine.ahead = lambda: here, -off
    assert rows(world.run("ps").out)["api"][3] == "5s"


def test_a_container_that_the_engine_started_again_says_so(world: World) -> None:
    world.given("api")
    (container,) = world.engine.containers.values()
    container.restarts = 2
    assert "(restart 2)" in world.run("ps").out


def test_json_has_state_health_and_ports(world: World) -> None:
    world.given("api", host={"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8000"}]}})
    (api,) = world.run("ps", "--json").json()
    assert (api["service"], api["state"], api["health"]) == ("api", "running", "none")
    assert [port["published"] for port in api["ports"]] == [8000]


def test_services_prints_names(world: World) -> None:
    world.given("db", "api")
    assert world.run("ps", "--services").out == "api\ndb\n"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (200, "3m 20s"), (18_600, "5h 10m"), (187_200, "2d 4h")]
)
def test_durations_have_two_units(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_a_port_on_all_interfaces_is_listed_once() -> None:
    bindings = [Binding(container_port=80, host_ip=ip, host_port=8000) for ip in ("0.0.0.0", "::")]
    assert ports_text(bindings) == "8000->80"


def test_an_exposed_port_is_not_listed_as_published() -> None:
    assert ports_text([Binding(container_port=80)]) == "-"


def test_an_interface_and_a_protocol_are_named() -> None:
    binding = Binding(container_port=53, protocol="udp", host_ip="127.0.0.1", host_port=53)
    assert ports_text([binding]) == "127.0.0.1:53->53/udp"
