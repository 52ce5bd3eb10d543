"""The real engine lost for a while."""

from __future__ import annotations

from pathlib import Path

from devbox.ports import Engine
from devbox.session.state import Connected, Lost
from tests.engine.specs import spec
from tests.eventually import eventually
from tests.session.cuttable import cuttable
from tests.session.world import log, opened, written

COUNTING = ("sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done")


async def test_the_session_comes_back_and_no_line_is_missing_or_repeated(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    from devbox.adapters.connect import connect

    await real_engine.start(await real_engine.create_container(spec(project_name, "api", COUNTING)))
    async with cuttable(tmp_path) as proxy:

        async def through_the_proxy(context: str) -> Engine:
            return await connect("", {"DOCKER_HOST": proxy.url})

        folder = written(tmp_path, project_name)
        async with opened(real_engine, folder, connect=through_the_proxy) as session:
            session.logs.show(["api"])
            await eventually(lambda: len(log(session, "api")) > 20)
            await proxy.cut()
            await eventually(lambda: isinstance(session.store.state.connection, Lost))
            before = len(log(session, "api"))
            await proxy.mend()
            session.retry()
            await eventually(lambda: isinstance(session.store.state.connection, Connected))
            await eventually(lambda: len(log(session, "api")) > before + 50)
            lines = log(session, "api")
            assert lines == [str(number) for number in range(1, len(lines) + 1)]
