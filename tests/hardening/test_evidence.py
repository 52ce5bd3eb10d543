"""What running containers show: by this machine's kernel and by `cat` inside them, which say the same."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import pytest

from devbox.adapters.inspector import LocalInspector
from devbox.compose.model import FileReference, Project, Service
from devbox.hardening.evidence import Evidence, Limits
from devbox.plan.observed import Container
from devbox.ports import Engine
from devbox.session.evidence import gather
from tests.engine.specs import spec
from tests.real import IMAGE, busybox_binary, sdk

BARE = "dbt-hardening:bare"
HARDENED: Mapping[str, Any] = {
    "ReadonlyRootfs": True,
    "CapDrop": ["ALL"],
    "SecurityOpt": ["no-new-privileges:true"],
    "Memory": 64 << 20,
    "NanoCpus": 500_000_000,
    "PidsLimit": 16,
    "Binds": ["/etc/hostname:/run/secrets/password:ro"],
}
SECRET = FileReference(source="password")


class Elsewhere(LocalInspector):
    """This machine's kernel is not the containers'."""

    async def evidence(self, pid: int, evidence: Evidence, files: Sequence[str]) -> None:
        return None


@pytest.fixture(scope="module")
def bare() -> Iterator[str]:
    """An image with a single program, which is no `cat`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        program = busybox_binary().read_bytes()
        entry = tarfile.TarInfo("sleep")
        entry.size, entry.mode = len(program), 0o755
        tar.addfile(entry, io.BytesIO(program))
    with sdk() as client:
        client.api.import_image_from_data(packed.getvalue(), repository="dbt-hardening", tag="bare")
        yield BARE
        client.images.remove(BARE, force=True)


@pytest.fixture
async def running(real_engine: Engine, project_name: str) -> AsyncIterator[Any]:
    """Starts a hardened container of an image, as uid 1234."""

    async def start(image: str, *command: str) -> Container:
        wanted = spec(project_name, "api", command, image=image, host=dict(HARDENED), User="1234:1234")
        made = await real_engine.create_container(wanted)
        await real_engine.start(made)
        return await real_engine.inspect(made)

    yield start


async def asked(engine: Engine, container: Container, inspector: LocalInspector) -> tuple[Evidence, list[str]]:
    project = Project(name="shop", working_dir="/", services={"api": Service(name="api", secrets=(SECRET,))})
    (found,), unasked = await gather(engine, inspector, project, [container])
    return found, unasked


async def test_the_kernel_and_the_container_say_the_same(real_engine: Engine, running: Any) -> None:
    container = await running(IMAGE, "sleep", "1000")
    inside, unasked = await asked(real_engine, container, Elsewhere(environ=os.environ))
    assert unasked == []
    assert (inside.uids, inside.status["CapBnd"], inside.status["NoNewPrivs"]) == ({1234}, "0" * 16, "1")
    assert inside.root_options[0] == "ro"
    assert inside.limits == Limits(memory=64 << 20, cpus=0.5, pids=16)
    assert inside.modes == {"/run/secrets/password": os.stat("/etc/hostname").st_mode & 0o7777}

    outside, _ = await asked(real_engine, container, LocalInspector(environ=os.environ))
    fields = ("uids", "root_options", "limits", "modes")
    assert [getattr(outside, name) for name in fields] == [getattr(inside, name) for name in fields]


async def test_a_container_without_any_tool_is_seen_by_the_kernel_alone(
    real_engine: Engine, running: Any, bare: str
) -> None:
    container = await running(bare, "/sleep", "1000")
    seen, unasked = await asked(real_engine, container, LocalInspector(environ=os.environ))
    assert (seen.uids, unasked) == ({1234}, [])

    unseen, unasked = await asked(real_engine, container, Elsewhere(environ=os.environ))
    assert unseen.status == {}
    assert unasked == [
        f"{container.name} has no `cat`, and its kernel is not this machine's: only its ports were looked at"
    ]


async def test_a_process_of_another_machine_is_not_taken_for_the_containers(real_engine: Engine, running: Any) -> None:
    container = await running(IMAGE, "sleep", "1000")
    told = Evidence(id=container.id, container="x", service="api")
    assert await LocalInspector(environ=os.environ).evidence(os.getpid(), told, []) is None
