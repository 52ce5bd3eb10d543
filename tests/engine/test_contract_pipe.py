"""A command's two-way stream, and a file's content, on all engines."""

from __future__ import annotations

import asyncio
import gc
import io
import tarfile

import pytest

from devbox.errors import EngineError, NotFound
from devbox.ports import Engine, Pipe
from tests.engine.specs import spec
from tests.engine.test_contract_inside import behave
from tests.eventually import eventually
from tests.fake_pipe import FakePipe
from tests.fakes import Behaviour

LONG = 60


async def started(engine: Engine, project: str) -> str:
    id = await engine.create_container(spec(project))
    await engine.start(id)
    return id


async def all_of(pipe: Pipe, count: int) -> bytes:
    got = bytearray()
    async with asyncio.timeout(LONG):
        while len(got) < count and (part := await pipe.read()):
            got += part
    return bytes(got)


async def test_a_pipe_carries_bytes_both_ways(engine: Engine, project_name: str) -> None:
    pipe = await engine.pipe(await started(engine, project_name), ["cat"])
    every = bytes(range(256)) * 8192
    sending = asyncio.ensure_future(pipe.write(every))
    assert await all_of(pipe, len(every)) == every
    await sending
    await pipe.close()
    assert await pipe.read() == b""


async def test_a_pipe_ends_with_its_command_whose_last_words_are_kept(engine: Engine, project_name: str) -> None:
    async def fails(command: tuple[str, ...]) -> Pipe:
        pipe = FakePipe(said="no such port")
        pipe.say(b"out")
        pipe.end()
        return pipe

    behave(engine, "app", Behaviour(pipe=fails))
    id = await started(engine, project_name)
    pipe = await engine.pipe(id, ["sh", "-c", "echo no such port >&2; printf out; exit 1"])
    assert await all_of(pipe, 99) == b"out"
    assert await pipe.read() == b""
    assert pipe.said == "no such port"
    await pipe.close()


async def test_a_read_that_is_given_up_loses_nothing(engine: Engine, project_name: str) -> None:
    pipe = await engine.pipe(await started(engine, project_name), ["cat"])
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await pipe.read()
    await pipe.write(b"here")
    assert await all_of(pipe, 4) == b"here"
    await pipe.close()


async def test_a_write_that_is_given_up_fails_in_silence(engine: Engine, project_name: str) -> None:
    heard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    pipe = await engine.pipe(await started(engine, project_name), ["cat"])
    before = asyncio.all_tasks()
    sending = asyncio.ensure_future(pipe.write(bytes(32 << 20)))  # more than fits, where nobody reads what comes back
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])
    await pipe.close()
    await eventually(lambda: asyncio.all_tasks() <= before, LONG)
    del sending
    gc.collect()
    assert not heard


async def test_closing_wakes_who_reads(engine: Engine, project_name: str) -> None:
    pipe = await engine.pipe(await started(engine, project_name), ["cat"])
    reading = asyncio.ensure_future(pipe.read())
    await asyncio.sleep(0)
    await pipe.close()
    async with asyncio.timeout(LONG):
        assert await reading == b""
    with pytest.raises(EngineError):
        await pipe.write(b"too late")


async def test_a_pipe_into_what_does_not_run_is_refused(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    with pytest.raises(EngineError):
        await engine.pipe(id, ["cat"])


async def test_a_file_is_read_and_only_a_file(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        folder = tarfile.TarInfo("code")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
        file = tarfile.TarInfo("code/app.py")
        file.size = 8
        tar.addfile(file, io.BytesIO(b"print(1)"))
    await engine.put_files(id, "/tmp", packed.getvalue())
    assert await engine.read_file(id, "/tmp/code/app.py") == b"print(1)"
    with pytest.raises(NotFound):
        await engine.read_file(id, "/tmp/code/none.py")
    with pytest.raises(EngineError, match="no file"):
        await engine.read_file(id, "/tmp/code")
