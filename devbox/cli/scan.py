"""`devbox scan`: what the images of an environment wait for, and what they consist of."""

from __future__ import annotations

import argparse
import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments
from devbox.cli.output import printable, say, say_json, stdout_style
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.errors import DevboxError, ExitCode
from devbox.hardening.report import ImageReport
from devbox.hardening.rule import Severity

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.hardening.world import Inspector
    from devbox.ports import Engine, Outside

_SHOWN = 10
"""Vulnerabilities of an image that are listed before the rest is counted; --json has all."""


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "scan",
        "Security updates that wait in each image (apt, in a container that is gone afterwards) and known "
        "vulnerabilities (trivy, where it is installed with its data).",
    )
    parser.add_argument("--sbom", metavar="DIR", default="", help="write each image's SBOM there (CycloneDX)")
    parser.add_argument(
        "--fail-on",
        choices=("high", "medium", "low"),
        default="low",
        help="end with 1 on vulnerabilities of this severity and above (low); on security updates always",
    )
    arguments.as_json(parser)
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """1 if something was found, or nobody could be asked about an image."""
    from devbox.plan.names import image_name, known_services

    async with opened(args, outside) as stack:
        check_services(stack.project, None, args.services)
        names = args.services or list(stack.project.services)
        every = known_services(stack.project)
        images: dict[str, list[str]] = {}
        for name in names:
            images.setdefault(image_name(stack.project.name, every[name]), []).append(name)
        folder = _folder(args.sbom, outside.cwd)
        inspector = outside.host(stack.environment.context).inspector()
        # One after the other: each reads package lists or a whole image.
        reports = [
            await _report(stack.engine, inspector, image, tuple(services), folder) for image, services in images.items()
        ]
    if args.json:
        say_json([_as_json(report) for report in reports])
    else:
        for report in reports:
            _say(report)
        _say_sum(reports)
    return ExitCode.FAILED if any(_fails(report, args.fail_on) for report in reports) else ExitCode.DONE


async def _report(
    engine: Engine, inspector: Inspector, image: str, services: tuple[str, ...], folder: Path | None
) -> ImageReport:
    from devbox.session.throwaway import waiting_updates

    report = ImageReport(image=image, services=services)
    if await engine.image(image) is None:
        return replace(report, unasked=(f"{image} is not here: `devbox build` or `devbox pull` brings it",))
    updates, weaknesses = await asyncio.gather(waiting_updates(engine, image), inspector.weaknesses(image))
    unasked = [text for text in (updates if isinstance(updates, str) else "", weaknesses.unasked) if text]
    bill = ""
    if folder is not None:
        file = str(folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '_', image)}.cdx.json")
        complaint = await inspector.bill(image, file)
        unasked += [complaint] if complaint else []
        bill = "" if complaint else file
    return replace(
        report,
        updates=None if isinstance(updates, str) else updates,
        vulnerabilities=None if weaknesses.unasked else weaknesses.found,
        bill=bill,
        unasked=tuple(unasked),
    )


def _folder(named: str, cwd: str) -> Path | None:
    if not named:
        return None
    folder = Path(cwd, named)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DevboxError(f"{printable(named)} cannot be made: {error.strerror}.") from error
    return folder


def _fails(report: ImageReport, fail_on: str) -> bool:
    worst = Severity(fail_on).rank
    weak = any(one.severity.rank <= worst for one in report.vulnerabilities or ())
    return weak or bool(report.security_updates) or not report.asked


def _say(report: ImageReport) -> None:
    say(f"{stdout_style(printable(report.image), 'bold')} ({', '.join(report.services)})")
    if report.updates is not None:
        waiting, others = report.security_updates, len(report.updates) - len(report.security_updates)
        more = f"; {others} other update{'s' if others != 1 else ''}" if others else ""
        say(f"  {_count(len(waiting), 'security update')} pending{more}")
        for update in waiting:
            say(f"    {update.package} {update.held} → {update.offered}")
    if report.vulnerabilities is not None:
        found = sorted(report.vulnerabilities, key=lambda one: (one.severity.rank, one.package, one.id))
        say(f"  {_count(len(found), 'known vulnerabilit', 'y', 'ies')}")
        for one in found[:_SHOWN]:
            fixed = f", fixed in {one.fixed}" if one.fixed else ", not fixed yet"
            say(printable(f"    {one.severity.value:<6} {one.id} {one.package} {one.held}{fixed}: {one.title}"))
        if len(found) > _SHOWN:
            say(f"    and {len(found) - _SHOWN} more (--json)")
    if report.bill:
        say(f"  SBOM: {printable(report.bill)}")
    for text in report.unasked:
        say(f"  {stdout_style('not looked at', 'yellow')}: {printable(text)}")
    say()


def _say_sum(reports: list[ImageReport]) -> None:
    """What was found, each time with how many images it is known of."""
    whole = len(reports)
    told = [one for one in reports if one.updates is not None]
    seen = [one for one in reports if one.vulnerabilities is not None]
    updates = sum(len(one.security_updates) for one in told)
    weak = sum(len(one.vulnerabilities or ()) for one in seen)
    say(f"security updates pending: {updates if told else 'unknown'} (asked {len(told)} of {whole} images)")
    say(f"known vulnerabilities: {weak if seen else 'unknown'} (asked {len(seen)} of {whole} images)")
    if unknown := [one.image for one in reports if not one.asked]:
        say(printable(f"nobody could be asked about {', '.join(unknown)}"))


def _count(number: int, what: str, one: str = "", more: str = "s") -> str:
    return f"{number or 'no'} {what}{one if number == 1 else more}"


def _as_json(report: ImageReport) -> dict[str, Any]:
    return {
        "image": report.image,
        "services": list(report.services),
        "updates": None
        if report.updates is None
        else [
            {"package": one.package, "held": one.held, "offered": one.offered, "security": one.security}
            for one in report.updates
        ],
        "vulnerabilities": None
        if report.vulnerabilities is None
        else [
            {
                "id": one.id,
                "package": one.package,
                "held": one.held,
                "fixed": one.fixed or None,
                "severity": one.severity.value,
                "title": one.title,
            }
            for one in report.vulnerabilities
        ],
        "sbom": report.bill or None,
        "not_looked_at": list(report.unasked),
    }
