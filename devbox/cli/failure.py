"""How the program says that it failed, and the exit code that goes with it."""

from __future__ import annotations

import errno
import os
import sys

from devbox.cli.output import printable, stderr_style
from devbox.errors import BuildFailed, DevboxError, ExitCode, LoadError, StepFailed

REPORT = "This is a bug in devbox, not yours. Please report it with the lines above and the command you ran."


def report(error: BaseException) -> int:
    """Print `error` for the user on stderr and return the exit code; never raises."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, DevboxError):
        _write(lines(error))
        return int(error.exit_code)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _silence_stdout()
        where = f"{printable(str(error.filename))} was not written" if error.filename else "not all was written"
        _write([f"{stderr_style('error', 'red', 'bold')}: The disk is full: {where}.", "  Make room and try again."])
        return int(ExitCode.FAILED)
    if isinstance(error, BrokenPipeError):
        _silence_stdout()
        return int(ExitCode.BROKEN_PIPE)
    # Python wraps one that comes while a class is made, which most of an import is.
    if isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__, KeyboardInterrupt):
        _write(["", "Interrupted."])
        return int(ExitCode.INTERRUPTED)
    import traceback

    _write([*"".join(traceback.format_exception(error)).splitlines(), "", REPORT])
    return int(ExitCode.FAILED)


def lines(error: DevboxError) -> list[str]:
    """The error as the user reads it: what happened, what is behind it, what to do."""
    mark = stderr_style("error", "red", "bold")
    if isinstance(error, LoadError):
        return [f"{mark}: {printable(str(problem))}" for problem in error.problems]
    found = [f"{mark}: {first}" if number == 0 else f"  {first}" for number, first in enumerate(_text(error.message))]
    if isinstance(error, BuildFailed):
        found += [f"  | {printable(line)}" for line in error.tail]
        if error.log_file:
            found.append(f"  The whole log: {error.log_file}")
    if isinstance(error, StepFailed):
        for cause in error.causes:
            found += [f"  {line}" for line in lines(cause)]
    found += [f"  {line}" for line in _text(error.hint)]
    return found


def _text(text: str) -> list[str]:
    return [printable(line) for line in text.splitlines()]


def _write(found: list[str]) -> None:
    try:
        sys.stderr.write("\n".join(found) + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _silence_stdout() -> None:
    """Keep the interpreter from complaining when it flushes what nobody reads."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - stays open until the process ends
