"""The reference application's image against its targets: sizes, builds, start, and the health endpoint's latency.

One argument: the number of rounds (3), of which medians are taken. A cold build reuses no layer; what pip and apt
have downloaded before may be in their caches. Environments start without their monitoring. Only a machine with nothing
else to do gives figures that mean something.
"""

from __future__ import annotations

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import docker

from tests.real import remove_project, sdk
from tests.stack.production import Production
from tests.stack.stack import Stack, copy_of_the_stack, make_secrets, unwatched

IMAGE = "dbt-bench-jobs"
STAGES = ("base", "build", "debug", "runtime")
PORTS = {"API_PORT": "", "POSTGRES_PORT": "", "REDIS_PORT": "", "MAILBOX_PORT": "", "PROXY_PORT": ""}

# Asks over one kept-open connection, as a proxy does, from a container on the same network.
_ASKING = """
import http.client, statistics, sys, time
connection, seconds = http.client.HTTPConnection("api", 8000), []
for number in range(5500):
    started = time.perf_counter()
    connection.request("GET", "/health/live")
    connection.getresponse().read()
    seconds.append(time.perf_counter() - started)
kept = sorted(seconds[500:])
print(statistics.median(kept) * 1000, kept[int(len(kept) * 0.99)] * 1000)
"""


def main() -> None:
    """Print what is measured, its target where it has one, and whether it is met."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as name, sdk() as client:
        folder = copy_of_the_stack(Path(name))
        variables = {**unwatched(), **PORTS, "APP_IMAGE": IMAGE, "APP_TAG": "stage"}
        try:
            _builds(folder, variables, client, count)
            for environment in ("dev", "stage", "prod"):
                with _running(environment, folder, variables, client) as stack:
                    _start(stack, count)
                    if environment == "stage":
                        _latency(stack)
        finally:
            for image in client.images.list(name=IMAGE):
                client.images.remove(image.id, force=True)


def _builds(folder: Path, variables: dict[str, str], client: docker.DockerClient, count: int) -> None:
    source = folder / "docker/app/src/jobs/__init__.py"

    def build(stage: str, *more: str) -> float:
        command = ["docker", "buildx", "bake", "-f", "docker-bake.hcl", "--load"]
        command += ["--set", "*.platform=linux/amd64", "--set", f"runtime.target={stage}"]
        command += ["--set", f"runtime.tags={IMAGE}:{stage}", *more, "runtime"]
        started = time.perf_counter()
        environ = os.environ | variables
        done = subprocess.run(command, cwd=folder / "docker", env=environ, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{stage} did not build:\n{done.stderr[-3000:]}")
        return time.perf_counter() - started

    def edited() -> float:
        source.write_text(source.read_text() + f"# {secrets.token_hex(4)}\n")
        return build("runtime")

    _told("cold build of runtime", build("runtime", "--no-cache"), "s", target=300)
    _told("cold build of debug", build("debug", "--no-cache"), "s", target=300)
    _told("build with nothing changed", _median(lambda: build("runtime"), count), "s")
    _told("build with source changed", _median(edited, count), "s", target=5)
    for stage in STAGES:
        build(stage)
        size = client.images.get(f"{IMAGE}:{stage}").attrs["Size"] / 1e6
        _told(f"size of {stage}", size, "MB", target=200 if stage == "runtime" else None)


def _start(stack: Stack, count: int) -> None:
    seconds, alone = [], []
    for _ in range(count):
        stack.down()
        started = time.perf_counter()
        stack.devbox("up", "--wait")
        seconds.append(time.perf_counter() - started)
        alone.append(_start_to_healthy(stack))
    _told(f"{stack.environment}: up --wait of all, images built", statistics.median(seconds), "s")
    _told(f"{stack.environment}: API, start to healthy", statistics.median(alone), "s", target=5)


def _start_to_healthy(stack: Stack) -> float:
    """Seconds from the API's start to the end of the first probe of the engine that found it healthy."""
    while True:
        state = stack.containers("api")[0].attrs["State"]
        for probe in state["Health"]["Log"]:
            if probe["ExitCode"] == 0:
                ended = datetime.fromisoformat(probe["End"])
                return (ended - datetime.fromisoformat(state["StartedAt"])).total_seconds()
        time.sleep(0.1)  # devbox asks the container itself, and knows sooner


def _latency(stack: Stack) -> None:
    image = stack.container("api").image
    assert image is not None
    output = stack.client.containers.run(
        image.id, ["-c", _ASKING], entrypoint="python", network=f"{stack.project}_front", remove=True,
        labels={"com.docker.compose.project": "", "com.docker.compose.service": ""},
    )  # fmt: skip
    median, p99 = (float(number) for number in output.split())
    _told("/health/live, median", median, "ms", target=1)
    _told("/health/live, p99", p99, "ms")


@contextmanager
def _running(environment: str, folder: Path, variables: dict[str, str], client: docker.DockerClient) -> Iterator[Stack]:
    project = f"dbt-bench-{environment}-{secrets.token_hex(3)}"
    kind = Production if environment == "prod" else Stack
    stack = kind(folder=folder, environment=environment, project=project, variables=variables, client=client)
    try:
        make_secrets(folder, environment)
        stack.up()
        yield stack
    finally:
        remove_project(project)


def _median(measure: Callable[[], float], count: int) -> float:
    return statistics.median(measure() for _ in range(count))


def _told(what: str, value: float, unit: str, *, target: float | None = None) -> None:
    verdict = "" if target is None else f"target < {target:g} {unit}: {'met' if value < target else 'MISSED'}"
    print(f"{what:<44} {value:>8.2f} {unit:<3} {verdict}", flush=True)


if __name__ == "__main__":
    main()
