"""A Dockerfile as stages of instructions, with what its FROM lines come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from e2b_dockerfile_utils import DockerfileInstruction, DockerfileSyntaxError, PatternMatcher, parse_dockerfile_ast

from devbox.compose.interpolate import substitute
from devbox.errors import LoadError, Place, Problem
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One FROM and what follows it; `base` is an image, or the name of an earlier stage if `inner`."""

    number: int
    name: str
    base: str
    inner: bool
    line: int
    last_line: int
    instructions: tuple[DockerfileInstruction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """A parsed file; `stages` are those that the target needs, in order, the target last.

    `ignored` tells what .dockerignore keeps out of the context; None without one.
    """

    file: str
    stages: tuple[Stage, ...]
    arguments: tuple[DockerfileInstruction, ...] = ()
    """The ARG lines before the first FROM."""
    ignored: PatternMatcher | None = None

    @property
    def target(self) -> Stage:
        return self.stages[-1]

    def has(self, line: int) -> bool:
        """Whether the line matters to the target: it is in one of its stages, or before the first."""
        return line in (argument.start_line for argument in self.arguments) or any(
            stage.line <= line <= stage.last_line for stage in self.stages
        )

    def lineage(self) -> Iterator[Stage]:
        """The target, the stage it is built from, and so on to the one over an image."""
        by_name = {stage.name: stage for stage in self.stages}
        stage: Stage | None = self.target
        while stage is not None:
            yield stage
            stage = by_name.get(stage.base) if stage.inner else None


def read(
    file: str, text: str, *, target: str = "", args: Mapping[str, str | None] | None = None, ignore: str | None = None
) -> Dockerfile:
    """The file as a build with `target` and `args` takes it; LoadError where it is no Dockerfile."""
    try:
        parsed = parse_dockerfile_ast(text).instructions
    except DockerfileSyntaxError as error:
        message = str(error).rpartition(": ")[2]
        raise LoadError((Problem(message=message, place=Place(file, error.line or 0)),)) from error
    for one in parsed:
        if one.name == "FROM" and not one.args:
            raise LoadError((Problem(message="FROM names no image", place=Place(file, one.start_line)),))
    first = next((at for at, one in enumerate(parsed) if one.name == "FROM"), len(parsed))
    arguments = tuple(one for one in parsed[:first] if one.name == "ARG")
    every = _stages(parsed[first:], _values(arguments, args or {}))
    wanted = next((stage for stage in every if target and target in (stage.name, str(stage.number))), None)
    if not every or (target and wanted is None):
        message = f"there is no stage {target}" if every else "there is no FROM"
        raise LoadError((Problem(message=message, place=Place(file)),))
    return Dockerfile(
        file=file,
        stages=_needed(every, wanted or every[-1]),
        arguments=arguments,
        ignored=None if ignore is None else PatternMatcher(_patterns(ignore)),
    )


def sources(copy: DockerfileInstruction) -> list[str]:
    """What a COPY or ADD takes of the build's context."""
    if any(flag.startswith("--from=") for flag in copy.flags):
        return []
    return [word for word in copy.args[:-1] if not word.startswith("<<")]


def script(run: DockerfileInstruction) -> str:
    """The shell text of a RUN, that of its here-documents too."""
    return "\n".join([" ".join(run.args), *(document.content for document in run.heredocs)])


def _values(arguments: tuple[DockerfileInstruction, ...], given: Mapping[str, str | None]) -> dict[str, str]:
    """The variables of FROM lines: what the build gives, else the defaults."""
    found: dict[str, str] = {}
    for argument in arguments:
        for word in argument.args:
            name, equals, value = word.partition("=")
            chosen = given.get(name)
            if chosen is not None or equals:
                found[name] = chosen if chosen is not None else _replaced(value.strip("\"'"), found)
    return found


def _replaced(text: str, values: Mapping[str, str]) -> str:
    try:
        return substitute(text, values.get, lambda name: None)
    except ValueError:  # a form that only shells know: it stays as it is written
        return text


def _stages(instructions: list[DockerfileInstruction], values: Mapping[str, str]) -> list[Stage]:
    starts = [at for at, one in enumerate(instructions) if one.name == "FROM"]
    found: list[Stage] = []
    for number, (start, end) in enumerate(pairwise([*starts, len(instructions)])):
        opening, body = instructions[start], instructions[start + 1 : end]
        base = _replaced(opening.args[0], values)
        named = len(opening.args) == 3 and opening.args[1].upper() == "AS"
        found.append(
            Stage(
                number=number,
                name=opening.args[2].lower() if named else str(number),
                base=base.lower() if any(base.lower() == other.name for other in found) else base,
                inner=any(base.lower() == other.name for other in found),
                line=opening.start_line,
                last_line=body[-1].end_line if body else opening.end_line,
                instructions=tuple(body),
            )
        )
    return found


def _needed(every: list[Stage], target: Stage) -> tuple[Stage, ...]:
    """The stages that `target` is built from or copies from, however far."""
    by_name = {name: stage for stage in every for name in (stage.name, str(stage.number))}
    needed: dict[int, Stage] = {}
    waiting = [target]
    while waiting:
        stage = waiting.pop()
        if stage.number in needed:
            continue
        needed[stage.number] = stage
        names = [stage.base] if stage.inner else []
        for one in stage.instructions:
            for flag in one.flags:
                names += [part.partition("from=")[2] for part in flag.split(",") if "from=" in part]
        waiting += [by_name[name.lower()] for name in names if name.lower() in by_name]
    return tuple(needed[number] for number in sorted(needed))


def _patterns(ignore: str) -> list[str]:
    lines = (line.strip() for line in ignore.splitlines())
    return [line.removeprefix("/") for line in lines if line and not line.startswith("#")]
