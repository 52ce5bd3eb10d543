"""The prod environment under test: asked through its proxy, on images that were built in stage."""

from __future__ import annotations

import http.client
import json
from typing import Any

from docker.models.containers import Container

from tests.eventually import eventually
from tests.stack.stack import Answer, Stack


class Production(Stack):
    """Protected, so that every command names it; what asks the API asks the proxy."""

    def devbox(self, *arguments: str) -> str:
        """Run devbox on it; a failure fails the test."""
        return Stack.devbox(self, "--yes-i-mean", self.environment, *arguments)

    def up(self) -> None:
        """Start it, and return when all of it is healthy."""
        self.devbox("up", "--wait")

    def ask(
        self, path: str, body: object = None, *, raw: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """What the proxy answers to a GET, or a POST where there is a body; the names of headers are in lower case."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port("proxy", 8080), timeout=20)
        try:
            given = {"Content-Type": "application/json", **(headers or {})}
            connection.request("GET" if data is None else "POST", path, data, given)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, json.loads(answer.read()), found)
        finally:
            connection.close()

    async def serves(self, replicas: int) -> None:
        """Return once so many replicas of the API are ready, and answer through the proxy by turns."""
        # Before, the proxy's own check may find one that is not ready, and leaves it out for a while.
        await eventually(lambda: [one.health for one in self.containers("api")] == ["healthy"] * replicas, timeout=60)

        def by_turns() -> bool:
            answers = [self.ask("/health/live").status for _ in range(4)]
            last = [line["upstream"] for line in self.access() if line["path"] == "/health/live"][-4:]
            return answers == [200] * 4 and len(set(last)) == replicas

        await eventually(by_turns, timeout=60)

    def containers(self, service: str = "") -> list[Container]:
        """Those that stay; one-offs come and go."""
        found = Stack.containers(self, service)
        return [one for one in found if one.labels["com.docker.compose.oneoff"] != "True"]

    def backup(self, *words: str, **variables: str) -> str:
        """A one-off of the backup service; what it prints."""
        options = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        return self.devbox("run", "--rm", *options, "backup", *words)

    def backups(self) -> list[str]:
        """The names of the dumps, oldest first."""
        done = self.container("backup").exec_run(["sh", "/usr/local/bin/backup", "list"])
        assert done.exit_code == 0, done.output
        return [line.split()[0] for line in done.output.decode().splitlines()]

    def access(self) -> list[dict[str, Any]]:
        """The requests that the proxy has logged."""
        lines = self.container("proxy").logs(stderr=False).decode().splitlines()
        return [json.loads(line) for line in lines]
