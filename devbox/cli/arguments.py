"""The command line: compose's global arguments, and the options that several verbs share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from devbox.cli.verbs import VERBS
from devbox.errors import UsageError

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_WITH_VALUE = frozenset(
    [
        "-f",
        "--file",
        "-p",
        "--project-name",
        "--profile",
        "--env-file",
        "--project-directory",
        "--context",
        "-e",
        "--env",
        "--yes-i-mean",
    ]
)
_EPILOGUE = """\
Without a verb devbox opens its screen; without a terminal it prints the status table.
`devbox VERB --help` tells a verb's options, `devbox guide` lists the guides (exit codes: `devbox guide exit-codes`)."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are UsageErrors."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}", hint=f"`{self.prog} --help` tells what it takes.")


def verb_of(words: Sequence[str]) -> str:
    """The verb among `words`, skipping the global arguments; "" if there is none."""
    position = 0
    while position < len(words):
        word = words[position]
        if word in _WITH_VALUE:
            position += 2
        elif word.startswith("-") and word != "-":
            position += 1
        else:
            return word
    return ""


def parse(words: Sequence[str], module: ModuleType | None) -> argparse.Namespace:
    """Parse `words`; `module` declares their verb's options by its `add(subparsers)`, None without a verb."""
    parser = _parser()
    if module is not None:
        subparsers = parser.add_subparsers(dest="verb", metavar="VERB", prog="devbox")
        module.add(subparsers)
    args, unknown = parser.parse_known_args(words)
    if unknown:
        command = f"devbox {args.verb}".rstrip()
        raise UsageError(f"{command} does not take {unknown[0]!r}.", hint=_where(unknown[0], args.verb))
    return args


def _where(word: str, verb: str) -> str:
    if word.partition("=")[0] in _WITH_VALUE:
        return f"{word} stands before the verb: devbox {word} ... {verb}"
    return f"`devbox {verb} --help`" + " tells what it takes." if verb else "`devbox --help` tells what it takes."


def _parser() -> Parser:
    width = max(map(len, VERBS))
    listing = "\n".join(f"  {verb:<{width}}  {what}" for verb, (_, what) in VERBS.items() if verb != "environments")
    parser = Parser(
        prog="devbox",
        usage="devbox [GLOBAL OPTIONS] [VERB ...]",
        description=f"A terminal for the Compose stack you work in all day.\n\nverbs:\n{listing}",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(verb="")
    add = parser.add_argument_group("global options").add_argument
    add(
        "-f",
        "--file",
        dest="files",
        action="append",
        default=[],
        metavar="FILE",
        help="Compose file (repeatable; - is stdin)",
    )
    add("-p", "--project-name", dest="project_name", default="", metavar="NAME", help="project name")
    add(
        "--profile",
        dest="profiles",
        action="append",
        default=None,
        metavar="NAME",
        help="profile to enable (repeatable)",
    )
    add(
        "--env-file", dest="env_files", action="append", default=[], metavar="FILE", help="instead of .env (repeatable)"
    )
    add("--project-directory", dest="project_directory", default="", metavar="DIR", help="where relative paths start")
    add("--context", dest="context", default="", metavar="NAME", help="the docker CLI's context to use")
    add("-e", "--env", dest="environment", default="", metavar="NAME", help="environment of devbox.yaml, or discovered")
    add("--yes-i-mean", dest="yes_i_mean", default="", metavar="NAME", help="change the protected environment NAME")
    add("--up", action="store_true", help="without a verb: bring the stack up as the screen opens")
    add("-V", "--version", action="store_true", help="print the version")
    return parser


def verb(subparsers: Subparsers, name: str, description: str = "") -> argparse.ArgumentParser:
    """Add the parser of one verb."""
    what = VERBS[name][1]
    return subparsers.add_parser(
        name, help=what, description=description or f"{what[0].upper()}{what[1:]}.", allow_abbrev=False
    )


def services(parser: argparse.ArgumentParser) -> None:
    """`[SERVICE...]`"""
    # Without a default argparse calls it required where something else is missing.
    parser.add_argument(
        "services", nargs="*", metavar="SERVICE", default=[], help="all of the project if none is named"
    )


def as_json(parser: argparse.ArgumentParser, what: str = "print JSON") -> None:
    """`--json`"""
    parser.add_argument("--json", action="store_true", help=what)


def assume_yes(parser: argparse.ArgumentParser) -> None:
    """`-y`"""
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def grace(parser: argparse.ArgumentParser) -> None:
    """`-t SECONDS`"""
    parser.add_argument(
        "-t", "--timeout", type=seconds, metavar="SECONDS", help="grace period before a container is killed"
    )


def rolling(parser: argparse.ArgumentParser) -> None:
    """`--rolling`, `--no-rolling`; None leaves it to the environment."""
    parser.add_argument(
        "--rolling",
        action=argparse.BooleanOptionalAction,
        help="recreate the replicas of a service in turns, each ready before the next is touched "
        "(deploy.update_config says how many at once and which goes first)",
    )


def seconds(text: str) -> float:
    """A number of seconds, bare or with a unit ("90", "1.5s", "2m", "1h30m")."""
    import re

    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; write 90, 1.5s, 2m or 1h30m")
    return sum(float(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit] for number, unit in parts)
