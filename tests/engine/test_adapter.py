"""The real engine through the adapter, where a fake would prove nothing: bytes, files, drivers, the process's exit."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing

import pytest

from devbox.adapters.frames import LINE_LIMIT
from devbox.errors import EngineError, NotFound
from devbox.logs.line import LogLine, Stream
from devbox.plan.steps import InjectedFile
from devbox.ports import Engine
from tests.engine.specs import FOREVER, spec
from tests.eventually import eventually

pytestmark = pytest.mark.engine


async def run(engine: Engine, project: str, script: str, **body: object) -> str:
    """A container that runs `script` to its end."""
    id = await engine.create_container(spec(project, "job", ("sh", "-c", script), **body))
    await engine.start(id)
    await engine.wait(id)
    return id


async def output(engine: Engine, id: str) -> list[LogLine]:
    lines: list[LogLine] = []
    async with aclosing(engine.logs(await engine.inspect(id), follow=False)) as batches:
        async for batch in batches:
            lines += batch
    return lines


async def test_a_line_of_a_megabyte(real_engine: Engine, project_name: str) -> None:
    id = await run(real_engine, project_name, "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo next")
    line, after = await output(real_engine, id)
    assert line.partial and line.text == "x" * LINE_LIMIT
    assert after.text == "next"


@pytest.mark.parametrize("tty", [False, True])
async def test_a_line_of_several_messages_is_whole(real_engine: Engine, project_name: str, tty: bool) -> None:
    id = await run(real_engine, project_name, "head -c 20000 /dev/zero | tr '\\0' x; echo; echo next", Tty=tty)
    assert [line.text for line in await output(real_engine, id)] == ["x" * 20_000, "next"]


async def test_bytes_that_are_no_text(real_engine: Engine, project_name: str) -> None:
    id = await run(real_engine, project_name, "printf 'caf\\351 \\033[31m[/b]\\n'")
    assert [line.text for line in await output(real_engine, id)] == ["caf\N{REPLACEMENT CHARACTER} \x1b[31m[/b]"]


async def test_stdout_and_stderr_are_tagged(real_engine: Engine, project_name: str) -> None:
    id = await run(real_engine, project_name, "echo out; echo err >&2")
    found = {(line.text, line.stream) for line in await output(real_engine, id)}
    assert found == {("out", Stream.STDOUT), ("err", Stream.STDERR)}


async def test_a_driver_that_keeps_nothing_is_named(real_engine: Engine, project_name: str) -> None:
    host = {"LogConfig": {"Type": "none"}}
    id = await real_engine.create_container(spec(project_name, host=host))
    await real_engine.start(id)
    with pytest.raises(EngineError) as refused:
        await output(real_engine, id)
    assert '"none"' in refused.value.message and refused.value.hint


async def test_files_are_there_before_the_start(real_engine: Engine, project_name: str) -> None:
    files = (InjectedFile(path="/run/secrets/deep/key", content=b"s3cret", uid=12, gid=34, mode=0o440),)
    made = spec(
        project_name, "job", ("sh", "-c", "cat /run/secrets/deep/key; stat -c ' %u %g %a' /run/secrets/deep/key")
    )
    id = await real_engine.create_container(spec(project_name, "job", tuple(made.body["Cmd"]), files=files))
    await real_engine.start(id)
    await real_engine.wait(id)
    assert [line.text for line in await output(real_engine, id)] == ["s3cret 12 34 440"]


async def test_nothing_is_left_of_a_container_that_cannot_be_finished(real_engine: Engine, project_name: str) -> None:
    files = (InjectedFile(path="/bin/busybox/no-folder", content=b""),)
    with pytest.raises(EngineError):
        await real_engine.create_container(spec(project_name, files=files))
    assert (await real_engine.observe(project_name)).containers == ()


async def test_put_files_unpacks_below_the_folder(real_engine: Engine, project_name: str) -> None:
    from devbox.adapters.create import packed

    id = await real_engine.create_container(spec(project_name))
    await real_engine.start(id)
    await real_engine.put_files(id, "/tmp", packed([InjectedFile(path="a/b.txt", content=b"hello")]))
    assert (await real_engine.exec(id, ["cat", "/tmp/a/b.txt"])).output == "hello"


async def test_files_that_are_refused_before_all_were_sent_are_refused_with_the_reason(
    real_engine: Engine, project_name: str
) -> None:
    id = await real_engine.create_container(spec(project_name))
    pieces = [bytes(1 << 20)] * 20
    with pytest.raises(NotFound, match="/nowhere"):
        await real_engine.put_files(id, "/nowhere", pieces)


async def test_exec_takes_user_folder_and_environment(real_engine: Engine, project_name: str) -> None:
    id = await real_engine.create_container(spec(project_name))
    await real_engine.start(id)
    found = await real_engine.exec(
        id, ["sh", "-c", "id -u; pwd; echo $COLOUR"], user="12", workdir="/tmp", environment={"COLOUR": "red"}
    )
    assert found.output == "12\n/tmp\nred\n"


async def test_exec_keeps_the_last_64_kib(real_engine: Engine, project_name: str) -> None:
    id = await real_engine.create_container(spec(project_name))
    await real_engine.start(id)
    found = await real_engine.exec(id, ["sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x; echo the end"])
    assert len(found.output) == 64 * 1024 and found.output.endswith("xthe end\n")


async def test_a_container_that_restarts_for_ever(real_engine: Engine, project_name: str) -> None:
    host = {"RestartPolicy": {"Name": "always"}}
    id = await real_engine.create_container(spec(project_name, command=("sh", "-c", "exit 3"), host=host))
    await real_engine.start(id)

    async def restarted() -> bool:
        detail = (await real_engine.inspect(id)).detail
        return bool(detail and detail.restart_count)

    await eventually(restarted)


async def test_many_things_at_once(real_engine: Engine, project_name: str) -> None:
    ids = await asyncio.gather(
        *(real_engine.create_container(spec(project_name, "app", number=n, command=FOREVER)) for n in range(1, 21))
    )
    found = (await real_engine.observe(project_name, detail=True)).containers
    assert [one.number for one in found] == list(range(1, 21))
    await asyncio.gather(*(real_engine.remove(id, force=True) for id in ids))
    assert (await real_engine.observe(project_name)).containers == ()


LEAVING = """
import asyncio, os, sys, threading
from devbox.adapters.connect import connect
async def main():
    engine = await connect("", os.environ)
    container = await engine.inspect(sys.argv[1])
    tails = [engine.logs(container) for _ in range(20)]
    await asyncio.gather(*(anext(tail) for tail in tails))
    waiting = [asyncio.ensure_future(anext(tail)) for tail in tails]
    waiting.append(asyncio.ensure_future(engine.wait(sys.argv[1])))
    await asyncio.sleep(0)
    print("tailing", threading.active_count() > 20, flush=True)
asyncio.run(main())
"""


async def test_twenty_live_tails_do_not_hold_the_exit(real_engine: Engine, project_name: str) -> None:
    id = await real_engine.create_container(spec(project_name, command=("sh", "-c", "echo up; sleep 600")))
    await real_engine.start(id)
    command = [sys.executable, "-c", LEAVING, id]
    ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "tailing True\n", "")
