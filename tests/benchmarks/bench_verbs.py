"""Whole commands beside `docker compose`: up, no-op up, a chain behind health checks, down. Interleaved, as ratios.

One argument: the number of rounds (3), of which medians are taken.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real import IMAGE, make_image, remove_project, sdk

_DEVBOX = Path(sys.executable).with_name("devbox")


@dataclass(frozen=True)
class Tool:
    """A tool's words for the same things; each list goes before the project's own arguments."""

    name: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    program: tuple[str, ...]

    def command(self, file: Path, project: str, words: tuple[str, ...]) -> list[str]:
        return [*self.program, "-f", str(file), "-p", project, *words]


TOOLS = (
    Tool(name="compose", program=("docker", "compose"), up=("up", "-d", "--wait"), down=("down",)),
    Tool(name="devbox", program=(str(_DEVBOX),), up=("up", "--wait"), down=("down",)),
)


def stack(services: int, *, chain: bool) -> str:
    """Services that sleep; `chain`: each waits until the one before is healthy, checked every second."""
    lines = ["services:"]
    for index in range(services):
        lines += [f"  s{index:02}:", f"    image: {IMAGE}", "    command: sleep 100000", "    stop_signal: SIGKILL"]
        if chain:
            lines += ["    healthcheck: {test: [CMD, 'true'], interval: 1s, timeout: 5s, retries: 5}"]
            if index:
                lines += [f"    depends_on: {{s{index - 1:02}: {{condition: service_healthy}}}}"]
    return "\n".join(lines) + "\n"


def timed(command: list[str]) -> float:
    """Seconds until the command ends; a failing one ends the benchmark with its own words."""
    # Bytecode as an installed program has it.
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    took = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return took


def rounds(count: int) -> Iterator[tuple[Tool, ...]]:
    """The tools in turn, each round beginning with the other."""
    for index in range(count):
        yield TOOLS if index % 2 == 0 else TOOLS[::-1]


def measure(folder: Path, services: int, count: int, *, chain: bool) -> dict[str, dict[str, list[float]]]:
    """phase -> tool -> seconds of each round"""
    file = folder / f"{'chain' if chain else 'stack'}{services}.yaml"
    file.write_text(stack(services, chain=chain))
    found: dict[str, dict[str, list[float]]] = {"up": {}, "no-op up": {}, "down": {}}
    for order in rounds(count):
        for tool in order:
            project = f"dbt-bench-{tool.name}"
            try:
                for phase, words in (("up", tool.up), ("no-op up", tool.up), ("down", tool.down)):
                    took = timed(tool.command(file, project, words))
                    found[phase].setdefault(tool.name, []).append(took)
            finally:
                remove_project(project)
    return found


def main() -> None:
    """Print a table: seconds of both and the ratio, lower is better for devbox."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with sdk() as client:
        make_image(client)
    print(f"{'stack':<12} {'phase':<10} {'compose s':>10} {'devbox s':>10} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for services, chain in ((5, True), (20, False), (50, False)):
            found = measure(Path(folder), services, count, chain=chain)
            for phase, seconds in found.items():
                theirs, ours = (statistics.median(seconds[tool.name]) for tool in TOOLS)
                name = f"{'chain' if chain else 'services'} {services}"
                print(f"{name:<12} {phase:<10} {theirs:>10.2f} {ours:>10.2f} {ours / theirs:>7.2f}", flush=True)


if __name__ == "__main__":
    main()
