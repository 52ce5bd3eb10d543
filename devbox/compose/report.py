"""What a load found: problems that refuse it and warnings that do not."""

from __future__ import annotations

from dataclasses import dataclass, field

from devbox.errors import LoadError, Place, Problem

Path = tuple[str | int, ...]
"""The way to a value in a tree: keys and list positions."""


_BLANK = '""'


def dotted(path: Path) -> str:
    """services.web.ports[0].target"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part or _BLANK}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem of the value at `path`, which matters only if that value is not hidden by a later one."""

    path: Path
    message: str
    place: Place
    hint: str = ""


@dataclass(slots=True)
class Report:
    """Gathers problems in the order found; a load goes on after one as long as more can be said."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    touched: set[Path] = field(default_factory=set)
    """The objects (section, name) and their fields that have a problem: what is missing may come of that alone."""
    broken: bool = False
    """A whole file, or a part whose extent is unknown, could not be read."""

    def fault(self, message: str, *, place: Place | None = None, path: Path = (), hint: str = "") -> None:
        """Note a problem; the same one is kept once."""
        problem = Problem(message=message, place=place, path=dotted(path), hint=hint)
        if problem not in self.problems:
            self.problems.append(problem)
        if path:
            self.touched |= {path[:2], path[:3]}

    def add(self, fault: Fault) -> None:
        """Note a problem that turned out to matter."""
        self.fault(fault.message, place=fault.place, path=fault.path, hint=fault.hint)

    def warn(self, text: str) -> None:
        """Note a warning once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def check(self) -> None:
        """Raise LoadError with everything found so far, if anything was, in the order of the files."""
        if not self.problems:
            return
        files = list(dict.fromkeys(problem.place.file for problem in self.problems if problem.place))

        def order(problem: Problem) -> tuple[int, int, int]:
            place = problem.place
            return (files.index(place.file), place.line, place.column) if place else (len(files), 0, 0)

        raise LoadError(tuple(sorted(self.problems, key=order)))
