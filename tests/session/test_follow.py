"""State stays true to the engine."""

from __future__ import annotations

from pathlib import Path

from devbox.errors import EngineLost, NoEngine
from devbox.plan.observed import HealthState, RunState
from devbox.ports import Engine
from devbox.session.state import Connected, Lost
from tests.engine.specs import spec
from tests.eventually import eventually
from tests.fakes import FakeEngine
from tests.session.world import opened, outside, states, written


async def test_a_session_shows_the_services_of_the_files_and_what_runs(
    engine: Engine, project_name: str, tmp_path: Path
) -> None:
    await engine.start(await engine.create_container(spec(project_name, "api")))
    async with opened(engine, written(tmp_path, project_name)) as session:
        assert [row.name for row in session.store.state.rows] == ["api", "db"]
        assert states(session, "api") == [RunState.RUNNING]
        assert states(session, "db") == []


async def test_a_clock_that_is_off_is_told_and_kept_for_reckoning(
    fake_engine: FakeEngine, project_name: str, tmp_path: Path
) -> None:
    fake_engine.ahead = -61.0
    async with opened(fake_engine, written(tmp_path, project_name)) as session:
        state = session.store.state
        assert state.ahead == -61.0
        assert "The engine's clock is 61 s behind" in state.notices[-1].text


async def test_a_container_that_dies_is_shown_as_exited(engine: Engine, project_name: str, tmp_path: Path) -> None:
    id = await engine.create_container(spec(project_name, "api"))
    await engine.start(id)
    async with opened(engine, written(tmp_path, project_name)) as session:
        await engine.kill(id)
        await eventually(lambda: states(session, "api") == [RunState.EXITED])
        container = session.store.state.rows[0].containers[0]
        assert container.detail is not None
        assert container.detail.exit_code == 137


async def test_containers_that_come_and_go_are_shown(engine: Engine, project_name: str, tmp_path: Path) -> None:
    async with opened(engine, written(tmp_path, project_name)) as session:
        id = await engine.create_container(spec(project_name, "db"))
        await eventually(lambda: states(session, "db") == [RunState.CREATED])
        await engine.start(id)
        await eventually(lambda: states(session, "db") == [RunState.RUNNING])
        await engine.pause(id)
        await eventually(lambda: states(session, "db") == [RunState.PAUSED])
        await engine.unpause(id)
        await engine.remove(id, force=True)
        await eventually(lambda: states(session, "db") == [])


async def test_orphans_and_replicas_have_their_rows(engine: Engine, project_name: str, tmp_path: Path) -> None:
    for number in (2, 1):
        await engine.start(await engine.create_container(spec(project_name, "api", number=number)))
    await engine.start(await engine.create_container(spec(project_name, "old")))
    async with opened(engine, written(tmp_path, project_name)) as session:
        state = session.store.state
        assert [row.name for row in state.rows] == ["api", "db", "old"]
        assert [container.number for container in state.rows[0].containers] == [1, 2]
        assert state.rows[2].service is None


async def test_other_projects_are_not_shown_but_listed_as_running(
    engine: Engine, project_name: str, tmp_path: Path
) -> None:
    await engine.start(await engine.create_container(spec(project_name, "api")))
    async with opened(engine, written(tmp_path, f"{project_name}-other")) as session:
        assert states(session, "api") == []
        assert project_name in [project.name for project in session.store.state.running]


async def test_health_is_followed(fake_engine: FakeEngine, tmp_path: Path) -> None:
    checked = spec("shop", "api", Healthcheck={"Test": ["CMD", "true"]})
    id = await fake_engine.create_container(checked)
    await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        fake_engine.set_health(id, HealthState.UNHEALTHY)
        await eventually(lambda: session.store.state.rows[0].containers[0].health is HealthState.UNHEALTHY)


async def test_an_event_that_the_engine_dropped_is_made_good_by_the_next_list(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    first, second = [await fake_engine.create_container(spec("shop", name)) for name in ("api", "db")]
    await fake_engine.start(first)
    await fake_engine.start(second)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        listeners, fake_engine.listeners = fake_engine.listeners, []
        fake_engine.exit(first, 3)
        fake_engine.listeners = listeners
        fake_engine.exit(second, 4)
        await eventually(lambda: states(session, "api") == states(session, "db") == [RunState.EXITED])


async def test_a_lost_engine_is_a_state_and_what_was_known_stays(fake_engine: FakeEngine, tmp_path: Path) -> None:
    await fake_engine.start(await fake_engine.create_container(spec("shop", "api")))
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        fake_engine.lose()
        lost = await eventually(
            lambda: isinstance(session.store.state.connection, Lost) and session.store.state.connection
        )
        assert lost.reason == "The engine went away."
        assert lost.retry_at > lost.since
        assert states(session, "api") == [RunState.RUNNING]


async def test_after_a_loss_the_session_connects_again_and_lists(fake_engine: FakeEngine, tmp_path: Path) -> None:
    id = await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        fake_engine.lose()
        await eventually(lambda: isinstance(session.store.state.connection, Lost))
        fake_engine.exit(id, 1)
        fake_engine.come_back()
        session.retry()
        await eventually(lambda: isinstance(session.store.state.connection, Connected))
        assert states(session, "api") == [RunState.EXITED]


async def test_without_an_engine_the_session_opens_and_says_why(fake_engine: FakeEngine, tmp_path: Path) -> None:
    from devbox.compose.request import LoadRequest
    from devbox.session.session import Session

    async def refuse(context: str) -> Engine:
        raise NoEngine("There is no engine here.", hint="Install one.")

    folder = written(tmp_path, "shop")
    world = outside(fake_engine, folder, connect=refuse)
    async with Session.open(world, LoadRequest(cwd=str(folder), environ={})) as session:
        assert [row.name for row in session.store.state.rows] == ["api", "db"]
        lost = await eventually(
            lambda: isinstance(session.store.state.connection, Lost) and session.store.state.connection
        )
        assert (lost.reason, lost.hint) == ("There is no engine here.", "Install one.")


async def test_an_engine_lost_in_the_middle_of_a_list_is_asked_again(fake_engine: FakeEngine, tmp_path: Path) -> None:
    id = await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        fake_engine.fail("observe", EngineLost("gone"))
        fake_engine.exit(id, 0)
        await eventually(lambda: isinstance(session.store.state.connection, Lost))
        await eventually(lambda: isinstance(session.store.state.connection, Connected))
        assert states(session, "api") == [RunState.EXITED]
