"""What is in the way when an environment is opened while another one runs."""

from __future__ import annotations

from devbox.compose.model import Project
from devbox.environments.isolation import shared
from devbox.environments.ports import clashes


def beside(running: str, theirs: Project, opened: str, mine: Project) -> tuple[str, ...]:
    """In words: the ports that `opened` wants and `running` has, and what they share."""
    ports = tuple(
        f"{opened} wants port {clash.port}/{clash.protocol} for {clash.service}, which {clash.other} of {running} has."
        for clash in clashes(mine, theirs)
    )
    return (*ports, *(str(problem) for problem in shared(opened, mine, running, theirs)))
