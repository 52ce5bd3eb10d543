"""Reading files: `config` as a whole command beside `docker compose config`, and the load alone in-process.

One argument: the number of rounds (5), of which medians are taken.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from devbox.adapters.files import LocalFiles
from devbox.compose.load import load
from devbox.compose.request import LoadRequest
from tests.benchmarks.bench_verbs import TOOLS, rounds, timed

_SIZES = ((5, 0), (50, 0), (50, 4), (250, 4), (1000, 4))
"""services, override files"""


def _service(index: int) -> list[str]:
    lines = [
        f"  s{index:04}:",
        f"    image: example/team/s{index}:${{TAG:-latest}}",
        "    command: [serve, --port, '8080']",
        f"    environment: {{DATABASE_URL: postgres://user:word@db:5432/x, INDEX: {index}, LEVEL: '${{LEVEL:-info}}'}}",
        "    labels: [a=b, c=d]",
        f"    ports: ['{8000 + index}:80']",
        "    volumes: ['./src:/src:ro', 'data:/data']",
        "    networks: [front, back]",
        "    healthcheck: {test: [CMD, curl, -f, localhost], interval: 10s, retries: 3}",
        "    deploy: {resources: {limits: {cpus: '0.5', memory: 256M}}}",
    ]
    if index:
        lines.append(f"    depends_on: {{s{index - 1:04}: {{condition: service_healthy}}}}")
    return lines


def _base(services: int) -> str:
    lines = ["services:", *(line for index in range(services) for line in _service(index))]
    return "\n".join([*lines, "volumes: {data: }", "networks: {front: , back: }"]) + "\n"


def _override(services: int, number: int) -> str:
    lines = ["services:"]
    for index in range(services):
        lines += [f"  s{index:04}:", f"    environment: {{OVER_{number}: '1', LEVEL: debug}}"]
        lines += [f"    labels: {{layer{number}: x}}", f"    volumes: ['./layer{number}:/layer{number}']"]
    return "\n".join(lines) + "\n"


def written(folder: Path, services: int, overrides: int) -> tuple[str, ...]:
    """The files of one project, in order."""
    texts = {"compose.yaml": _base(services)}
    texts.update({f"over{number}.yaml": _override(services, number) for number in range(overrides)})
    for name, text in texts.items():
        (folder / name).write_text(text)
    return tuple(str(folder / name) for name in texts)


def alone(folder: Path, files: tuple[str, ...], count: int) -> float:
    """Seconds of the load in this process, imports done."""
    request = LoadRequest(cwd=str(folder), environ={}, files=files, project_name="bench")
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        load(request, LocalFiles())
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    """Print a table: milliseconds of both commands, their ratio (lower is better for devbox), and of the load alone."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{'services':>8} {'overrides':>9} {'compose ms':>11} {'devbox ms':>10} {'ratio':>6} {'load ms':>8}")
    for services, overrides in _SIZES:
        with tempfile.TemporaryDirectory() as name:
            files = written(Path(name), services, overrides)
            named = [word for file in files for word in ("-f", file)]
            found: dict[str, list[float]] = {}
            for order in rounds(count):
                for tool in order:
                    command = [*tool.program, *named, "-p", "bench", "config", "--format", "json"]
                    found.setdefault(tool.name, []).append(timed(command) * 1000)
            theirs, ours = (statistics.median(found[tool.name]) for tool in TOOLS)
            inside = alone(Path(name), files, count) * 1000
        print(
            f"{services:>8} {overrides:>9} {theirs:>11.0f} {ours:>10.0f} {ours / theirs:>6.2f} {inside:>8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
