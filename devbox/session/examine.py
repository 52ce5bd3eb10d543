"""An environment put to the rules: its files, what its images say, its Dockerfiles, and its running containers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from posixpath import join
from typing import TYPE_CHECKING

from devbox.compose.paths import is_remote
from devbox.compose.provenance import Explainer
from devbox.environments.secret_file import FileKind, SecretFiles
from devbox.hardening.alerts import Source
from devbox.hardening.dockerfile import Dockerfile, read
from devbox.hardening.finding import Finding, Where
from devbox.hardening.holding import holding
from devbox.hardening.lint import Known, facts, lint
from devbox.hardening.subject import ImageFacts, ends
from devbox.plan.names import image_name, known_services
from devbox.plan.observed import RunState
from devbox.record import dataclass
from devbox.session.evidence import gather

if TYPE_CHECKING:
    from devbox.compose.layers import Loaded
    from devbox.compose.model import Build, Project, Service
    from devbox.hardening.world import Inspector
    from devbox.ports import Engine, FileReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The Dockerfiles of a project by service, their texts for other programs, and in a sentence each which are not
    here."""

    dockerfiles: Mapping[str, Dockerfile] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the rules found; `sources` are files that other programs may be asked about too."""

    findings: tuple[Finding, ...]
    dockerfiles: Mapping[str, Dockerfile]
    sources: tuple[Source, ...]
    unasked: tuple[str, ...]
    containers: int = 0
    """Running containers that were looked at."""


def built(loaded: Loaded, names: Collection[str], files: FileReader) -> Built:
    """Read the Dockerfiles that the services are built from (LoadError where one is no Dockerfile)."""
    every = known_services(loaded.project)
    dockerfiles: dict[str, Dockerfile] = {}
    sources: dict[str, Source] = {}
    unasked: list[str] = []
    for name in names:
        build = every[name].build
        if build is None:
            continue
        file, text = _inline(loaded, name, build) if build.dockerfile_inline else _dockerfile(build, files)
        if text is None:
            unasked.append(f"{file} is not here: what {name} is built from was not looked at")
            continue
        ignore = _ignore(build, files)
        dockerfiles[name] = read(file, text, target=build.target, args=build.args, ignore=ignore)
        sources[file] = Source(file=file, text=text, dockerfile=True)
    return Built(dockerfiles=dockerfiles, sources=tuple(sources.values()), unasked=tuple(unasked))


def unknown_images(project: Project, made: Built) -> dict[str, str]:
    """Service -> image, where the files leave its user or its healthcheck to an image that no Dockerfile here tells.

    Of all services: those that are looked at may wait for the health of others.
    """
    told = {name for name, dockerfile in made.dockerfiles.items() if facts(dockerfile)}
    return {
        name: image_name(project.name, service)
        for name, service in known_services(project).items()
        if name not in told and service.provider is None and (not service.user or _leaves_health(project, service))
    }


def _leaves_health(project: Project, service: Service) -> bool:
    check = service.healthcheck
    return not ends(project, service) and (check is None or not (check.test or check.disable))


async def examine(
    loaded: Loaded,
    names: Sequence[str],
    made: Built,
    files: FileReader,
    inspector: Inspector,
    secrets: SecretFiles,
    *,
    engine: Engine | None = None,
    running: bool = False,
) -> Examined:
    """Put the services `names` to the rules; `engine` None: what only the engine knows is not looked at."""
    project, place = loaded.project, Explainer(loaded).place
    images = {name: told for name, one in made.dockerfiles.items() if (told := facts(one))}
    unasked = list(made.unasked)
    wanted = unknown_images(project, made)
    if engine is not None:
        for name, reference in wanted.items():
            if image := await engine.image(reference):
                images[name] = ImageFacts(user=image.user, healthcheck=_checks(image.healthcheck))
    readable = frozenset(key for key, one in project.secrets.items() if one.file and _is_public(one.file, secrets))
    known = Known(images=images, dockerfiles=made.dockerfiles, readable=readable)
    findings = lint(project, names, known, place)
    looked = 0
    if running and engine is not None:
        held, missing, looked = await _running(engine, inspector, project, names, images, place)
        findings += held
        unasked += missing
    return Examined(
        findings=tuple(findings),
        dockerfiles=made.dockerfiles,
        sources=(*made.sources, *_texts(project, files)),
        unasked=tuple(unasked),
        containers=looked,
    )


async def _running(
    engine: Engine,
    inspector: Inspector,
    project: Project,
    names: Sequence[str],
    images: dict[str, ImageFacts],
    place: Where,
) -> tuple[list[Finding], list[str], int]:
    observed = await engine.observe(project.name, detail=True)
    live = [
        one for one in observed.containers if one.state is RunState.RUNNING and not one.oneoff and one.service in names
    ]
    evidence, unasked = await gather(engine, inspector, project, live)
    return list(holding(project, evidence, images, place)), unasked, len(live)


def _is_public(file: str, secrets: SecretFiles) -> bool:
    try:
        found = secrets.look(file)
    except OSError:
        return False
    return found is not None and found.kind is FileKind.FILE and found.access is not None and found.access.is_public


def _inline(loaded: Loaded, name: str, build: Build) -> tuple[str, str]:
    """The Compose file, and what it holds of the Dockerfile, on the same lines."""
    place = Explainer(loaded).place(("services", name, "build", "dockerfile_inline"))
    above = place.line if place else 0
    return place.file if place else name, "\n" * above + build.dockerfile_inline


def _dockerfile(build: Build, files: FileReader) -> tuple[str, str | None]:
    """How it is called, and its text; None for one that is not here."""
    if is_remote(build.context):
        return f"{build.context}/{build.dockerfile}", None
    file = join(build.context, build.dockerfile)
    return file, _text(file, files)


def _ignore(build: Build, files: FileReader) -> str | None:
    """The text of the .dockerignore that holds; None without one."""
    own = _text(f"{join(build.context, build.dockerfile)}.dockerignore", files)
    return own if own is not None else _text(join(build.context, ".dockerignore"), files)


def _texts(project: Project, files: FileReader) -> list[Source]:
    """The Compose files and those of variables."""
    paths = dict.fromkeys((*project.files, *project.env_files))
    return [Source(file=path, text=text) for path in paths if (text := _text(path, files)) is not None]


def _text(path: str, files: FileReader) -> str | None:
    try:
        return files.read(path).decode(errors="replace")
    except OSError:
        return None


def _checks(test: Sequence[str]) -> bool:
    return bool(test) and test[0] != "NONE"
