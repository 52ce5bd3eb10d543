"""What to load for an environment."""

from __future__ import annotations

from dataclasses import replace

from devbox.compose.request import LoadRequest
from devbox.environments.environment import Environment


def request_for(environment: Environment, request: LoadRequest) -> LoadRequest:
    """`request` completed by the environment; what the command line gave stays as it is."""
    profiles = environment.profiles or None
    return replace(
        request,
        files=request.files or environment.files,
        project_name=request.project_name or environment.project,
        profiles=request.profiles if request.profiles is not None else profiles,
        env_files=request.env_files or environment.env_files,
        project_directory=request.project_directory or environment.project_directory,
    )
