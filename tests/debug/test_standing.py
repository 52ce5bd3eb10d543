"""Where a debugger holds a container, in words."""

from __future__ import annotations

from dataclasses import replace

from devbox.debug.model import Debuggee, Frame, Phase, Process, Source, Stop, Thread
from devbox.debug.standing import standing
from devbox.debug.threads import HELD

LIBRARY = Frame(id=1, name="run", source=Source(there="/usr/lib/x.py", name="x.py"), line=7, subtle=True)
MINE = Frame(id=2, name="route", source=Source(there="/srv/app.py", name="app.py"), line=42)
HELD_THREAD = Thread(id=1, name="idle", stop=Stop(reason=HELD, at=1.0))
STANDS = Thread(id=2, name="main", stop=Stop(reason="breakpoint", at=2.0, frames=(LIBRARY, MINE)))
PROCESS = Process(id=1, container="jobs-api-1", pid=1, name="app.py", threads=(HELD_THREAD, STANDS))


def of(*processes: Process) -> dict[str, str]:
    return standing(Debuggee(service="api", phase=Phase.ATTACHED, processes=processes))


def test_it_names_the_line_of_the_users_own_code() -> None:
    running = replace(PROCESS, container="jobs-api-2", threads=(Thread(id=1, name="main"),))
    assert of(PROCESS, running) == {"jobs-api-1": "stopped in the debugger at app.py:42"}


def test_without_a_line_it_only_stands() -> None:
    assert of(replace(PROCESS, threads=(HELD_THREAD,))) == {"jobs-api-1": "stopped in the debugger"}
    assert standing(None) == {}
