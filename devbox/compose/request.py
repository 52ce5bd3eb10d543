"""What to load: compose's own global arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """`cwd` absolute; `environ` is the shell's environment. Empty fields mean: not given on the command line.

    `files` may hold "-" (then `stdin` is its text). `profiles` None: COMPOSE_PROFILES decides.
    """

    cwd: str
    environ: Mapping[str, str]
    files: tuple[str, ...] = ()
    project_name: str = ""
    profiles: tuple[str, ...] | None = None
    env_files: tuple[str, ...] = ()
    project_directory: str = ""
    stdin: bytes | None = None
    extra_environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that win over everything (none by default)."""
