"""Fields of specifications later than Compose 2.40's: which there are, their shapes, and what becomes of them."""

from __future__ import annotations

from typing import Any

from devbox.compose.forms import command
from devbox.compose.reading import DROP, Reading, Shape
from devbox.compose.report import Path, dotted
from devbox.compose.shapes import each, pairs, record
from devbox.compose.values import switch, text
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Newer:
    """A later field; `since` is when the specification got it, `instead` what to do where devbox has no use for it."""

    shape: Shape
    since: str
    instead: str = ""


_STEP: Shape = record(
    {
        "command": command,
        "image": text,
        "user": text,
        "privileged": switch,
        "working_dir": text,
        "environment": pairs,
        "per_replica": switch,
    },
    nulls=("command",),
)

FIELDS: dict[Path, Newer] = {
    ("services", "*", "build", "no_cache_filter"): Newer(
        shape=each(text, single=True), since="November 2025 (Compose 5.0)"
    ),
    ("services", "*", "pre_start"): Newer(
        shape=each(_STEP),
        since="June 2026 (Compose 5.3)",
        instead="do it in an entrypoint, or in a service that others depend on "
        "with condition: service_completed_successfully",
    ),
}
"""Every such field, at its path. All are kept in the model; those with `instead` have no effect, and a warning."""


def fields(*section: str) -> dict[str, Shape]:
    """The later fields of a section: key -> shape."""
    return {str(path[-1]): _warned(field) for path, field in FIELDS.items() if path[:-1] == section}


def _warned(field: Newer) -> Shape:
    if not field.instead:
        return field.shape

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        found = field.shape(value, path, reading)
        if found is not DROP:
            place = reading.document.key_place(path)
            reading.report.warn(
                f"{place}: {dotted(path)} has no effect: it came to the specification in {field.since}, "
                f"and devbox goes by that of Compose 2.40; {field.instead}."
            )
        return found

    return shape
