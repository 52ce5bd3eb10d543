"""What is in the way when an environment is opened while another one runs."""

from __future__ import annotations

from collections.abc import Sequence

from devbox.compose.model import Project
from devbox.environments.environment import Allowance
from devbox.environments.isolation import shared
from devbox.environments.ports import clashes


def beside(
    running: str, theirs: Project, opened: str, mine: Project, allowed: Sequence[Allowance] = ()
) -> tuple[str, ...]:
    """In words: the ports that `opened` wants and `running` has, and what they share without being `allowed` to."""
    if mine.name == theirs.name:
        return ()
    ports = tuple(
        f"{opened} wants port {clash.port}/{clash.protocol} for {clash.service}, which {clash.other} of {running} has."
        for clash in clashes(mine, theirs)
    )
    meant = {(one.rule, one.subject) for one in allowed}
    both = shared({opened: mine, running: theirs})
    return (*ports, *(f"{one}." for one in both if (one.rule, one.name) not in meant))
