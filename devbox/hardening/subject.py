"""One service as the rules see it: what the files say, and what is known of its image."""

from __future__ import annotations

from devbox.compose.model import Condition, Project, Service
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What an image says where a service says nothing; `user` "" is root, `healthcheck` whether it has one."""

    user: str = ""
    healthcheck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A service in its project; `images` has the facts of those services whose image could be looked at."""

    project: Project
    service: Service
    images: dict[str, ImageFacts]
    readable: frozenset[str] = frozenset()
    """The keys of secrets whose files every user of this machine can read."""

    @property
    def image(self) -> ImageFacts | None:
        return self.images.get(self.service.name)

    @property
    def oneoff(self) -> bool:
        """Whether it is meant to end."""
        return ends(self.project, self.service)

    def checked(self, name: str) -> bool:
        """Whether the service `name` has a healthcheck, of the files or of its image."""
        service = self.project.services.get(name) or self.project.disabled.get(name)
        if service is None:
            return False
        check = service.healthcheck
        if check is not None and (check.disable or check.test[:1] == ("NONE",)):
            return False
        if check is not None and check.test:
            return True
        image = self.images.get(name)
        return image is not None and image.healthcheck


def ends(project: Project, service: Service) -> bool:
    """Whether somebody waits for the service's end, or the files say that it is not to be started again."""
    if service.restart in ("no", "false") or service.deploy.restart_condition == "none":
        return True
    return any(
        how.condition is Condition.COMPLETED
        for other in (*project.services.values(), *project.disabled.values())
        for name, how in other.depends_on.items()
        if name == service.name
    )


def is_root(user: str) -> bool:
    """Whether `user` (name, uid, uid:gid; "" is the engine's default) is root."""
    return user.partition(":")[0].strip() in ("", "root", "0")
