"""From the last write on this machine to the last file in the container, beside `docker compose watch`, as ratios.

Needs root: the container's files are looked at from outside, through /proc. One argument: the number of rounds (5).
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_verbs import TOOLS, Tool, rounds
from tests.real import IMAGE, make_image, remove_project, sdk

STACK = f"""
services:
  app:
    image: {IMAGE}
    build: ./src  # never done; older versions of Compose watch nothing else
    command: sh -c 'mkdir -p /app; sleep 100000'
    stop_signal: SIGKILL
    develop: {{watch: [{{action: sync, path: ./src, target: /app}}]}}
"""
_LOOK, _PATIENCE, _PROBE = 0.0005, 60.0, 2.0
"""Seconds between two looks into the container, until one gives up, and until a first save is made once more."""


@dataclass(frozen=True)
class Watched:
    """A folder, and where a container has it, as this machine sees that."""

    src: Path
    inside: Path

    def wait(self) -> None:
        """Until the watch stands: what is saved before may be missed."""
        for _ in range(int(_PATIENCE / _PROBE)):
            with contextlib.suppress(TimeoutError):
                self.after(["probe"], _PROBE)
                return
        raise SystemExit(f"nothing comes to {self.inside}")

    def after(self, names: list[str], patience: float = _PATIENCE) -> float:
        """Write these anew; seconds from then on until the container has all."""
        content = os.urandom(1000).hex()
        for name in names:
            (self.src / name).write_text(content)
        written = time.perf_counter()
        for name in names:
            while not self._has(name, content):
                if time.perf_counter() - written > patience:
                    raise TimeoutError(f"{name} did not come to {self.inside}")
                time.sleep(_LOOK)
        return time.perf_counter() - written

    def _has(self, name: str, content: str) -> bool:
        try:
            return (self.inside / name).read_text() == content
        except OSError:
            return False


def one(watched: Watched) -> float:
    """A single save."""
    return watched.after(["one"])


def thousand(watched: Watched) -> float:
    """A storm."""
    return watched.after([f"many{number}" for number in range(1000)])


def beside_another(watched: Watched) -> float:
    """A single save while somebody writes another file ten times a second, for 5 s: Compose waits for the end of it."""
    over = threading.Event()

    def write() -> None:
        end = time.perf_counter() + 5
        while time.perf_counter() < end and not over.wait(0.1):
            (watched.src / "noise").write_bytes(os.urandom(500))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        time.sleep(0.3)
        return watched.after(["beside"])
    finally:
        over.set()
        thread.join()


CASES: dict[str, Callable[[Watched], float]] = {"1 file": one, "1000 files": thousand, "1, another": beside_another}


@contextlib.contextmanager
def watching(tool: Tool, folder: Path) -> Iterator[Watched]:
    """The stack runs, and the tool watches it."""
    project = f"dbt-bench-{tool.name}"
    src = folder / tool.name / "src"
    src.mkdir(parents=True)
    file = src.parent / "compose.yaml"
    file.write_text(STACK)
    try:
        subprocess.run(tool.command(file, project, tool.up), check=True, capture_output=True)
        with sdk() as client:
            pid = client.containers.get(f"{project}-app-1").attrs["State"]["Pid"]
        environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        words = tool.command(file, project, ("watch", "--no-up"))
        watcher = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ)
        watched = Watched(src=src, inside=Path(f"/proc/{pid}/root/app"))
        try:
            watched.wait()
            for case in CASES.values():  # the first of each makes the files
                case(watched)
            yield watched
        finally:
            watcher.terminate()
            watcher.wait()
    finally:
        remove_project(project)


def main() -> None:
    """Print a table: milliseconds of both and the ratio, lower is better for devbox."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with sdk() as client:
        make_image(client)
    print(f"{'saved':<12} {'compose ms':>11} {'devbox ms':>10} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        watched = {tool: stack.enter_context(watching(tool, Path(name))) for tool in TOOLS}
        for title, case in CASES.items():
            found: dict[Tool, list[float]] = {tool: [] for tool in TOOLS}
            for order in rounds(count):
                for tool in order:
                    time.sleep(1.0)
                    found[tool].append(case(watched[tool]) * 1000)
            theirs, ours = (statistics.median(found[tool]) for tool in TOOLS)
            print(f"{title:<12} {theirs:>11.1f} {ours:>10.1f} {ours / theirs:>7.3f}", flush=True)


if __name__ == "__main__":
    main()
