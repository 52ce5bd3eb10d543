"""What two environments would take from each other."""

from __future__ import annotations

from devbox.compose.model import Port, Project, Service, Volume
from devbox.environments.beside import beside
from devbox.environments.environment import Allowance
from devbox.errors import Place


def project(name: str, *services: Service, volume: str = "") -> Project:
    volumes = {"data": Volume(key="data", name=volume or f"{name}_data")}
    return Project(name=name, working_dir="/", services={one.name: one for one in services}, volumes=volumes)


def port(published: str, host_ip: str = "") -> Service:
    return Service(name="api", ports=(Port(target=80, published=published, host_ip=host_ip),))


def test_a_port_that_both_publish_is_told_with_who_has_it() -> None:
    said = beside("dev", project("d", port("8000")), "stage", project("s", port("8000")))
    assert said == ("stage wants port 8000/tcp for api, which api of dev has.",)


def test_ports_of_different_addresses_or_chosen_by_the_engine_do_not_clash() -> None:
    dev = project("d", port("8000", "127.0.0.1"))
    assert beside("dev", dev, "stage", project("s", port("8000", "127.0.0.2"))) == ()
    assert beside("dev", project("d", port("")), "stage", project("s", port(""))) == ()


def test_a_shared_volume_and_a_shared_container_name_are_told() -> None:
    dev = project("d", Service(name="db", container_name="db"), volume="data")
    stage = project("s", Service(name="db", container_name="db"), volume="data")
    said = "\n".join(beside("dev", dev, "stage", stage))
    assert "the same volume data" in said
    assert "the container name db" in said


def test_projects_that_share_nothing_are_left_in_peace() -> None:
    assert beside("dev", project("d", port("8000")), "stage", project("s", port("8001"))) == ()


def test_what_is_allowed_is_not_told() -> None:
    allowed = Allowance(rule="shared-volume", subject="data", reason="one seed", place=Place("devbox.yaml", 1))
    dev, stage = project("d", volume="data"), project("s", volume="data")
    assert beside("dev", dev, "stage", stage, [allowed]) == ()
