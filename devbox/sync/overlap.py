"""Rules of one service whose targets overlap: for each path the last rule that has something for it is the one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from devbox.sync.rules import Rule


def claims(rule: Rule, rules: Sequence[Rule], paths: Iterable[str]) -> dict[Rule, dict[str, str]]:
    """Of `paths` in the container, those that a later rule may have something for: rule -> its own path -> path."""
    later = [one for one in _others(rule, rules) if one.index > rule.index]
    found: dict[Rule, dict[str, str]] = {}
    for path in paths if later else ():
        for one in later:
            inside = _inside(one, path)
            if inside is not None and one.takes(inside):
                found.setdefault(one, {})[inside] = path
    return found


def disturbed(rule: Rule, rules: Sequence[Rule], deleted: Iterable[str]) -> dict[Rule, set[str]]:
    """What others may have to bring again because these paths in the container were deleted: rule -> its own paths."""
    others = _others(rule, rules)
    found: dict[Rule, set[str]] = {}
    for path in deleted if others else ():
        for one in others:
            if one.target.startswith(f"{path}/"):
                found.setdefault(one, set()).add("")
            elif (inside := _inside(one, path)) is not None:
                found.setdefault(one, set()).add(inside)
    return found


def _others(rule: Rule, rules: Sequence[Rule]) -> list[Rule]:
    """The other rules of the service that copy to where this one does, above or below it."""
    own = f"{rule.target.rstrip('/')}/"
    return [
        one
        for one in rules
        if one.service == rule.service
        and one.action.copies
        and one.index != rule.index
        and (own.startswith(f"{one.target.rstrip('/')}/") or f"{one.target.rstrip('/')}/".startswith(own))
    ]


def _inside(rule: Rule, path: str) -> str | None:
    """A path of the container as the rule's own; None where it lies elsewhere."""
    if path == rule.target:
        return ""
    head = f"{rule.target.rstrip('/')}/"
    return path.removeprefix(head) if path.startswith(head) else None
