"""Who holds the port that a container cannot have."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.adapters.listeners import holder
from devbox.errors import Conflict
from devbox.ports import Engine
from tests.engine.specs import spec


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


async def test_the_process_that_holds_the_port_is_named(real_engine: Engine, project_name: str, taken: int) -> None:
    wanted = {"PortBindings": {"80/tcp": [{"HostPort": str(taken)}]}, "NetworkMode": "bridge"}
    container = await real_engine.create_container(spec(project_name, host=wanted, ExposedPorts={"80/tcp": {}}))
    with pytest.raises(Conflict, match=rf"port {taken}/tcp is already taken by .+ \(process {os.getpid()}\)") as caught:
        await real_engine.start(container)
    assert caught.value.hint == "stop what holds it, or publish another host port"


def test_only_who_listens_on_that_address_is_in_the_way(taken: int) -> None:
    assert f"process {os.getpid()}" in holder(taken, address="127.0.0.1")
    assert f"process {os.getpid()}" in holder(taken, address="0.0.0.0")
    assert holder(taken, address="127.0.0.2") == ""
    assert holder(taken, "udp") == ""


def test_another_users_process_is_told_of_without_its_name(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp6").write_text(
        "  sl  local_address  remote_address  st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 77 1\n"
    )
    assert holder(8080, address="::1", proc=tmp_path) == "another process (as root, `ss -lntup` names it)"
    assert holder(8081, proc=tmp_path) == ""


def test_nothing_is_known_where_there_is_no_proc(tmp_path: Path) -> None:
    assert holder(8080, proc=tmp_path / "nothing") == ""
