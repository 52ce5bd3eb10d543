"""The prod environment under test: asked through its proxy, on images that were built in stage."""

from __future__ import annotations

import json
from typing import Any

from tests.stack.stack import Stack


class Production(Stack):
    """Protected, so that every command names it; what asks the API asks the proxy."""

    def devbox(self, *arguments: str) -> str:
        """Run devbox on it; a failure fails the test."""
        return Stack.devbox(self, "--yes-i-mean", self.environment, *arguments)

    def up(self) -> None:
        """Start it, and return when all of it is healthy."""
        self.devbox("up", "--wait")

    def port(self, service: str, target: int) -> int:
        """The port of 127.0.0.1 behind which the service is found."""
        entrance = ("proxy", 8080) if service == "api" else (service, target)
        return Stack.port(self, *entrance)

    def backup(self, *words: str, **variables: str) -> str:
        """A one-off of the backup service; what it prints."""
        options = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        return self.devbox("run", "--rm", *options, "backup", *words)

    def backups(self) -> list[str]:
        """The names of the dumps, oldest first."""
        return [line.split()[0] for line in self.backup("list").splitlines()]

    def access(self) -> list[dict[str, Any]]:
        """The requests that the proxy has logged."""
        lines = self.container("proxy").logs(stderr=False).decode().splitlines()
        return [json.loads(line) for line in lines]
