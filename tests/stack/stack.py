"""The reference stack under test: brought up from a copy of its folders, asked over HTTP, looked at through the SDK."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from tests.eventually import eventually
from tests.real import remove_project
from tests.stack.answer import Answer
from tests.stack.contract import documented

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One environment of devbox.yaml under a project name of its own, on ports that the engine chooses."""

    folder: Path
    environment: str
    project: str
    variables: dict[str, str]
    client: docker.DockerClient

    def up(self) -> None:
        """Build it, start it, and return when all of it is healthy."""
        self.devbox("up", "--wait", "--build")

    def down(self) -> None:
        """Remove it with its volumes."""
        self.devbox("down", "-v")

    def devbox(self, *arguments: str) -> str:
        """Run devbox on this stack and return what it printed; a failure fails the test with all of it."""
        done = self.tried(*arguments)
        assert done.returncode == 0, f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run devbox on this stack, whatever comes of it."""
        command = [sys.executable, "-m", "devbox", "-e", self.environment, "-p", self.project, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=os.environ | self.variables, capture_output=True, text=True, timeout=280
        )

    def containers(self, service: str = "") -> list[Container]:
        """The containers of a service, or of all, by number; stopped ones too."""
        labels = [f"com.docker.compose.project={self.project}"]
        if service:
            labels.append(f"com.docker.compose.service={service}")
        found = self.client.containers.list(all=True, filters={"label": labels})
        return sorted(found, key=lambda container: str(container.name))

    def container(self, service: str) -> Container:
        """The only container of a service."""
        (only,) = self.containers(service)
        return only

    def port(self, service: str, target: int) -> int:
        """The port of 127.0.0.1 behind which the service is found."""
        (binding,) = self.container(service).attrs["NetworkSettings"]["Ports"][f"{target}/tcp"]
        assert binding["HostIp"] == "127.0.0.1"
        return int(binding["HostPort"])

    def ask(
        self, path: str, body: object = None, *, raw: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """GET, or POST where there is a body; the answer is one that the API's document tells of."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        base = f"http://127.0.0.1:{self.port('api', 8000)}"
        request = urllib.request.Request(base + path, data, {"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                answer = Answer(response.status, json.load(response), _lower(response.headers))
        except urllib.error.HTTPError as refusal:
            with refusal:
                answer = Answer(refusal.code, json.load(refusal), _lower(refusal.headers))
        return documented(base, request.get_method(), path, answer)

    def submit(self, kind: str, payload: dict[str, object], **more: object) -> str:
        """Post a job and return its id."""
        answer = self.ask("/jobs", {"kind": kind, "payload": payload, **more})
        assert answer.status == 202, answer
        return str(answer.body["id"])

    def job(self, id: str) -> dict[str, Any]:
        """The job as the API tells it."""
        answer = self.ask(f"/jobs/{id}")
        assert answer.status == 200, answer
        return dict(answer.body)

    async def ended(self, id: str) -> dict[str, Any]:
        """The job once it is done or failed."""

        def ended() -> dict[str, Any] | None:
            job = self.job(id)
            return job if job["status"] in ("done", "failed") else None

        return await eventually(ended, timeout=30, message=f"job {id} has not ended") or {}

    async def says(self, readiness: str) -> Answer:
        """The answer of /health/ready once it is this one; while nobody serves there is none."""

        def answer() -> Answer | None:
            try:
                answer = self.ask("/health/ready")
            except OSError:
                return None
            return answer if answer.body["status"] == readiness else None

        return await eventually(answer, timeout=30, message=f"it is never {readiness}") or Answer(0, None, {})


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def running(
    environment: str, folder: Path, image_variables: dict[str, str], client: docker.DockerClient
) -> Iterator[Stack]:
    """The environment with secrets of its own, up; removed with its volumes afterwards."""
    ports = {"API_PORT": "", "POSTGRES_PORT": "", "REDIS_PORT": "", "MAILBOX_PORT": ""}
    pace = {"RETRY_DELAY": "0.1", "STOP_GRACE": "2"}
    stack = Stack(
        folder=folder,
        environment=environment,
        project=f"dbt-{environment}-{secrets.token_hex(3)}",
        variables={**image_variables, **ports, **pace, "APP_IMAGE": os.environ.get("APP_IMAGE", "dbt-jobs")},
        client=client,
    )
    try:
        stack.devbox("secrets", "init")
        stack.up()
        yield stack
    finally:
        remove_project(stack.project)


def copy_of_the_stack(folder: Path) -> Path:
    """`docker/` and `config/` as somebody would copy them, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "docker", "config"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def make_secrets(folder: Path, environment: str) -> None:
    """The environment's passwords, in the copy of the stack."""
    command = [sys.executable, "-m", "devbox", "-e", environment, "--yes-i-mean", environment, "secrets", "init"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def images() -> dict[str, str]:
    """The variables that name the images to be had on this machine, by docker/offline/ensure."""
    done = subprocess.run([ROOT / "docker/offline/with", "env", "-0"], check=True, capture_output=True, text=True)
    pairs = (line.partition("=") for line in done.stdout.split("\0"))
    return {
        name: value
        for name, _, value in pairs
        if (value and name.endswith(("_IMAGE", "_PROFILE", "BUILD_PIP_CONF", "BUILD_CA_BUNDLE")))
        or name.startswith("OTEL_")
    }


def unwatched() -> dict[str, str]:
    """Those, and what leaves the monitoring out."""
    sending = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": ""}
    return images() | {"MONITORING_PROFILE": "left-out", "OBSERVABILITY_PROFILE": "left-out"} | sending
