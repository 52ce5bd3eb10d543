"""Containers that another tool made of the same files, taken as they are."""

from __future__ import annotations

from dataclasses import replace

from devbox import __version__
from devbox.compose.model import Project, Service
from devbox.plan import labels
from devbox.plan.changes import changes
from devbox.plan.fate import divergence, replicas
from devbox.plan.names import image_name, known_services
from devbox.plan.observed import Container, Observed
from devbox.plan.spec import container_spec


def is_same(project: Project, observed: Observed, service: Service, container: Container) -> bool:
    """Whether only the hash differs, of a container that another version or tool hashed in its own way.

    Without detail it counts as another one, so that it is looked at.
    """
    if container.detail is None or container.labels.get(labels.VERSION) == __version__:
        return False
    if divergence(project, observed, service, replace(container, config_hash=labels.config_hash(project, service))):
        return False
    image = observed.images.get(image_name(project.name, service))
    peers = {name: tuple(one.name for one in replicas(observed, name)) for name in known_services(project)}
    ids = {one.name: one.id for one in observed.containers}
    spec = container_spec(project, service, container.number, peers=peers)
    return not changes(service.name, spec, container, image, ids)
