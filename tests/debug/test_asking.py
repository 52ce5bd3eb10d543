"""What a real process is asked while it stands: values of all kinds, and evaluations that never end."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.session import suspended
from tests.debug.app import stop
from tests.debug.target import Target
from tests.debug.world import World


async def test_values_that_raise_or_are_huge_are_cut_where_they_are(world: World, app: Target) -> None:
    process, _, frame = await stop(world, app)
    before = world.inside.opened[0].received
    scopes = await world.debugging.scopes(process, frame)
    found = {one.name: one for one in await world.debugging.variables(process, scopes[0].reference)}
    assert "Raises" in found["broken"].value
    assert found["huge"].value.startswith("xxx")
    assert len(found["huge"].value) == 4096
    for context in ("repl", "watch", "hover"):
        value = await world.debugging.evaluate(process, "'y' * 100_000_000", frame, context)
        assert len(value.value) == 4096
    assert world.inside.opened[0].received - before < 1_000_000


async def test_a_long_value_comes_in_slices(world: World, app: Target) -> None:
    process, _, frame = await stop(world, app)
    numbers = await world.debugging.evaluate(process, "numbers", frame)
    first = await world.debugging.variables(process, numbers.reference, 0, 100)
    assert len(first) == 100
    assert first[-1].value in ("96", "97", "98", "99")  # after what debugpy groups


async def test_evaluations(world: World, app: Target) -> None:
    process, _, frame = await stop(world, app)
    debugging = world.debugging
    assert (await debugging.evaluate(process, "x + 1", frame)).value == "4"
    assert (await debugging.evaluate(process, "z = x * 100", frame)).value == ""
    assert (await debugging.evaluate(process, "z", frame)).value == "300"
    with pytest.raises(DevboxError, match="NameError"):
        await debugging.evaluate(process, "nothing", frame, "watch")
    with pytest.raises(DevboxError, match="SyntaxError"):
        await debugging.evaluate(process, "a b c", frame, "watch")
    assert [one.label for one in await debugging.complete(process, "numbers.ins", 11, frame)] == ["insert"]


async def test_without_a_frame_it_evaluates_while_the_process_runs(world: World) -> None:
    (process,) = world.told().processes
    assert (await world.debugging.evaluate(process.id, "6 * 7")).value == "42"


async def test_an_evaluation_that_never_ends_is_ended_and_all_goes_on(world: World, app: Target) -> None:
    process, thread, frame = await stop(world, app)
    endless = "[None for _ in iter(int, 1)]"
    with pytest.raises(DevboxError, match=r"did not end within 0.3 s, and was interrupted"):
        await world.debugging.evaluate(process, endless, frame, timeout=0.3)
    running = asyncio.ensure_future(world.debugging.evaluate(process, endless, frame))
    with pytest.raises(DevboxError, match="An evaluation is under way"):
        while True:
            await asyncio.sleep(0)
            await world.debugging.pause(process, thread)
    running.cancel()
    assert (await world.debugging.evaluate(process, "x", frame)).value == "3"
    await world.debugging.go_on(process, thread)
    await app.answered("7")


async def test_parts_of_a_value_that_compute_without_end_are_ended(
    world: World, app: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspended, "_COMPUTED", 0.5)
    process, thread, frame = await stop(world, app)
    endless = await world.debugging.evaluate(process, "endless", frame)
    parts = {one.name: one for one in await world.debugging.variables(process, endless.reference)}
    assert "KeyboardInterrupt" in parts["x"].value
    await world.debugging.go_on(process, thread)
    await app.answered("7")


async def test_who_disconnects_in_an_endless_evaluation_lets_the_process_go_on(world: World, app: Target) -> None:
    process, _, frame = await stop(world, app)
    running = asyncio.ensure_future(world.debugging.evaluate(process, "[0 for _ in iter(int, 1)]", frame))
    await asyncio.sleep(0)
    world.debugging.detach("api")
    await app.answered("7")
    with pytest.raises(DevboxError):
        await running


async def test_who_disconnects_in_a_call_that_cannot_be_interrupted_takes_leave(
    world: World, app: Target, tmp_path: Path
) -> None:
    """debugpy's adapter may end where it has to answer somebody who has gone without a word."""
    process, thread, frame = await stop(world, app)
    sent = world.inside.opened[0].sent
    os.mkfifo(never := tmp_path / "never")
    running = asyncio.ensure_future(world.debugging.evaluate(process, f"open({str(never)!r}).read()", frame))
    await world.eventually(lambda: b"never" in sent)
    running.cancel()

    async def is_told() -> bool:
        with pytest.raises(DevboxError) as refusal:
            await world.debugging.go_on(process, thread)
        return "cannot be interrupted" in refusal.value.message

    await world.eventually(is_told)
    world.debugging.detach("api")
    await world.eventually(lambda: b'"disconnect"' in sent)
    await asyncio.to_thread(never.write_text, "")
    await app.answered("7")
