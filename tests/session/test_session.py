"""What a user asks of a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from devbox.compose.request import LoadRequest
from devbox.errors import DevboxError, UsageError
from devbox.plan.commands import Down, Restart, Up
from devbox.plan.observed import RunState
from devbox.plan.steps import CreateContainer
from devbox.ports import Engine, ExecResult
from devbox.session.commands import Reload, Switch
from devbox.session.session import Session
from devbox.session.state import Operation, Phase
from tests.engine.specs import spec
from tests.eventually import eventually
from tests.fakes import Behaviour, FakeEngine
from tests.session.world import FILE, opened, outside, states, written

SLEEPING = """
name: {project}
services:
  api:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    network_mode: none
"""
TWO = """
environments:
  dev: {{files: [compose.yaml], project: {project}}}
  stage: {{files: [compose.yaml], project: {project}-stage, protected: true}}
"""


def with_two_environments(folder: Path, project: str, text: str = SLEEPING) -> Path:
    (folder / "devbox.yaml").write_text(TWO.format(project=project))
    return written(folder, project, text)


async def ended(session: Session, id: int) -> Operation:
    def over() -> Operation | None:
        found = next(operation for operation in session.store.state.operations if operation.id == id)
        return None if found.phase is Phase.RUNNING else found

    operation = await eventually(over, timeout=30)
    assert operation is not None
    return operation


async def test_up_and_down_are_operations_and_seen_in_the_state(
    engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with opened(engine, written(tmp_path, project_name, SLEEPING)) as session:
        up = await ended(session, session.command(Up()))
        assert (up.phase, up.title) == (Phase.DONE, "up")
        await eventually(lambda: states(session, "api") == [RunState.RUNNING])
        down = await ended(session, session.command(Down()))
        assert down.phase is Phase.DONE
        await eventually(lambda: states(session, "api") == [])


async def test_a_restart_begins_a_new_run(engine: Engine, project_name: str, tmp_path: Path) -> None:
    await_start = spec(project_name, "api")
    id = await engine.create_container(await_start)
    await engine.start(id)
    before = (await engine.inspect(id)).detail
    async with opened(engine, written(tmp_path, project_name, FILE)) as session:
        operation = await ended(session, session.command(Restart(services=("api",), timeout=0)))
        assert (operation.phase, operation.title) == (Phase.DONE, "restart api")
        after = (await engine.inspect(id)).detail
        assert before
        assert after
        assert after.started != before.started


async def test_a_failure_of_the_engine_ends_the_operation_with_its_words(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    fake_engine.behave("api", Behaviour(start_error="no such device"))
    async with opened(fake_engine, written(tmp_path, "shop", SLEEPING)) as session:
        operation = await ended(session, session.command(Up()))
        assert operation.phase is Phase.FAILED
        assert "no such device" in operation.error


async def test_without_an_engine_a_command_fails_and_says_why(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(fake_engine, written(tmp_path, "shop", SLEEPING)) as session:
        fake_engine.lose()
        await eventually(lambda: session.store.state.connection.__class__.__name__ == "Lost")
        operation = await ended(session, session.command(Up()))
        assert operation.phase is Phase.FAILED
        assert operation.error == "The engine is away: The engine went away."


async def test_an_engine_lost_while_up_runs_fails_it_and_the_session_goes_on(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    fake_engine.delays["start"] = 0.2
    async with opened(fake_engine, written(tmp_path, "shop", SLEEPING)) as session:
        id = session.command(Up())
        await eventually(lambda: ("start", "shop-api-1") in fake_engine.calls or len(fake_engine.containers) == 1)
        fake_engine.lose()
        operation = await ended(session, id)
        assert operation.phase is Phase.FAILED
        fake_engine.come_back()
        session.retry()
        await eventually(lambda: session.store.state.connection.__class__.__name__ == "Connected")
        assert (await ended(session, session.command(Up()))).phase is Phase.DONE


async def test_a_preview_changes_nothing(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(fake_engine, written(tmp_path, "shop", SLEEPING)) as session:
        plan = await session.preview(Up())
        assert [node.step.spec.name for node in plan.nodes if isinstance(node.step, CreateContainer)] == ["shop-api-1"]
        assert fake_engine.calls == []


async def test_the_plan_is_kept_fresh_while_it_is_wanted(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(fake_engine, written(tmp_path, "shop", SLEEPING)) as session:
        session.want_plan(True)
        await eventually(lambda: session.store.state.plan)
        await ended(session, session.command(Up()))
        await eventually(lambda: session.store.state.plan is not None and not session.store.state.plan.nodes)
        fake_engine.exit("shop-api-1")
        await eventually(lambda: session.store.state.plan)


async def test_switching_shows_the_other_environment_and_leaves_the_first_running(
    engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with opened(engine, with_two_environments(tmp_path, project_name)) as session:
        assert session.store.state.environment == "dev"
        await ended(session, session.command(Up()))
        operation = await ended(session, session.command(Switch(environment="stage")))
        assert (operation.phase, operation.title) == (Phase.DONE, "switch to stage")
        state = session.store.state
        assert (state.environment, state.project and state.project.name) == ("stage", f"{project_name}-stage")
        assert states(session, "api") == []
        running = await engine.observe(project_name)
        assert [container.state for container in running.containers] == [RunState.RUNNING]


async def test_switching_can_bring_the_first_down(engine: Engine, project_name: str, tmp_path: Path) -> None:
    async with opened(engine, with_two_environments(tmp_path, project_name)) as session:
        await ended(session, session.command(Up()))
        operation = await ended(session, session.command(Switch(environment="stage", stop_current=True)))
        assert operation.phase is Phase.DONE
        assert (await engine.observe(project_name)).containers == ()


async def test_after_a_switch_the_other_environment_is_followed_and_read(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    fake_engine.behave("api", Behaviour(lines=("hello",)))
    async with opened(fake_engine, with_two_environments(tmp_path, "shop")) as session:
        await ended(session, session.command(Switch(environment="stage")))
        session.logs.show(["api"])
        await eventually(lambda: session.command(Up()))
        await eventually(lambda: states(session, "api") == [RunState.RUNNING])
        await eventually(lambda: [line.text for line in session.logs.buffer("api").slice(0, 9)] == ["hello"])


async def test_a_switch_to_files_that_do_not_load_changes_nothing(fake_engine: FakeEngine, tmp_path: Path) -> None:
    folder = with_two_environments(tmp_path, "shop")
    async with opened(fake_engine, folder) as session:
        (folder / "broken.yaml").write_text("services: {api: {imag: x}}\n")
        devbox = (folder / "devbox.yaml").read_text().replace("stage: {files: [compose", "stage: {files: [broken")
        (folder / "devbox.yaml").write_text(devbox)
        operation = await ended(session, session.command(Switch(environment="stage")))
        assert operation.phase is Phase.FAILED
        assert "broken.yaml:1" in operation.error
        assert session.store.state.environment == "dev"


async def test_what_is_in_the_way_of_both_environments_is_said_at_the_switch(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    text = SLEEPING.replace("network_mode: none", 'ports: ["8000:80"]')
    async with opened(fake_engine, with_two_environments(tmp_path, "shop", text)) as session:
        await ended(session, session.command(Up()))
        await eventually(lambda: states(session, "api") == [RunState.RUNNING])
        await ended(session, session.command(Switch(environment="stage")))
        notices = [notice.text for notice in session.store.state.notices]
        assert "stage wants port 8000/tcp for api, which api of dev has." in notices


async def test_files_that_do_not_load_are_problems_with_their_place(fake_engine: FakeEngine, tmp_path: Path) -> None:
    folder = written(tmp_path, "shop", "services:\n  api:\n    imag: x\n")
    async with opened(fake_engine, folder) as session:
        assert any("compose.yaml:3" in str(problem) for problem in session.store.state.problems)
        assert session.command(Up()) == 0
        assert session.store.state.notices[-1].text == "up: the files do not load."


async def test_a_reload_takes_changed_files_and_a_broken_one_keeps_the_last_good(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    folder = written(tmp_path, "shop", SLEEPING)
    async with opened(fake_engine, folder) as session:
        written(folder, "shop", FILE)
        await ended(session, session.command(Reload()))
        assert [row.name for row in session.store.state.rows] == ["api", "db"]
        written(folder, "shop", "services: [\n")
        operation = await ended(session, session.command(Reload()))
        assert operation.phase is Phase.FAILED
        assert session.store.state.problems
        assert [row.name for row in session.store.state.rows] == ["api", "db"]
        written(folder, "shop", FILE)
        await ended(session, session.command(Reload()))
        assert session.store.state.problems == ()


async def test_an_unknown_environment_is_a_usage_error(fake_engine: FakeEngine, tmp_path: Path) -> None:
    folder = with_two_environments(tmp_path, "shop")
    with pytest.raises(UsageError, match="no environment stge"):
        async with Session.open(outside(fake_engine, folder), LoadRequest(cwd=str(folder), environ={}), "stge"):
            raise AssertionError("it opened")


async def test_use_is_read_only_of_what_is_watched(fake_engine: FakeEngine, tmp_path: Path) -> None:
    ids = [await fake_engine.create_container(spec("shop", name)) for name in ("api", "db")]
    for id in ids:
        await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.watch_usage(frozenset({"db"}))
        usage = await eventually(lambda: session.store.state.usage)
        assert set(usage) == {ids[1]}
        await eventually(lambda: session.store.state.usage[ids[1]].cpu == 5.0)


async def test_a_shell_opens_in_the_container_that_runs(fake_engine: FakeEngine, tmp_path: Path) -> None:
    await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(await fake_engine.create_container(spec("shop", "api", number=2)))
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        assert await session.shell("api") == 0
        assert fake_engine.execs[0][0] == "shop-api-2"
        with pytest.raises(DevboxError, match="db does not run"):
            await session.shell("db")


async def test_an_image_without_a_shell_is_said_so(fake_engine: FakeEngine, tmp_path: Path) -> None:
    fake_engine.behave("api", Behaviour(exec=lambda command: ExecResult(exit_code=127, output="")))
    await fake_engine.start(await fake_engine.create_container(spec("shop", "api")))
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        with pytest.raises(DevboxError, match="has no shell"):
            await session.shell("api")


async def test_leaving_ends_everything_and_lets_the_stack_run(fake_engine: FakeEngine, tmp_path: Path) -> None:
    ids = [await fake_engine.create_container(spec("shop", name)) for name in ("api", "db")]
    for id in ids:
        await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api", "db"])
        session.watch_usage(frozenset({"api", "db"}))
        session.want_plan(True)
        await eventually(lambda: all(fake_engine.named(id).followers for id in ids))
    assert fake_engine.closed
    assert fake_engine.listeners == []
    assert all(fake_engine.named(id).live for id in ids)


async def test_a_bug_in_a_feed_is_not_hidden(fake_engine: FakeEngine, tmp_path: Path) -> None:
    id = await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(id)
    with pytest.raises(ZeroDivisionError):
        async with opened(fake_engine, written(tmp_path, "shop")):
            fake_engine.fail("observe", ZeroDivisionError("a bug"))
            fake_engine.exit(id)
            await eventually(lambda: False)


async def test_a_session_explains_the_values_of_what_it_shows(tmp_path: Path) -> None:
    written(tmp_path, "shop", "name: {project}\nservices: {{api: {{image: busybox}}}}\n")
    async with opened(FakeEngine(), tmp_path) as session:
        path = ("services", "api", "image")
        assert [str(one.place) for one in session.explain(path)] == [f"{tmp_path}/compose.yaml:2:25"]
        assert list(session.explain(("services", "db"))) == []

        written(tmp_path, "shop", "name: {project}\n\nservices: {{api: {{image: other}}}}\n")
        await ended(session, session.command(Reload()))
        assert [(one.value, str(one.place)) for one in session.explain(path)] == [
            ("other", f"{tmp_path}/compose.yaml:3:25")
        ]
