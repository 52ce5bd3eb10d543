"""`devbox lint --rules` and `--explain`."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from devbox.cli.output import say, say_json, stdout_style
from devbox.cli.table import grid
from devbox.errors import UsageError
from devbox.hardening.catalog import RULES

if TYPE_CHECKING:
    from devbox.hardening.rule import About


def listing(*, json: bool) -> None:
    """Every rule, by id."""
    if json:
        say_json([as_json(about) for about in RULES.values()])
        return
    for line in grid(
        ("RULE", "SEVERITY", "ABOUT"), [(one.id, one.severity.value, one.title) for one in RULES.values()]
    ):
        say(line)


def explain(id: str, *, json: bool) -> None:
    """One rule (UsageError if there is none)."""
    about = RULES.get(id.upper())
    if about is None:
        if ":" in id:
            raise UsageError(f"{id} is a rule of another program.", hint="A finding of it names the page about it.")
        near = difflib.get_close_matches(id.upper(), RULES, n=1)
        hint = f"Did you mean {near[0]}?" if near else "`devbox lint --rules` lists them."
        raise UsageError(f"There is no rule {id!r}.", hint=hint)
    if json:
        say_json(as_json(about))
        return
    say(stdout_style(f"{about.id} {about.title} ({about.severity.value})", "bold"))
    say(f"  why     {about.reason}")
    say(f"  remedy  {about.remedy}")
    say(f"  guide   devbox guide {about.guide.partition('#')[0]}")


def as_json(about: About) -> dict[str, Any]:
    """A rule as scripts read it."""
    return {
        "rule": about.id,
        "severity": about.severity.value,
        "title": about.title,
        "reason": about.reason,
        "remedy": about.remedy,
        "guide": about.guide,
    }
