"""The user's own settings: defaults < user file < environment < flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may change; every field has a working default."""

    eager_health: bool = True
    """Run the file's own probe at short intervals while something waits for service_healthy."""
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    """action id -> keys, comma separated"""
    log_lines: int = 20_000
    """Lines kept for each service."""
    log_bytes: int = 16 * 1024 * 1024
    """Bytes kept for each service."""
    parallel: int = 8
    """Engine calls at once."""
