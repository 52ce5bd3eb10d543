"""Services that are debugged on demand, and those that were started with debugpy, in hardened containers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import debugpy
import pytest

from devbox.adapters.kit import InstalledKit
from devbox.debug.model import Way
from devbox.errors import DevboxError
from devbox.plan.commands import Up
from devbox.session import attach, attach_look
from devbox.session.entering import Ended
from tests.eventually import eventually
from tests.real import sdk
from tests.scenarios.attaching import LOOP, Attaching

ON_DEMAND = "x-devbox: {debug: true}"
FAMILY = """
import multiprocessing, time
def work():
    while True:
        time.sleep(0.05)
if __name__ == "__main__":
    for kind in ("fork", "spawn"):
        multiprocessing.get_context(kind).Process(target=work, daemon=True).start()
    work()
"""


class OfLater(InstalledKit):
    """A debugpy that needs a newer Python than there is here."""

    oldest = (3, 99)


async def test_a_service_is_debugged_on_demand(attaching: Attaching) -> None:
    await attaching.up(ON_DEMAND)
    assert (await attaching.ways())[Way.ON_DEMAND] == ""
    entrance = await attaching.enter()
    assert entrance.way is Way.ON_DEMAND
    [door] = entrance.doors
    assert (door.pid, door.name) == (1, "python3 /code/app.py")
    found = await attaching.locals_at(entrance, door)
    assert int(found["doubled"]) == 2 * int(found["n"])
    again = await attaching.enter()
    assert again.way is Way.ON_DEMAND and again.doors == entrance.doors, "the port is still there for the next one"
    assert "doubled" in await attaching.locals_at(again, door)


async def test_a_service_that_has_only_just_begun_is_waited_for(attaching: Attaching) -> None:
    await attaching.up(f"""{ON_DEMAND}\ncommand: [sh, -c, "sleep 1; exec python3 /code/app.py"]""")
    assert (await attaching.enter()).way is Way.ON_DEMAND


async def test_a_restart_on_the_way_in_is_no_reason_against_a_container(attaching: Attaching) -> None:
    await attaching.up(f"""{ON_DEMAND}\ncommand: [sh, -c, "sleep 1; exec python3 /code/app.py"]""")
    entering = asyncio.create_task(attaching.enter())
    await eventually(lambda: attaching.told, 30)
    await attaching.stack.engine.restart((await attaching.container()).id)
    with pytest.raises(Ended, match="was restarted while a debugger was on its way"):
        await entering
    assert (await attaching.enter()).way is Way.ON_DEMAND


async def test_the_helper_is_no_part_of_what_compose_knows(attaching: Attaching) -> None:
    await attaching.up("environment: {PYTHONPATH: /srv}")
    plain = await attaching.container()
    await attaching.up(f"environment: {{PYTHONPATH: /srv}}\n{ON_DEMAND}")
    given = await attaching.container()
    assert given.id != plain.id and given.config_hash == plain.config_hash
    await attaching.stack.compose("up", "-d")
    assert (await attaching.container()).id == given.id
    outcome = await attaching.stack.done(Up())
    assert not outcome.plan, "what has it keeps it"
    with sdk() as client:
        environment = client.containers.get(given.id).attrs["Config"]["Env"]
    assert "PYTHONPATH=/devbox-debug/start:/srv" in environment


async def test_a_service_gets_the_helper_when_asked_and_keeps_it(attaching: Attaching) -> None:
    await attaching.up("")
    why = (await attaching.ways())[Way.ON_DEMAND]
    assert "no debug helper" in why and "devbox debug app --prepare" in why
    await attaching.stack.done(Up(services=("app",), debug=frozenset({"app"})))
    first = await attaching.container()
    await attaching.up("environment: {OTHER: value}")
    second = await attaching.container()
    assert second.id != first.id
    assert (await attaching.enter()).way is Way.ON_DEMAND


async def test_every_process_of_a_family_has_a_door(attaching: Attaching) -> None:
    await attaching.up(ON_DEMAND, FAMILY)
    inside = attaching.stack.containers()["app-1"]
    await eventually(lambda: len(inside.top(ps_args="-o pid,args")["Processes"]) == 4, 30)
    entrance = await attaching.enter()
    assert len({door.port for door in entrance.doors}) == 3, "parent, fork and spawn, without Python's own tracker"
    assert entrance.doors[0].pid == 1
    async with attaching.attached(entrance, entrance.doors[-1]):
        pass


async def test_debugpy_is_one_clients_at_a_time(attaching: Attaching, monkeypatch: pytest.MonkeyPatch) -> None:
    await attaching.up(ON_DEMAND)
    entrance = await attaching.enter()
    async with attaching.attached(entrance, entrance.doors[0]):
        monkeypatch.setattr(attach, "LEAVING", 0.1)
        with pytest.raises(DevboxError, match=r"one client at a time, and devbox \(PID \d+ on .*\) has it"):
            await attaching.enter()
    monkeypatch.undo()
    assert (await attaching.enter()).doors == entrance.doors


async def test_a_python_that_debugpy_does_not_know_is_named(attaching: Attaching) -> None:
    await attaching.up("")
    doing = attaching.stack.doing()
    doing.kit = OfLater
    await doing.do(Up(debug=frozenset({"app"})))
    with pytest.raises(DevboxError, match=r"its Python is 3\.\d+, and debugpy needs 3\.99 or newer"):
        await attaching.enter()
    with sdk() as client:
        client.containers.get((await attaching.container()).id).remove(force=True)
        for volume in client.volumes.list(filters={"label": "devbox.debug"}):
            if volume.name.endswith(OfLater().name):
                volume.remove()


async def test_a_process_without_the_helper_says_why(attaching: Attaching) -> None:
    await attaching.up(f"command: [python3, -I, /code/app.py]\n{ON_DEMAND}")
    assert "without the helper: with -I, -E" in (await attaching.ways())[Way.ON_DEMAND]


async def test_a_call_that_takes_long_is_no_silence(attaching: Attaching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach_look, "PATIENCE", 0.5)
    await attaching.up(ON_DEMAND, "sum(range(10**12))\n")
    with pytest.raises(DevboxError, match="it comes to no Python code"):
        await attaching.enter()
    assert (await attaching.container()).state.value == "running"


async def test_what_was_started_with_debugpy_is_found(attaching: Attaching) -> None:
    here = Path(debugpy.__file__).parent
    await attaching.up(f"""
        command: python3 -Xfrozen_modules=off -m debugpy --listen 127.0.0.1:5678 /code/app.py
        environment: {{PYTHONPATH: /site}}
        volumes: [./code:/code:ro, "{here}:/site/debugpy:ro"]
    """)

    async def found() -> bool:
        return (await attaching.ways())[Way.LISTENING] == ""

    entrance = await attaching.enter(Way.LISTENING) if await eventually(found, 30) else None
    assert entrance is not None
    assert [(door.pid, door.port) for door in entrance.doors] == [(1, 5678)]
    assert "doubled" in await attaching.locals_at(entrance, entrance.doors[0])


async def test_no_python_is_said(attaching: Attaching) -> None:
    await attaching.up("image: devbox-test/busybox:latest\ncommand: [sleep, '1000']")
    assert (await attaching.ways())[Way.ON_DEMAND] == "no Python was found in it"
    with pytest.raises(DevboxError, match="No debugger gets into"):
        await attaching.enter()


async def test_what_does_not_run_is_said(attaching: Attaching) -> None:
    await attaching.up(ON_DEMAND, LOOP)
    container = await attaching.container()
    await attaching.stack.engine.pause(container.id)
    with pytest.raises(DevboxError, match="is paused"):
        await attaching.enter()
    await attaching.stack.engine.unpause(container.id)
    await asyncio.gather(attaching.stack.engine.kill(container.id), attaching.stack.engine.wait(container.id))
    with pytest.raises(DevboxError, match="does not run"):
        await attaching.enter()
