"""`devbox secrets`: which secrets each environment has, and making those that are missing."""

from __future__ import annotations

import argparse
from posixpath import relpath
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments, confirm
from devbox.cli.output import note, printable, say, say_json, stderr_style
from devbox.cli.project import choose, load_project, request_of
from devbox.cli.table import grid
from devbox.errors import DevboxError, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devbox.cli.arguments import Subparsers
    from devbox.environments.init import Made
    from devbox.environments.readers import Secret
    from devbox.environments.survey import Surveyed
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "secrets",
        "The secrets of every environment (with -e: of that one), and what is wrong with them; what they hold is never "
        "shown. `devbox -e NAME secrets init` makes the files that are missing, each for its services alone to read.",
    )
    parser.add_argument("action", nargs="?", choices=("init",), help="make the files that are missing")
    parser.add_argument(
        "--force",
        action="append",
        default=[],
        metavar="SECRET",
        help="init: make this one anew, though it is there (repeatable)",
    )
    arguments.as_json(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """List them; 1 if something is wrong. Or make them; 1 if one could not be made."""
    if args.action == "init":
        return _init(args, outside)
    if args.force:
        raise UsageError("--force belongs to `devbox secrets init`.")
    return _list(args, outside)


def _list(args: argparse.Namespace, outside: Outside) -> int:
    from devbox.environments.discover import find
    from devbox.environments.survey import survey

    request = request_of(args, outside)
    found = find(request, outside.files, args.environment)
    surveyed = list(survey(found, request, outside.files, outside.secrets(), only=bool(args.environment)))
    wrong = any(one.findings or one.broken for one in surveyed)
    if args.json:
        say_json([_as_json(one, outside.cwd) for one in surveyed])
    else:
        rows = [
            (one.name, secret.object.key, _source(secret, outside.cwd), state)
            for one in surveyed
            for secret, state in one.secrets
        ]
        for line in (
            grid(("ENVIRONMENT", "SECRET", "SOURCE", "STATE"), rows) if rows else ("No service gets a secret.",)
        ):
            say(line)
        for text in _told(surveyed):
            note(text)
    return ExitCode.FAILED if wrong else ExitCode.DONE


def _told(surveyed: list[Surveyed]) -> Iterator[str]:
    for one in surveyed:
        for problem in (*one.broken, *(finding.problem() for finding in one.findings)):
            yield f"{stderr_style(one.name, 'yellow')}: {printable(str(problem))}"


def _as_json(one: Surveyed, cwd: str) -> dict[str, Any]:
    """An environment as scripts read it."""
    return {
        "environment": one.name,
        "secrets": [
            {
                "name": secret.object.key,
                "source": _source(secret, cwd),
                "state": state,
                "readers": [{"service": reader.service, "uid": reader.uid} for reader in secret.readers],
            }
            for secret, state in one.secrets
        ],
        "findings": [
            {
                "fault": finding.fault.value,
                "subject": finding.subject,
                "message": finding.message,
                "place": str(finding.place) if finding.place else "",
                "hint": finding.hint,
            }
            for finding in one.findings
        ],
        "errors": [str(problem) for problem in one.broken],
    }


def _source(secret: Secret, cwd: str) -> str:
    one = secret.object
    if one.external:
        return "external"
    if one.environment:
        return f"variable {one.environment}"
    return _near(one.file, cwd) if one.file else "the Compose file"


def _near(path: str, cwd: str) -> str:
    """The shorter of the absolute path and the one from here."""
    return min(path, relpath(path, cwd), key=len)


def _init(args: argparse.Namespace, outside: Outside) -> int:
    from devbox.environments.init import Result, init
    from devbox.environments.making import making
    from devbox.environments.readers import used_secrets

    request, found = choose(args, outside)
    project = load_project(request, outside)
    ours = {one.object.key for one in used_secrets(project) if one.object.file}
    for name in args.force:
        if name not in ours:
            raise UsageError(
                f"No service of {found.current.name} reads a secret {name!r} from a file.",
                hint=f"There are: {', '.join(sorted(ours)) or 'none'}.",
            )
    if args.force:
        confirm.permit(found.current, args.yes_i_mean)
    made: list[Made] = []
    try:
        for one in init(project, outside.secrets(), making(found, project, outside.files), args.force):
            made.append(one)
            if not args.json:
                _tell(one, outside.cwd)
    except OSError as error:
        raise DevboxError(f"{error.filename or 'a secret'} is left as it is: {error.strerror}") from error
    if args.json:
        say_json([_made_as_json(one) for one in made])
    elif not made:
        say(f"{found.current.name}: no service reads a secret from a file.")
    return ExitCode.FAILED if any(one.result is Result.LEFT for one in made) else ExitCode.DONE


def _tell(one: Made, cwd: str) -> None:
    who = ", ".join(f"{reader.service} ({'?' if reader.uid is None else reader.uid})" for reader in one.secret.readers)
    say(f"{one.result.value:<8}  {printable(_near(one.secret.object.file, cwd))}  for {who}")
    if one.note:
        note(f"{stderr_style('warning', 'yellow')}: {printable(one.secret.object.key)}: {printable(one.note)}")


def _made_as_json(one: Made) -> dict[str, Any]:
    return {
        "name": one.secret.object.key,
        "file": one.secret.object.file,
        "result": one.result.value,
        "readers": [{"service": reader.service, "uid": reader.uid} for reader in one.secret.readers],
        "note": one.note,
    }
