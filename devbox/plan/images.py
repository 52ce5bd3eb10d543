"""Where a service's image comes from: there already, pulled or built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from devbox.compose.model import Project, Service
from devbox.errors import Problem
from devbox.plan.draft import Draft
from devbox.plan.names import image_name
from devbox.plan.observed import Observed
from devbox.plan.steps import BuildImage, PullImage

SERVICE_CONTEXT = "service:"
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


def build_node(service: str) -> str:
    """The id of the step that builds the service's image."""
    return f"build {service}"


def pull_node(image: str) -> str:
    """The id of the step that pulls the image."""
    return f"pull {image}"


def prepare(
    draft: Draft,
    project: Project,
    observed: Observed,
    services: Mapping[str, Service],
    problems: list[Problem],
    *,
    build: bool = False,
    no_build: bool = False,
    pull: str = "",
) -> dict[str, str]:
    """Add the pulls and builds that the services need; service -> id of the step that makes its image.

    A service with a `build` section is built where its image is missing: what stands here wins over a registry.
    """
    found: dict[str, str] = {}
    for service in services.values():
        image = image_name(project.name, service)
        there = image in observed.images
        policy = pull or service.pull_policy
        if service.provider is not None:
            continue
        if service.build is not None and not no_build and (build or not there or policy == "build"):
            why = "asked for" if build else "its image is not there yet" if not there else "pull_policy is build"
            found[service.name] = add_build(draft, project, service, why=why)
        elif service.image and (policy == "always" or (there and _is_stale(policy, observed, image))):
            why = f"pull policy is {policy}"
            found[service.name] = add_pull(draft, service, image, why, there or bool(service.build))
        elif there:
            continue
        elif policy in ("never", "build") or not service.image:
            problems.append(_absent(service, image, policy, no_build))
        else:
            found[service.name] = add_pull(draft, service, image, "the image is not there yet", False)
    return found


def refresh_period(policy: str) -> int | None:
    """Seconds after which the policy (daily, weekly, every_12h) wants another pull; None: it never does."""
    text = {"daily": "1d", "weekly": "1w"}.get(policy, policy.removeprefix("every_"))
    parts = re.findall(r"(\d+)([wdhms])", text)
    if not parts or "".join(map("".join, parts)) != text:
        return None
    return sum(int(count) * _SECONDS[unit] for count, unit in parts)


def _is_stale(policy: str, observed: Observed, image: str) -> bool:
    period = refresh_period(policy)
    return period is not None and observed.at > observed.images[image].tagged + period


def add_build(
    draft: Draft, project: Project, service: Service, *, why: str, no_cache: bool = False, pull: bool = False
) -> str:
    """Add the build of a service's image, after those its `additional_contexts` take from other services."""
    if service.build is None:
        raise ValueError(f"service {service.name} has no build section")
    build = replace(service.build, pull=True) if pull else service.build
    contexts = [
        source.removeprefix(SERVICE_CONTEXT)
        for source in build.additional_contexts.values()
        if source.startswith(SERVICE_CONTEXT)
    ]
    earlier = []
    for name in contexts:
        other = project.services.get(name)
        if other is not None and other.build is not None:
            why_other = f"{service.name} is built on it"
            earlier.append(add_build(draft, project, other, why=why_other, no_cache=no_cache, pull=pull))
    step = BuildImage(
        service=service.name,
        image=image_name(project.name, service),
        build=build,
        platform=service.platform,
        no_cache=no_cache or build.no_cache,
        why=why,
    )
    for id, other_step in draft.steps():
        if isinstance(other_step, BuildImage) and _is_same(other_step, step):
            also = dict.fromkeys((*other_step.also, service.name))
            return draft.replace(id, replace(other_step, also=tuple(also)))
    return draft.add(build_node(service.name), step, after=earlier)


def _is_same(one: BuildImage, other: BuildImage) -> bool:
    """Whether one build makes both: a second would give the tag another image, and outdate what runs the first."""
    if one.service == other.service:
        return False
    return (one.image, one.platform, one.build, one.no_cache) == (
        other.image,
        other.platform,
        other.build,
        other.no_cache,
    )


def add_pull(draft: Draft, service: Service, image: str, why: str, ignore_failure: bool) -> str:
    """Add the pull of a service's image, one for all services that share it."""
    id = pull_node(f"{image} for {service.platform}" if service.platform else image)
    sharing = dict(draft.steps()).get(id)
    names = (*sharing.services, service.name) if isinstance(sharing, PullImage) else (service.name,)
    return draft.replace(
        id,
        PullImage(services=names, image=image, platform=service.platform, why=why, ignore_failure=ignore_failure),
    )


def _absent(service: Service, image: str, policy: str, no_build: bool) -> Problem:
    because = "building is switched off" if no_build and service.build else f"pull_policy is {policy}"
    return Problem(
        message=f"image {image} is not there, and {because}",
        place=service.place,
        path=f"services.{service.name}",
        hint=f"devbox build {service.name}" if service.build else f"docker pull {image}",
    )
