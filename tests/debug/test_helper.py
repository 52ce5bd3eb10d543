"""The debug helper in a Python of this machine: free until it is asked, and never in the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from devbox.adapters.kit import InstalledKit
from devbox.session.inside import program
from devbox.session.inside.processes import SIGNAL

WAITS = "import sys, time\nprint(*sorted(sys.modules), flush=True)\nwhile True: time.sleep(0.01)\n"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As it lies in a container."""
    folder = tmp_path_factory.mktemp("helper") / "devbox-debug"
    with tarfile.open(fileobj=BytesIO(InstalledKit().archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


@contextmanager
def python(*words: str, path: str) -> Iterator[subprocess.Popen[str]]:
    """A Python with that PYTHONPATH, ended afterwards with whatever it began."""
    process = subprocess.Popen(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(process: subprocess.Popen[str], **request: Any) -> dict[str, Any]:
    """What the program that is run in containers finds out about it."""
    request = {"main": process.pid, "ask": True, "patience": 30, **request}
    done = subprocess.run(
        [sys.executable, "-I", "-c", program("processes"), json.dumps(request)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def output(path: str, code: str) -> str:
    """What a Python with that PYTHONPATH prints, to its end."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_nothing_is_imported_for_it(kit: Path) -> None:
    code = "import sys; print(*sorted(sys.modules))"
    plain, helped = output("", code), output(f"{kit}/start", code)
    assert set(helped.split()) - set(plain.split()) <= {"sitecustomize"}


def test_it_listens_when_it_is_asked(kit: Path) -> None:
    with python("-c", WAITS, path=f"{kit}/start") as process:
        assert process.stdout and process.stdout.readline()
        found = ask(process)
        ports = [door["port"] for door in found["doors"] if door["pid"] == process.pid]
        assert len(ports) == 1, found
        again = ask(process)
        assert [door["port"] for door in again["doors"] if door["pid"] == process.pid] == ports
        assert process.poll() is None


def test_it_listens_again_where_the_adapter_has_ended(kit: Path) -> None:
    with python("-c", WAITS, path=f"{kit}/start") as process:
        assert process.stdout and process.stdout.readline()
        for _ in range(3):
            [door] = [one for one in ask(process)["doors"] if one["pid"] == process.pid]
            os.kill(adapter(door["port"]), signal.SIGKILL)
        assert ask(process)["refused"] == {}
        assert process.poll() is None


def test_all_who_ask_at_once_are_told_of_one_door(kit: Path) -> None:
    with python("-c", WAITS, path=f"{kit}/start") as process, ThreadPoolExecutor() as pool:
        assert process.stdout and process.stdout.readline()
        found = [one.result() for one in [pool.submit(ask, process) for _ in range(3)]]
        doors = [[door["port"] for door in one["doors"] if door["pid"] == process.pid] for one in found]
        assert doors == [doors[0]] * 3 and len(doors[0]) == 1, found
        assert process.poll() is None


def adapter(port: int) -> int:
    """The process that listens for debuggers there."""
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        words = one.read_bytes().split(b"\0") if one.exists() else []
        if b"--port" in words and str(port).encode() in words:
            return int(one.parent.name)
    raise AssertionError(f"nothing listens at {port}")


def test_a_door_stays_its_process_s_own_when_that_forks(kit: Path) -> None:
    forks = "import os, time\nprint('in', flush=True)\nwhile not os.path.exists(FILE): time.sleep(0.01)\n"
    forks += "child = os.fork()\nprint(child, flush=True)\nwhile True: time.sleep(0.01)\n"
    now = kit.parent / "fork"
    with python("-c", forks.replace("FILE", repr(str(now))), path=f"{kit}/start") as process:
        assert process.stdout and process.stdout.readline()
        [door] = ask(process)["doors"]
        now.touch()
        lines = {process.stdout.readline(), process.stdout.readline()}
        try:
            assert len(lines) == 2
            [still] = ask(process)["doors"]
            assert (still["port"], still["pid"]) == (door["port"], process.pid)
        finally:
            os.kill(max(int(line) for line in lines), 9)


def test_a_signal_that_nobody_sent_for_opens_nothing(kit: Path) -> None:
    said = "import signal, time\nprint('in', flush=True)\nsignal.sigtimedwait([], 0)\n"
    with python("-c", f"{said}{WAITS}", path=f"{kit}/start") as process:
        assert process.stdout and process.stdout.readline()
        os.kill(process.pid, SIGNAL)
        assert "debugpy" not in process.stdout.readline()
        doors = ask(process, ask=False)["doors"]  # of other processes of this machine too
        assert process.pid not in [door["pid"] for door in doors]
        assert process.poll() is None


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("print('mine')", "mine\nend\n"),
        ("import nothing_of_that_name", "end\n"),
        ("1 / 0", "end\n"),
        ("", "end\n"),
    ],
)
def test_the_sitecustomize_of_the_image_is_run_as_if_alone(kit: Path, tmp_path: Path, own: str, said: str) -> None:
    if own:
        (tmp_path / "sitecustomize.py").write_text(own)
    code = "import sys; print('end')"
    alone, behind = output(str(tmp_path), code), output(f"{kit}/start:{tmp_path}", code)
    assert behind == alone and said in behind


def test_what_is_imported_by_its_name_is_the_image_s(kit: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("MINE = 1")
    assert output(f"{kit}/start:{tmp_path}", "import sitecustomize; print(sitecustomize.MINE)") == "1\n"


@pytest.mark.parametrize("broken", ["start/sitecustomize.py", "listen.py"])
def test_a_broken_helper_stops_nothing(kit: Path, tmp_path: Path, broken: str) -> None:
    for name in ("start/sitecustomize.py", "listen.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((kit / name).read_bytes())
    (tmp_path / broken).write_text("raise SystemError('broken')")
    with python("-c", WAITS, path=f"{tmp_path}/start") as process:
        assert process.stdout and process.stdout.readline()
        found = ask(process, patience=1)
        assert process.pid not in [door["pid"] for door in found["doors"]]
        assert process.poll() is None


def test_a_handler_of_the_service_s_own_stays(kit: Path) -> None:
    own = f"import signal\nsignal.signal({SIGNAL}, lambda *_: print('mine', flush=True))\n"
    with python("-c", own + WAITS, path=f"{kit}/start") as process:
        assert process.stdout and process.stdout.readline()
        os.kill(process.pid, SIGNAL)
        assert process.stdout.readline() == "mine\n"


def test_processes_that_stand_for_the_helper_only_are_asked(kit: Path) -> None:
    with python("-c", WAITS, path="") as process:
        assert process.stdout and process.stdout.readline()
        found = ask(process)
        assert process.pid not in [door["pid"] for door in found["doors"]]
        assert found["refused"] == {}
        assert process.poll() is None, "a signal would have ended it"
