"""An answer of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said; names of headers in lower case."""

    status: int
    body: Any
    headers: dict[str, str]
