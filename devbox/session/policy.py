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
        return replace(command, rolling=environment is not None and environment.rolling)
    return command
