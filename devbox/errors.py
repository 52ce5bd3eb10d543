"""What can go wrong, and what the user is told.

DevboxError                 message, hint, exit code 1
├── UsageError              the command line is off (2)
├── LoadError               the Compose or devbox files are wrong; carries every Problem of the load
├── RemoteFailed            a Compose file that lies elsewhere could not be fetched
├── EngineError             the engine refused or failed (its own words in `message`)
│   ├── NotFound            no such container, network, volume or image
│   ├── Conflict            the name, port or state is taken
│   ├── NoEngine            no engine answers (3)
│   └── EngineLost          the engine went away in the middle of a call (3)
├── BuildFailed             an image did not build; last lines, and where the whole log lies
├── PullFailed              an image could not be had
├── StepFailed              one or more steps of a plan failed
└── Interrupted             the user stopped it (130); what is left is in the message
"""

from __future__ import annotations

from enum import IntEnum

from devbox.record import dataclass


class ExitCode(IntEnum):
    """What a verb ends with."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_ENGINE = 3
    CHANGES = 4
    """`plan --detailed-exitcode`: there is something to do."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    """The reader of our output went away."""


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file; line and column count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault in the user's files: what, where (file and dotted key path), and what to do."""

    message: str
    place: Place | None = None
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        path = f"{self.path}: " if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{path}{self.message}{hint}"


class DevboxError(Exception):
    """An error meant for the user's eyes: what happened and, in `hint`, what to do about it."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(DevboxError):
    """The command line is off."""

    exit_code = ExitCode.USAGE


class LoadError(DevboxError):
    """The files cannot be loaded; `problems` holds every fault that was found, in file order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class RemoteFailed(DevboxError):
    """A Compose file that lies elsewhere could not be fetched."""


class EngineError(DevboxError):
    """The engine refused or failed; `status` is the HTTP status it gave, 0 if none."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class NotFound(EngineError):
    """No such container, network, volume or image."""


class Conflict(EngineError):
    """A name, a port or a state is in the way."""


class NoEngine(EngineError):
    """No engine answers."""

    exit_code = ExitCode.NO_ENGINE


class EngineLost(EngineError):
    """The engine went away in the middle of a call."""

    exit_code = ExitCode.NO_ENGINE


class BuildFailed(DevboxError):
    """An image did not build: `tail` holds the last lines, `log_file` the whole log's path ("" if it is not kept)."""

    def __init__(self, message: str, *, tail: tuple[str, ...] = (), log_file: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.tail = tail
        self.log_file = log_file

    @property
    def where(self) -> str:
        """Where the whole log lies, as a sentence; "" if it is not kept."""
        return f"The whole log: {self.log_file}" if self.log_file else ""


class PullFailed(DevboxError):
    """An image could not be had."""


class StepFailed(DevboxError):
    """One or more steps of a plan failed; `causes` holds each error."""

    def __init__(self, message: str, *, causes: tuple[DevboxError, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.causes = causes


class Interrupted(DevboxError):
    """The user stopped it; the message says what is left."""

    exit_code = ExitCode.INTERRUPTED
