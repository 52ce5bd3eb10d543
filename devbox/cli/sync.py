"""`devbox sync`: what the rules of develop.watch keep alike, whether it is, and making it so."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments, confirm
from devbox.cli.output import note, printable, say, say_json, stdout_style
from devbox.cli.project import opened
from devbox.cli.table import duration, grid
from devbox.cli.watch import watched
from devbox.cli.watchline import line
from devbox.errors import DevboxError, ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.cli.project import Stack
    from devbox.ports import Outside, Sources
    from devbox.session.ledgers import Ledgers
    from devbox.session.standing import Standing
    from devbox.sync.compare import Verified
    from devbox.sync.rules import Rule

_NAMED = 50
"""Differences that are printed of a rule before they are only counted; --json names all."""


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "sync",
        "The rules of `develop.watch` that copy files. status: what each has sent, what is pending or failed, and where"
        " it lies; verify: compare both sides"
        " by content and name each difference; repair: send what the containers lack.",
    )
    parser.add_argument("action", choices=("status", "verify", "repair"))
    arguments.as_json(parser)
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """verify: 1 where anything differs; repair: 1 where anything still does."""
    from devbox.sync.rules import rules

    async with opened(args, outside) as stack:
        sources = outside.sources()
        mine = [rule for rule in rules(watched(stack, args.services), sources.ignore_file) if rule.action.copies]
        from devbox.session.ledgers import Ledgers

        ledgers = Ledgers(outside.ledgers(), stack.project.name)
        if args.action == "status":
            return await _status(stack, sources, mine, ledgers, outside.now(), as_json=args.json)
        found = await _compare(stack, sources, mine, ledgers, quiet=args.json or args.action == "repair")
        if args.action == "repair":
            found = await _repair(args, outside, stack, sources, mine, ledgers, found)
    if args.json:
        say_json([_as_json(one) for one in found])
    return ExitCode.DONE if all(one.ok for one in found) else ExitCode.FAILED


async def _status(
    stack: Stack, sources: Sources, mine: list[Rule], ledgers: Ledgers, now: float, *, as_json: bool
) -> int:
    from devbox.session.standing import standing

    found = await standing(stack.engine, sources, stack.project, mine, ledgers)
    if as_json:
        say_json([_standing_as_json(one) for one in found])
        return ExitCode.DONE
    head = ("SERVICE", "RULE", "FROM", "TO", "FILES", "SENT", "PENDING", "FAILED", "LAST", "CONTAINER", "LIES IN")
    for text in grid(head, [_row(one, stack, now) for one in found]):
        say(text)
    for one in found:
        if one.error:
            say(stdout_style(f"{one.container} {printable(one.rule.target)}: {printable(one.error)}", "red"))
    return ExitCode.DONE


def _row(one: Standing, stack: Stack, now: float) -> tuple[str, ...]:
    from devbox.sync.rules import words

    rule = one.rule
    root = rule.root.removeprefix(f"{stack.project.working_dir.rstrip('/')}/")
    said = words(stack.project.services[rule.service].watch[rule.index])
    counts = tuple(map(str, (one.sent, one.pending, one.failed))) if one.container else ("-", "-", "-")
    last = f"{duration(now - one.last)} ago" if one.last else "-"
    names = (rule.service, said, root, rule.target, str(one.files), *counts, last, one.container or "-", one.lies)
    return tuple(map(printable, names))


async def _compare(
    stack: Stack, sources: Sources, mine: list[Rule], ledgers: Ledgers, *, quiet: bool
) -> list[Verified]:
    from contextlib import aclosing

    from devbox.session.verify import verify

    found = []
    async with aclosing(verify(stack.engine, sources, stack.project, mine, ledgers)) as seen:
        async for one in seen:
            found.append(one)
            for text in () if quiet else _lines(one):
                say(text)
    if not found:
        raise DevboxError("Nothing was compared: no container of these services runs.", hint="`devbox up` starts them.")
    return found


async def _repair(
    args: argparse.Namespace,
    outside: Outside,
    stack: Stack,
    sources: Sources,
    mine: list[Rule],
    ledgers: Ledgers,
    found: list[Verified],
) -> list[Verified]:
    from devbox.session.verify import repair
    from devbox.sync.told import Told

    def tell(told: Told) -> None:
        for text in line(told):
            note(text) if args.json else say(text)

    if any(one.differences for one in found):
        confirm.permit(stack.environment, args.yes_i_mean)
        await repair(stack.engine, sources, stack.project, mine, found, ledgers, tell, outside.now)
    return await _compare(stack, sources, mine, ledgers, quiet=args.json)


def _lines(one: Verified) -> list[str]:
    head = f"{one.container} {printable(one.rule.target)}"
    if one.idle:
        return [f"{stdout_style('–', 'dim')} {head}: {one.idle}, nothing to compare"]
    if one.error:
        return [f"{stdout_style('✗', 'red')} {head}: not compared: {printable(one.error)}"]
    files = f"{one.files} path{'' if one.files == 1 else 's'}"
    if not one.differences:
        return [f"{stdout_style('✓', 'green')} {head}: {files}, no difference"]
    count = len(one.differences)
    alone = one.rule.root.rpartition("/")[2]  # of a rule for one file
    shown = [f"  {each.fault.value}: {printable(each.path or alone)}" for each in one.differences[:_NAMED]]
    if count > _NAMED:
        shown.append(f"  and {count - _NAMED} more")
    return [f"{stdout_style('✗', 'red')} {head}: {count} of {files} differ{'s' if count == 1 else ''}", *shown]


def _rule_as_json(rule: Rule) -> dict[str, Any]:
    return {"service": rule.service, "action": rule.action.value, "path": rule.root, "target": rule.target}


def _standing_as_json(one: Standing) -> dict[str, Any]:
    counts = {"files": one.files, "sent": one.sent, "pending": one.pending, "failed": one.failed}
    rest = {"last": one.last or None, "error": one.error, "container": one.container, "lies": one.lies}
    return {**_rule_as_json(one.rule), **counts, **rest}


def _as_json(one: Verified) -> dict[str, Any]:
    differences = [{"path": each.path, "fault": each.fault.value} for each in one.differences]
    rest = {"files": one.files, "differences": differences, "idle": one.idle, "error": one.error}
    return {**_rule_as_json(one.rule), "container": one.container, **rest}
