"""The rules put to a project and to the Dockerfiles it builds from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from devbox.compose.model import Project
from devbox.errors import Place
from devbox.hardening import exposure, lasting, mounts, recipes, rights
from devbox.hardening.dockerfile import Dockerfile
from devbox.hardening.finding import Finding, Where
from devbox.hardening.rule import Rule
from devbox.hardening.subject import ImageFacts, Subject
from devbox.record import dataclass

SERVICE_RULES: tuple[Rule[Subject], ...] = (*rights.RULES, *mounts.RULES, *lasting.RULES, *exposure.RULES)
DOCKERFILE_RULES: tuple[Rule[Dockerfile], ...] = recipes.RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was found out beside the files: of images by service, Dockerfiles by service, and secrets (by key) that
    everybody can read."""

    images: Mapping[str, ImageFacts]
    dockerfiles: Mapping[str, Dockerfile]
    readable: frozenset[str] = frozenset()


def lint(project: Project, names: Iterable[str], known: Known, where: Where) -> list[Finding]:
    """What the rules find in the services `names` and in what they are built from.

    What is found at one place for several services, by an anchor or a shared Dockerfile, is one finding.
    """
    names = list(names)
    found: dict[tuple[str, Place | None, str], Finding] = {}
    for one in (*_services(project, names, known, where), *_dockerfiles(names, known)):
        key = (one.about.id, one.place, one.text)
        first = found.get(key)
        found[key] = replace(first, services=(*first.services, *one.services)) if first else one
    return list(found.values())


def facts(dockerfile: Dockerfile) -> ImageFacts | None:
    """What the image will say, as far as its Dockerfile tells; None if only the base image knows the user."""
    user = recipes.user(dockerfile)
    return user and ImageFacts(user=user[0], healthcheck=recipes.has_healthcheck(dockerfile))


def _services(project: Project, names: list[str], known: Known, where: Where) -> Iterator[Finding]:
    every = {**project.disabled, **project.services}
    for name in names:
        subject = Subject(project=project, service=every[name], images=dict(known.images), readable=known.readable)
        for rule in SERVICE_RULES:
            for hit in rule.check(subject):
                path = hit.path if hit.at_top else ("services", name, *hit.path)
                yield Finding(about=rule.about, text=hit.text, services=(name,), path=path, place=where(path))


def _dockerfiles(names: list[str], known: Known) -> Iterator[Finding]:
    for name in names:
        dockerfile = known.dockerfiles.get(name)
        if dockerfile is None:
            continue
        for rule in DOCKERFILE_RULES:
            for hit in rule.check(dockerfile):
                place = Place(dockerfile.file, hit.line)
                path = ("services", name, "build")
                yield Finding(about=rule.about, text=hit.text, services=(name,), path=path, place=place)
