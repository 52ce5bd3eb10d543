"""What an image took of this machine, by its Dockerfile: COPY and ADD of its stages, followed through --from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from devbox.compose.interpolate import substitute
from devbox.compose.paths import is_remote
from devbox.debug.model import Pair
from devbox.debug.paths import inside
from devbox.errors import LoadError
from devbox.hardening.dockerfile import Dockerfile, Stage, read
from devbox.sync.patterns import Patterns

if TYPE_CHECKING:
    from e2b_dockerfile_utils import DockerfileInstruction

    from devbox.compose.model import Build

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""What ADD unpacks."""
_SHOWN = 60


class Files(Protocol):
    """This machine's files; errors are OSError."""

    def read(self, path: str) -> bytes: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]: ...


def copies(
    build: Build, files: Files, *, environment: Mapping[str, str] | None = None, workdir: str = ""
) -> tuple[Pair, ...]:
    """The folders and files of the build's contexts and where the image has them, later ones last.

    What the Dockerfile leaves to its base image is taken from a container: its `environment`, and its `workdir` where
    no WORKDIR stands. Nothing where there is no Dockerfile here to be read.
    """
    if is_remote(build.context):
        return ()
    try:
        text = build.dockerfile_inline or files.read(posixpath.join(build.context, build.dockerfile)).decode()
        parsed = read(build.dockerfile, text, target=build.target, args=build.args)
    except (OSError, UnicodeDecodeError, LoadError):
        return ()
    return tuple(_Image(build, parsed, files, environment or {}, workdir).target())


@dataclass(slots=True)
class _Layers:
    """A stage as far as it was gone through: what is in it of this machine, and what later lines build on."""

    pairs: list[Pair] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"


class _Image:
    """Goes through the stages; each once."""

    def __init__(
        self, build: Build, parsed: Dockerfile, files: Files, environment: Mapping[str, str], workdir: str
    ) -> None:
        self._build = build
        self._parsed = parsed
        self._files = files
        self._environment = environment
        says = any(one.name == "WORKDIR" for stage in parsed.lineage() for one in stage.instructions)
        self._base = "/" if says else workdir or "/"
        self._stages = {name: stage for stage in parsed.stages for name in (stage.name, str(stage.number))}
        self._gone: dict[int, _Layers] = {}
        self._globals: dict[str, str] = {}
        for one in parsed.arguments:
            self._globals |= self._arguments(one, self._globals)

    def target(self) -> list[Pair]:
        found = dict.fromkeys(self._go(self._parsed.target).pairs[::-1])
        return list(found)[::-1]

    def _go(self, stage: Stage) -> _Layers:
        if stage.number in self._gone:
            return self._gone[stage.number]
        layers = _Layers(workdir=self._base)
        below = self._stages.get(stage.base) if stage.inner else None
        if below is not None and below.number < stage.number:
            old = self._go(below)
            layers = _Layers(list(old.pairs), dict(old.variables), old.workdir)
        for one in stage.instructions:
            match one.name:
                case "ARG":
                    layers.variables = self._arguments(one, layers.variables) | layers.variables
                case "ENV":
                    for name, value in zip(one.args[::3], one.args[1::3], strict=False):
                        layers.variables[name] = self._replaced(_bare(value), layers.variables) or ""
                case "WORKDIR":
                    if (path := self._replaced(_bare(" ".join(one.args)), layers.variables)) is not None:
                        layers.workdir = posixpath.normpath(posixpath.join(layers.workdir, path))
                case "COPY" | "ADD":
                    layers.pairs += self._copied(one, layers, stage.number)
        self._gone[stage.number] = layers
        return layers

    def _arguments(self, one: DockerfileInstruction, known: dict[str, str]) -> dict[str, str]:
        """The variables of an ARG: what the build gives, else the default, else what stands before the first FROM."""
        found: dict[str, str] = {}
        for word in one.args:
            name, equals, default = word.partition("=")
            value = self._build.args.get(name)
            if value is None:
                value = self._replaced(_bare(default), known | found) if equals else self._globals.get(name)
            if value is not None:
                found[name] = value
        return found

    def _replaced(self, text: str, known: Mapping[str, str]) -> str | None:
        """None where it names what only the builder knows."""
        missing: list[str] = []
        try:
            done = substitute(text, lambda name: known.get(name, self._environment.get(name)), missing.append)
        except ValueError:
            return None
        return None if missing else done

    def _copied(self, one: DockerfileInstruction, layers: _Layers, number: int) -> Iterator[Pair]:
        words = [self._replaced(word if one.json else _bare(word), layers.variables) for word in one.args]
        target = words[-1] if words else None
        flags = dict(flag.removeprefix("--").partition("=")[::2] for flag in one.flags)
        taken_from = self._from(flags.get("from", ""), number)
        if target is None or taken_from is None:
            return
        place = posixpath.normpath(posixpath.join(layers.workdir, target))
        into = target.endswith(("/", "/.")) or target == "." or len(words) > 2 or self._is_folder(place, layers)
        said = _said(one, self._parsed.file)
        for source in words[:-1]:
            if source is None or source.startswith("<<") or (one.name == "ADD" and _fetched(source)):
                continue
            for pair, path in self._found(taken_from, source):
                there = self._placed(pair.host, path, place, into=into, parents=source if "parents" in flags else "")
                yield Pair(
                    host=pair.host, there=there, why=f"{pair.why}, then line {one.start_line}" if pair.why else said
                )

    def _from(self, name: str, number: int) -> list[Pair] | None:
        """What COPY takes from; None where that is no folder of this machine."""
        if not name:
            return [Pair(host=self._build.context, there="/", why="")]
        stage = self._stages.get(name.lower())
        if stage is not None and stage.number < number:
            return self._go(stage).pairs
        folder = self._build.additional_contexts.get(name, "")
        return [Pair(host=folder, there="/", why="")] if folder.startswith("/") else None

    def _found(self, pairs: Sequence[Pair], source: str) -> Iterator[tuple[Pair, str]]:
        """(file or folder of this machine, where it lies as seen from what is copied) for all that `source` means."""
        path = posixpath.normpath(posixpath.join("/", source))
        fixed = _fixed(path)
        for pair in pairs:
            if (below := inside(fixed, pair.there)) is not None:
                for end in self._matching(posixpath.join(pair.host, below).rstrip("/"), path[len(fixed) :].strip("/")):
                    host = posixpath.join(pair.host, below, end).rstrip("/")
                    yield Pair(host=host, there=fixed, why=pair.why), ""
            elif fixed == path and (above := inside(pair.there, path)) is not None:
                yield pair, above

    def _matching(self, folder: str, pattern: str) -> Iterator[str]:
        """The paths below `folder` that the pattern means; "" where there is no pattern."""
        if not pattern:
            yield ""
            return
        first, _, rest = pattern.partition("/")
        means = Patterns([first])
        try:
            names = self._files.list(folder)
        except OSError:
            return
        for name in names:
            if means.match(name):
                yield from (posixpath.join(name, end) for end in self._matching(posixpath.join(folder, name), rest))

    def _placed(self, host: str, path: str, place: str, *, into: bool, parents: str) -> str:
        if path:  # a part of what was copied
            return posixpath.join(place, path)
        name = posixpath.basename(host)
        if parents:
            kept = posixpath.relpath(host, self._build.context) if inside(host, self._build.context) else name
            pivot = parents.partition("/./")[0] if "/./" in parents else ""
            below = inside(kept, pivot) if pivot else kept
            return posixpath.join(place, below or "")
        return posixpath.join(place, name) if into and not self._files.is_dir(host) else place

    def _is_folder(self, place: str, layers: _Layers) -> bool:
        """Whether the image is known to have a folder there."""
        if place in ("/", layers.workdir):
            return True
        return any(
            inside(pair.there, place) or (pair.there == place and self._files.is_dir(pair.host))
            for pair in layers.pairs
        )


def _bare(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word


def _fetched(source: str) -> bool:
    return "://" in source or source.startswith("git@") or source.endswith(_ARCHIVES)


def _fixed(path: str) -> str:
    """The part of a path before the first component with a wildcard."""
    parts = path.split("/")
    fixed = next((at for at, part in enumerate(parts) if any(sign in part for sign in "*?[")), len(parts))
    return "/".join(parts[:fixed]) or "/"


def _said(one: DockerfileInstruction, file: str) -> str:
    text = " ".join([one.name, *one.args])
    return f"{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''} ({posixpath.basename(file)}:{one.start_line})"
