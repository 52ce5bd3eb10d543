"""A debugger comes into Pythons that run already and were not prepared for it, in hardened containers."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import tarfile

import pytest

from devbox.adapters.build import ImageBuilder
from devbox.adapters.kit import InstalledKit
from devbox.debug.model import Way
from devbox.errors import DevboxError
from devbox.plan.observed import RunState
from devbox.session import attach_beside
from devbox.session.attach_beside import Beside
from tests.eventually import eventually
from tests.real import sdk
from tests.scenarios.attaching import LINE, LONG, LOOP, Attaching
from tests.stack.stack import images

NEWEST = """\
FROM {base}
RUN echo 'deb [check-valid-until=no] http://deb.debian.org/debian sid main' > /etc/apt/sources.list.d/sid.list \\
 && apt-get update && apt-get install -y --no-install-recommends python3.14
"""
HIDES = "import ctypes\nctypes.CDLL(None).prctl(4, 0)\n"
"""Makes the process one that its own user may not look into (PR_SET_DUMPABLE)."""
_LEFT = ("sh", "-c", "ls -d /dev/shm/devbox-debug* /tmp/devbox-debug* 2> /dev/null")


def built(tag: str, dockerfile: str) -> str:
    """The image, by its layers' cache where it was built before."""
    done = subprocess.run(
        ["docker", "build", "-q", "-t", tag, "-"], input=dockerfile, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return tag


@pytest.fixture(scope="session")
def beside(python_image: str) -> Beside:
    return Beside(builder=lambda engine: ImageBuilder(engine, os.environ), base=python_image)


@pytest.fixture(scope="session")
def gdb_image(beside: Beside) -> str:
    """Python with gdb: what a side container is made of is as good as any."""
    return built(beside.image, beside.dockerfile)


@pytest.fixture(scope="session")
def newest_image() -> str:
    """Python 3.14."""
    if not images():
        return "python:3.14-slim"
    return built("dbt-python:3.14", NEWEST.format(base="devbox-offline/debian:bookworm"))


async def left(attaching: Attaching) -> str:
    """What lies in the container of devbox's."""
    container = await attaching.container()
    return (await attaching.stack.engine.exec(container.id, _LEFT)).output


async def test_gdb_of_a_side_container_lets_it_in(attaching: Attaching, gdb_image: str, beside: Beside) -> None:
    await attaching.up("")
    ways = await attaching.ways(beside)
    assert [way for way, why in ways.items() if not why] == [Way.GDB_BESIDE]
    assert ways[Way.REMOTE_EXEC] == "Python 3.11 has no remote attach, 3.14 has"
    assert ways[Way.GDB_INSIDE] == "gdb is not in the image"
    entrance = await attaching.enter(beside=beside)
    assert entrance.way is Way.GDB_BESIDE and entrance.doors[0].pid == 1
    assert any("side" in line or "beside" in line for line in attaching.told), "never without saying so"
    assert "doubled" in await attaching.locals_at(entrance, entrance.doors[0])
    assert (await attaching.enter()).way is Way.GDB_BESIDE, "it is there for the next one, who needs no gdb"


async def test_gdb_of_the_image_lets_it_in(attaching: Attaching, gdb_image: str) -> None:
    await attaching.up(f"image: {gdb_image}")
    entrance = await attaching.enter()
    assert entrance.way is Way.GDB_INSIDE
    assert "doubled" in await attaching.locals_at(entrance, entrance.doors[0])


async def test_python_itself_lets_it_in(attaching: Attaching, newest_image: str) -> None:
    await attaching.up(f"image: {newest_image}\ncommand: [python3.14, /code/app.py]")
    entrance = await attaching.enter()
    assert entrance.way is Way.REMOTE_EXEC
    assert "doubled" in await attaching.locals_at(entrance, entrance.doors[0])
    assert (await attaching.enter()).way is Way.REMOTE_EXEC


async def test_where_nothing_can_be_written_that_is_said(attaching: Attaching, gdb_image: str) -> None:
    await attaching.up(f"image: {gdb_image}\nipc: none")
    with pytest.raises(DevboxError, match=r"debugpy finds no room in .*: neither /dev/shm nor /tmp can be written"):
        await attaching.enter()


class Unusable(InstalledKit):
    """The helper without a debugpy."""

    @property
    def archive(self) -> bytes:  # type: ignore[override]
        packed = io.BytesIO()
        with tarfile.open(fileobj=io.BytesIO(super().archive)) as whole, tarfile.open(fileobj=packed, mode="w") as tar:
            for one in whole:
                if not one.name.startswith("lib/"):
                    tar.addfile(one, whole.extractfile(one))
        return packed.getvalue()


async def test_what_fails_leaves_nothing(attaching: Attaching, gdb_image: str) -> None:
    await attaching.up(f"image: {gdb_image}")
    with pytest.raises(DevboxError, match="No module named 'debugpy'"):
        await attaching.enter(kit=Unusable())
    assert await left(attaching) == ""
    entrance = await attaching.enter()
    assert "doubled" in await attaching.locals_at(entrance, entrance.doors[0]), "it went on, and can be debugged"


async def test_a_process_that_its_own_user_may_not_look_into(attaching: Attaching, gdb_image: str) -> None:
    await attaching.up(f"image: {gdb_image}", HIDES + LOOP)
    entrance = await attaching.enter()
    assert any("again, with privileges" in line for line in attaching.told)
    line = LINE + HIDES.count("\n")
    assert "doubled" in await attaching.locals_at(entrance, entrance.doors[0], line)
    assert (await attaching.enter()).doors[0].port == entrance.doors[0].port


async def test_who_gives_up_in_the_middle_does_no_harm(
    attaching: Attaching, gdb_image: str, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gdb that is killed while the process makes a call for it takes the process with it."""
    monkeypatch.setattr(attach_beside, "_ENDING", LONG)
    await attaching.up("")
    container = await attaching.container()
    entering = asyncio.ensure_future(attaching.enter(beside=beside))
    await eventually(lambda: any("gdb in a container beside" in line for line in attaching.told), LONG)
    entering.cancel()
    await asyncio.wait([entering])
    assert entering.cancelled()
    assert (await attaching.container()).state is RunState.RUNNING
    entrance = await attaching.enter()
    assert entrance.way is Way.GDB_BESIDE, "what was begun was ended"
    assert "doubled" in await attaching.locals_at(entrance, entrance.doors[0])
    with sdk() as client:
        sides = client.containers.list(all=True, ignore_removed=True, filters={"name": "devbox-debug-"})
    assert f"container:{container.id}" not in [one.attrs["HostConfig"]["PidMode"] for one in sides]
