"""What an environment wants of the commands that leave it open."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from devbox.environments.environment import Environment
from devbox.plan.commands import PlannedCommand, Rollback, Up

C = TypeVar("C", bound=PlannedCommand)


def in_environment(command: C, environment: Environment | None) -> C:
    """The command with what it left open."""
    if isinstance(command, Up | Rollback) and command.rolling is None:
        command = replace(command, rolling=environment is not None and environment.rolling)
    if isinstance(command, Up) and command.helpers is None:
        command = replace(command, helpers=environment is None or not environment.protected)
    return command
