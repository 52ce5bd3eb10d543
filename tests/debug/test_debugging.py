"""The debugger on real processes: where they stop, and what survives them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from devbox.debug.model import Breakpoint, Phase, Source
from devbox.debug.threads import HELD
from devbox.errors import DevboxError
from devbox.session.entering import Ended
from tests.debug.app import APP, LINE, stop
from tests.debug.target import Target, target
from tests.debug.world import World, said
from tests.memory import Memory


async def test_it_stops_shows_changes_and_goes_on(world: World, app: Target) -> None:
    process, thread, frame = await stop(world, app)
    debugging = world.debugging
    (standing,) = [one for one in world.told().processes[0].threads if one.id == thread]
    assert standing.stop
    assert (standing.stop.reason, [one.name for one in standing.stop.frames]) == ("breakpoint", ["answer", "<module>"])
    assert standing.stop.frames[0].source == Source(there=str(app.file), host=str(app.file), name="app.py")
    scopes = await debugging.scopes(process, frame)
    found = {one.name: one for one in await debugging.variables(process, scopes[0].reference)}
    assert (scopes[0].name, found["x"].value, found["x"].type) == ("Locals", "3", "int")
    changed = await debugging.set_variable(process, frame, scopes[0].reference, found["x"], "x + 17")
    assert changed.value == "20"
    await debugging.next_(process, thread)
    await world.stands(LINE + 1)
    await debugging.go_on(process, thread)
    await app.answered("41")
    await world.runs_on()


async def test_steps_in_and_out(world: World, app: Target) -> None:
    process, thread, _ = await stop(world, app, "deep 0", LINE + 10)
    await world.debugging.step_in(process, thread)
    await world.stands(LINE - 3)
    await world.debugging.step_out(process, thread)
    await world.stands(LINE + 10)


async def test_every_thread_stands_while_one_does_and_its_calls_can_be_asked_for(world: World, app: Target) -> None:
    process, _, _ = await stop(world, app)
    (idle,) = [one for one in world.told().processes[0].threads if one.name == "idle"]
    assert idle.stop
    assert idle.stop.reason == HELD
    frames = await world.debugging.frames(process, idle.id, 0)
    assert "wait" in [one.name for one in frames] or frames == ()


async def test_of_a_deep_stack_the_rest_is_asked_for(world: World, app: Target) -> None:
    process, thread, _ = await stop(world, app, "deep 60")
    (standing,) = [one for one in world.told().processes[0].threads if one.id == thread]
    assert standing.stop
    assert (len(standing.stop.frames), standing.stop.more) == (20, 43)
    rest = await world.debugging.frames(process, thread, 20)
    assert len(rest) == 43
    assert rest[-1].name == "<module>"


async def test_breakpoints_conditions_hits_and_logpoints(world: World, app: Target) -> None:
    path = str(app.file)
    world.debugging.put(Breakpoint(path=path, line=LINE, condition="x == 2"))
    world.debugging.put(Breakpoint(path=path, line=LINE + 1, log="y is {y}"))
    await world.eventually(lambda: len(world.told().processes[0].bound) == 2)
    await app.say("answer 1")
    await app.answered("3")
    await world.eventually(lambda: any("y is 2" in text for text in said(world)))
    await app.say("answer 2")
    process, thread = await world.stands(LINE)
    world.debugging.put(hits := Breakpoint(path=path, line=LINE, hits="== 2"))
    await world.bound(hits)
    await world.debugging.go_on(process.id, thread.id)
    await app.answered("5")
    await app.say("answer 5")
    await app.answered("11")
    await app.say("answer 6")
    await world.stands(LINE)


async def test_breakpoints_that_cannot_be_say_why(world: World, app: Target, tmp_path: Path) -> None:
    world.inside.pairs = ((str(tmp_path), str(tmp_path)),)
    world.debugging.detach("api")
    await world.attached()
    missing = Breakpoint(path=str(tmp_path / "gone.py"), line=3)
    elsewhere = Breakpoint(path="/elsewhere/app.py", line=3)
    inside = Breakpoint(path="/nowhere/inside.py", line=1, there=True)
    off = Breakpoint(path=str(app.file), line=LINE, enabled=False)
    for one in (missing, elsewhere, inside, off):
        world.debugging.put(one)
    await world.eventually(lambda: len(world.told().processes[0].bound) == 3)
    bound = world.told().processes[0].bound
    assert not any(one.verified for one in bound.values())
    assert bound[missing].message == "Breakpoint in file that does not exist."
    assert bound[elsewhere].message.startswith("No folder of the container is the same")
    assert bound[inside].message == "Breakpoint in file that does not exist."


async def test_exceptions_are_stopped_at_when_asked(world: World, app: Target) -> None:
    await app.say("raise now")
    await app.answered("raised")
    world.debugging.stop_at(frozenset({"raised"}))
    await world.eventually(lambda: world.store.state.debugged.filters == {"raised"})
    await world.debugging.evaluate(world.told().processes[0].id, "1")  # answered after what was asked before
    await app.say("raise now")
    process, thread = await world.stands()
    assert thread.stop
    assert (thread.stop.reason, thread.stop.text) == ("exception", "LookupError: no such job")
    await world.debugging.go_on(process.id, thread.id)
    await app.answered("raised")


async def test_a_running_process_is_paused(world: World, app: Target) -> None:
    (process,) = world.told().processes
    (main,) = [one for one in process.threads if one.name == "MainThread"]
    await world.debugging.pause(process.id, main.id)
    await app.say("answer 1")
    _, thread = await world.stands()
    assert thread.stop
    assert thread.stop.reason in ("pause", "step")


async def test_a_process_that_ends_while_it_stands_is_gone_from_state(doomed: World, mortal: Target) -> None:
    process, thread, frame = await stop(doomed, mortal)
    running = asyncio.ensure_future(doomed.debugging.evaluate(process, "__import__('time').sleep(600)", frame))
    await asyncio.sleep(0)
    mortal.kill()
    with pytest.raises(DevboxError):
        await running
    await doomed.eventually(lambda: not doomed.told().processes)
    assert doomed.told().phase is Phase.AWAY
    for asked in (doomed.debugging.go_on(process, thread), doomed.debugging.scopes(process, frame)):
        with pytest.raises(DevboxError, match="gone, or not debugged"):
            await asked


async def test_another_process_in_its_place_is_attached_to_with_the_same_breakpoints(
    doomed: World, mortal: Target, tmp_path: Path
) -> None:
    doomed.debugging.put(Breakpoint(path=str(mortal.file), line=LINE))
    mortal.kill()
    async with target(tmp_path, APP) as other:
        await other.answered("ready")
        doomed.runs(api=[other])
        await doomed.eventually(lambda: doomed.told().phase is Phase.ATTACHED and doomed.told().processes)
        await other.say("answer 4")
        await doomed.stands(LINE)


async def test_a_container_that_ends_is_waited_for(doomed: World, mortal: Target, tmp_path: Path) -> None:
    mortal.kill()
    doomed.runs(api=None)
    await doomed.eventually(lambda: doomed.told().phase is Phase.AWAY)
    await doomed.eventually(lambda: doomed.told().note == "waits for api to run")


async def test_breakpoints_and_lines_are_kept_between_runs(app: Target, tmp_path: Path) -> None:
    memory = Memory()
    one = Breakpoint(path=str(app.file), line=LINE, condition="x > 1")
    async with World.open(tmp_path, app, memory=memory) as world:
        world.debugging.put(one)
        world.debugging.stop_at(frozenset({"uncaught"}))
        world.debugging.keep("watches", tuple(f"x + {number}" for number in range(600)))
    async with World.open(tmp_path, app, memory=memory) as world:
        await world.eventually(lambda: world.store.state.debugged.breakpoints == (one,))
        assert world.store.state.debugged.filters == {"uncaught"}
        assert world.debugging.kept("watches")[0] == "x + 100"
        assert world.debugging.kept("nothing") == ()
        await world.attached()
        await app.say("answer 2")
        await world.stands(LINE)
    await app.answered("5")


async def test_leaving_lets_every_process_go_on_and_another_can_come(app: Target, tmp_path: Path) -> None:
    for number in (3, 4):
        async with World.open(tmp_path, app) as world:
            await world.attached()
            await stop(world, app, f"answer {number}")
        await app.answered(str(number * 2 + 1))


async def test_two_services_are_debugged_at_once(world: World, app: Target, tmp_path: Path) -> None:
    async with target(tmp_path, APP, "worker.py") as other:
        await other.answered("ready")
        world.runs(api=[app], worker=[other])
        await world.attached("worker")
        await stop(world, app)
        world.debugging.toggle(str(other.file), LINE)
        await world.bound(Breakpoint(path=str(other.file), line=LINE), "worker")
        await other.say("answer 8")
        process, thread = await world.stands(LINE, "worker")
        assert world.told().stopped
        await world.debugging.go_on(process.id, thread.id)
        await other.answered("17")
        assert world.told().stopped
        world.debugging.detach("api")
        await app.answered("7")
        assert [one.phase for one in world.store.state.debugged.services.values()] == [Phase.ENDED, Phase.ATTACHED]


async def test_the_source_of_a_frame_is_read(world: World, app: Target) -> None:
    (process,) = world.told().processes
    text = await world.debugging.source(process.id, Source(there=str(app.file)))
    assert "def answer" in text
    assert "def answer" in await world.debugging.source(0, Source(there="", host=str(app.file)))
    with pytest.raises(DevboxError, match="is not there"):
        await world.debugging.source(process.id, Source(there="/nowhere.py"))


async def test_what_cannot_be_attached_to_says_why(tmp_path: Path) -> None:
    async with World.open(tmp_path) as world:
        world.inside.refusal = DevboxError("No way leads into api-1.", hint="Have it started with debugpy.")
        world.debugging.attach("api")
        told = await world.eventually(lambda: (one := world.told()).phase is Phase.FAILED and one)
        assert (told.error, told.hint) == ("No way leads into api-1.", "Have it started with debugpy.")
        world.debugging.attach("worker")
        told = await world.eventually(lambda: (one := world.told("worker")).phase is Phase.FAILED and one)
        assert (told.error, told.hint) == ("worker does not run.", "Start it: devbox up worker")
        world.debugging.attach("nonsense")
        await world.eventually(lambda: world.told("nonsense").error == "There is no service nonsense.")


async def test_a_restart_on_the_way_in_is_waited_for(app: Target, tmp_path: Path) -> None:
    async with World.open(tmp_path, app) as world:
        world.inside.refusal = Ended("api-1 does not run (exited).")
        world.debugging.attach("api")
        await world.eventually(lambda: world.inside.refused)
        world.inside.refusal = None
        await world.eventually(lambda: world.told().phase is not Phase.ATTACHING)
        assert world.told().phase is Phase.ATTACHED, world.told()


async def test_a_protected_environment_is_debugged_only_when_that_is_agreed_to(app: Target, tmp_path: Path) -> None:
    async with World.open(tmp_path, app) as world:
        world.protect()
        world.debugging.attach("api")
        await world.eventually(lambda: "api" in world.store.state.debugged.services)
        assert world.told().phase is Phase.FAILED
        assert "protected" in world.told().error
        assert not world.inside.opened
        world.debugging.attach("api", yes=True)
        await world.eventually(lambda: world.told().phase is Phase.ATTACHED)
