"""`devbox lint`: what is not hardened in the files, and with --running in the containers."""

from __future__ import annotations

import argparse
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.project import connected, request_of, warn
from devbox.cli.select import check_services
from devbox.errors import DevboxError, EngineError, ExitCode, UsageError
from devbox.record import dataclass

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.compose.layers import Loaded
    from devbox.compose.request import LoadRequest
    from devbox.environments.environment import Environment
    from devbox.hardening.alerts import Looked, Source
    from devbox.hardening.suppression import Judged, Waiver
    from devbox.ports import Outside
    from devbox.session.examine import Examined


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What is said of one environment."""

    environment: str
    judged: Judged
    unasked: tuple[str, ...]


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers, "lint", "What is not hardened in the files, their Dockerfiles, and (--running) their containers."
    )
    add_argument = parser.add_argument
    add_argument("--all-environments", action="store_true", help="every environment of devbox.yaml")
    add_argument("--running", action="store_true", help="see whether what the files promise holds in the containers")
    add_argument(
        "--fail-on",
        choices=("high", "medium", "low"),
        default="low",
        help="end with 1 on findings of this severity and above (low)",
    )
    add_argument("--show-suppressed", action="store_true", help="show what devbox.yaml explains, with the reasons")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0, as code hosts take it")
    about = parser.add_mutually_exclusive_group()
    about.add_argument("--explain", metavar="ID", default="", help="tell what a rule is for")
    about.add_argument("--rules", action="store_true", help="list the rules")
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """1 on findings that --fail-on counts."""
    from devbox.cli import findings, rules

    if args.rules:
        rules.listing(json=args.json)
        return ExitCode.DONE
    if args.explain:
        rules.explain(args.explain, json=args.json)
        return ExitCode.DONE
    chosen = _chosen(args, outside)
    parts = [(environment, *await _examined(args, environment, request, outside)) for environment, request in chosen]
    sources = {(source.file, source.text): source for _, _, one in parts for source in one.sources}
    looked = await _looked(list(sources.values()), chosen[0][0].context, outside)
    linted = [_judged(args, environment, loaded, one, looked) for environment, loaded, one in parts]
    if args.sarif:
        findings.say_sarif(linted, outside.cwd)
    elif args.json:
        findings.say_findings_json(linted)
    else:
        findings.say_findings(linted, outside.cwd, suppressed=args.show_suppressed)
    return ExitCode.FAILED if any(findings.counts(one, args.fail_on) for one in linted) else ExitCode.DONE


def _chosen(args: argparse.Namespace, outside: Outside) -> list[tuple[Environment, LoadRequest]]:
    from devbox.environments.discover import find
    from devbox.environments.request import request_for

    if args.all_environments and args.environment:
        raise UsageError("--all-environments is every one, and -e one of them.", hint="Leave one of the two out.")
    request = request_of(args, outside)
    found = find(request, outside.files, args.environment)
    chosen = found.all if args.all_environments else (found.current,)
    return [(environment, request_for(environment, request)) for environment in chosen]


async def _examined(
    args: argparse.Namespace, environment: Environment, request: LoadRequest, outside: Outside
) -> tuple[Loaded, Examined]:
    from devbox.compose.load import load_explained
    from devbox.session.examine import built, examine, unknown_images

    loaded = load_explained(request, outside.files)
    warn(loaded.project)
    check_services(loaded.project, None, args.services)
    names = args.services or [*loaded.project.services, *loaded.project.disabled]
    made = built(loaded, names, outside.files)
    wanted = unknown_images(loaded.project, names, made)
    inspector = outside.host(environment.context).inspector()
    unasked = ""
    async with AsyncExitStack() as opened:
        engine = None
        if wanted or args.running:
            try:
                engine = await opened.enter_async_context(connected(outside, environment.context))
            except EngineError:
                if args.running:
                    raise
                unasked = (
                    f"no engine answers: the images of {', '.join(wanted)} were not asked for user and healthcheck"
                )
        found = await examine(loaded, names, made, outside.files, inspector, engine=engine, running=args.running)
    if args.running and not found.containers:
        hint = f"`devbox -e {environment.name} up` starts it; without --running the files are looked at."
        raise DevboxError(f"Nothing of {loaded.project.name} runs.", hint=hint)
    return loaded, _with(found, unasked)


def _with(found: Examined, unasked: str) -> Examined:
    from dataclasses import replace

    return replace(found, unasked=(*found.unasked, unasked)) if unasked else found


async def _looked(sources: list[Source], context: str, outside: Outside) -> Looked:
    return await outside.host(context).inspector().look(sources)


def _judged(
    args: argparse.Namespace, environment: Environment, loaded: Loaded, found: Examined, looked: Looked
) -> Linted:
    from devbox.hardening.alerts import merged
    from devbox.hardening.catalog import RULES, RUNNING
    from devbox.hardening.suppression import judge
    from devbox.plan.names import known_services

    files = {source.file for source in found.sources}
    alerts = [alert for alert in looked.alerts if alert.file in files]
    every = known_services(loaded.project)

    def measured(waiver: Waiver) -> bool:
        program, _, _ = waiver.rule.rpartition(":")
        if args.services or (program and program not in looked.programs):
            return False
        return args.running or waiver.rule not in RUNNING

    judged = judge(
        merged(found.findings, alerts, found.dockerfiles),
        environment.suppressions,
        rules=RULES,
        services=every,
        measured=measured,
    )
    return Linted(environment=environment.name, judged=judged, unasked=(*found.unasked, *looked.unasked))
